/** @file Which network a run of transfer begins with: the one that was asked for, else the practical's, else one whose weights are there. */
import { FileError, UsageError } from "../../engine/errors.ts";
import { command, typedName } from "../command.ts";
import type { Experiment } from "../experiment.ts";
import { type BackboneName, backboneOption } from "./backbone-names.ts";
import { backbones } from "./backbones.ts";

/** Weights by path. */
export type Weights = ReadonlyMap<string, Float32Array>;

/** Gets the trained weights of a network: from the data folder, else downloaded. Rejects with FileError if neither can be. */
export type WeightSupply = (name: "resnet50" | "squeezenet") => Promise<Weights>;

export interface ChosenBackbone {
  readonly name: BackboneName;
  /** those of `cifar` come from a run, which may have to be made first */
  readonly weights?: Weights;
  /** where it is not the practical's: why, and what that one needs */
  readonly notes: readonly string[];
}

/** What the command line says: --backbone and --pretrain. */
export interface BackboneOptions {
  readonly backbone?: "resnet50" | "squeezenet";
  readonly pretrain?: "cifar";
}

/** Throws UsageError if both are given. */
export function askedBackbone({ backbone, pretrain }: BackboneOptions): BackboneName | undefined {
  if (backbone && pretrain) {
    throw new UsageError(
      "--backbone and --pretrain say different things: which network to begin with, and to train one. Leave one out.",
    );
  }
  return backbone ?? pretrain;
}

/** The options of a command with the network that was chosen in the place of what was typed. */
export function withBackbone<T extends BackboneOptions>(
  { backbone: _, pretrain: __, ...options }: T,
  name: BackboneName | undefined,
): Omit<T, keyof BackboneOptions> & { readonly backbone?: BackboneName } {
  return { ...options, ...(name ? { backbone: name } : {}) };
}

/** Undefined for an experiment that begins with no backbone. Rejects with FileError if no weights can be had. */
export async function chooseBackbone(
  experiment: Experiment,
  asked: BackboneName | undefined,
  supply: WeightSupply,
): Promise<ChosenBackbone | undefined> {
  if (experiment.kind !== "training" || !experiment.transfer) return undefined;
  const again = (name: BackboneName) => command("train", `${typedName(experiment)} ${backboneOption(name)}`);
  const published = [
    `NOT the practical's ${backbones.resnet50.title}, which is what begins with ${again("resnet50")}`,
  ];
  if (asked === "cifar") return { name: asked, notes: published };
  if (asked)
    return { name: asked, weights: await supply(asked), notes: asked === "resnet50" ? [] : published };
  const found = await tried(supply, "resnet50");
  if ("weights" in found) return { name: "resnet50", weights: found.weights, notes: [] };
  const small = await tried(supply, "squeezenet");
  if ("weights" in small) {
    const notes = [
      `NOT the practical's ${backbones.resnet50.title}: ${found.trouble}`,
      `With its weights: ${again("resnet50")}`,
    ];
    return { name: "squeezenet", weights: small.weights, notes };
  }
  throw new FileError(
    `${experiment.id} begins with a trained network, and none can be had. ${found.trouble} ${small.trouble} ` +
      `Without either: ${again("cifar")} trains one first.`,
  );
}

/** For the terminal. */
export function backboneLines({ name, notes }: ChosenBackbone): string[] {
  return [`backbone: ${backbones[name].title}`, ...notes.map((note) => `         ${note}`)];
}

async function tried(
  supply: WeightSupply,
  name: "resnet50" | "squeezenet",
): Promise<{ readonly weights: Weights } | { readonly trouble: string }> {
  try {
    return { weights: await supply(name) };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return { trouble: error.message };
  }
}
