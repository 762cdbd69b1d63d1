/** @file Options that several commands have, and how what is typed for them is read. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { adapterChoices } from "../engine/adapter.ts";

export function adapterOption(): Option {
  return new Option("--adapter <name>", "which adapter to use").choices([...adapterChoices]).default("auto");
}

export function memoryLimitOption(): Option {
  const text = "what buffers on the GPU may take, e.g. 4GB: training recomputes or splits batches to fit";
  return new Option("--memory-limit <size>", text).argParser(byteCount);
}

export function profileOption(): Option {
  const text = "full: as the assignment says; quick: minutes on a CPU; auto: by the adapter";
  return new Option("--profile <name>", text).choices(["full", "quick", "auto"]).default("auto");
}

export function backboneOption(): Option {
  return new Option(
    "--backbone <name>",
    "of the experiments on birds: the trained network to begin with (default: resnet50, squeezenet where its weights cannot be had)",
  ).choices(["resnet50", "squeezenet"]);
}

export function pretrainOption(): Option {
  const text = "of the experiments on birds: begin with a small network trained here on CIFAR-10";
  return new Option("--pretrain <data set>", text).choices(["cifar"]);
}

/** Those of a command's options that stand on the command line. */
export function typedOptions<T extends object>(command: Command, options: T): Partial<T> {
  const typed = Object.entries(options).filter(([name]) => command.getOptionValueSource(name) === "cli");
  return Object.fromEntries(typed) as Partial<T>;
}

/** An option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("It must be a positive whole number.");
  return value;
}

/** "1/255", "0.00392": a number, or a quotient. */
export function factor(text: string): number {
  const [, above, below = "1"] = /^([\d.eE+-]+)(?:\/([\d.eE+-]+))?$/.exec(text.trim()) ?? [];
  const value = Number(above) / Number(below);
  if (!Number.isFinite(value) || value === 0)
    throw new InvalidArgumentError("It must be a number other than 0, or a quotient: 1/255.");
  return value;
}

const byteUnits = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 } as const;

/** "4GB", "1.5 GB", "800MB": decimal units, as everywhere on the terminal. */
function byteCount(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([KMG]?B)$/i.exec(text.trim()) ?? [];
  const bytes = Number(number) * byteUnits[(unit ?? "B").toUpperCase() as keyof typeof byteUnits];
  if (!(bytes > 0)) throw new InvalidArgumentError("It must be a size with its unit: 4GB, 800MB.");
  return bytes;
}

export function nonNegativeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
    throw new InvalidArgumentError("It must be a whole number from 0 to 4294967295.");
  }
  return value;
}
