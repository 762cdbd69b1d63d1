/** @file A visitor's network and how it is trained, as plain data and as the text of a link. */
import {
  givenSettings,
  type LayerKindName,
  layerKind,
  layerKindNames,
  readSetting,
  type Setting,
  writeSetting,
} from "./layer-kinds.ts";
import { optimizerNames, readRate } from "./racer.ts";

export interface DesignedLayer {
  readonly kind: LayerKindName;
  /** all of its kind's */
  readonly settings: Readonly<Record<string, Setting>>;
}

export const lossNames = [
  "categorical_crossentropy",
  "softmax_crossentropy",
  "binary_crossentropy",
  "mean_squared_error",
  "mean_absolute_error",
  "kl_divergence",
  "categorical_hinge",
] as const;

/** What it learns from: the experiments' data sets, or the folder that the visitor chose. */
export const dataNames = ["svhn", "cifar10", "cifar25", "cifar100", "folder"] as const;

export type DataName = (typeof dataNames)[number];

export interface Design {
  /** of an image: height, width, and the channels red, green and blue */
  readonly input: readonly [height: number, width: number, channels: 3];
  readonly layers: readonly DesignedLayer[];
  readonly data: DataName;
  readonly loss: (typeof lossNames)[number];
  readonly optimizer: (typeof optimizerNames)[number];
  /** the optimizer's own unless given */
  readonly learningRate?: number | undefined;
  readonly batch: number;
  readonly epochs: number;
  /** training images, at most */
  readonly limit: number;
}

/** What a link calls the visitor's network where it names an experiment. */
export const ownName = "own";

/** Longer texts, deeper networks and larger images are refused. */
export const longestDesign = 3000;
export const mostLayers = 60;
const largestSide = 256;
/** of images per step, epochs and training images */
const most = { batch: 4096, epochs: 1000, limit: 1_000_000 } as const;

/** A layer with the defaults of its kind. */
export function layerOf(kind: LayerKindName): DesignedLayer {
  const fields = Object.entries(layerKind(kind).fields);
  return { kind, settings: Object.fromEntries(fields.map(([name, { initial }]) => [name, initial])) };
}

/** "Input 32x32x3*Conv2D 16 5 padding-same*Flatten*Dense 10 activation-softmax*fit svhn ..." */
export function writeDesign(design: Design): string {
  const { input, layers, data, loss, optimizer, learningRate, batch, epochs, limit } = design;
  const rate = learningRate === undefined ? [] : [`rate-${learningRate}`];
  const fit = ["fit", data, loss, optimizer, ...rate, `batch-${batch}`, `epochs-${epochs}`, `limit-${limit}`];
  return [`Input ${input.join("x")}`, ...layers.map(writeLayer), fit.join(" ")].join("*");
}

function writeLayer({ kind, settings }: DesignedLayer): string {
  const { positional, options } = givenSettings(kind, settings);
  const others = options.map(([name, value]) => `${name}-${writeSetting(value)}`);
  return [kind, ...positional.map(writeSetting), ...others].join(" ");
}

/** Undefined for what is no network, too long, or has numbers that no form would take. */
export function readDesign(text: string): Design | undefined {
  if (text.length > longestDesign) return undefined;
  const [first = "", ...rest] = text.split("*");
  const input = readInput(first);
  const fit = readFit(rest.pop() ?? "");
  const layers = rest.map(readLayer);
  if (!input || !fit || layers.length > mostLayers) return undefined;
  const known = layers.filter((layer) => layer !== undefined);
  return known.length === layers.length ? { input, layers: known, ...fit } : undefined;
}

function readInput(text: string): Design["input"] | undefined {
  const [, height, width, channels] = /^Input (\d{1,3})x(\d{1,3})x(3)$/.exec(text) ?? [];
  const sides = [Number(height), Number(width)] as const;
  const isWithin = sides.every((side) => side >= 1 && side <= largestSide);
  return channels !== undefined && isWithin ? [...sides, 3] : undefined;
}

function readLayer(text: string): DesignedLayer | undefined {
  const [name, ...parts] = text.split(" ");
  const kind = layerKindNames.find((known) => known === name);
  if (!kind) return undefined;
  const { positional, fields } = layerKind(kind);
  const settings: Record<string, Setting> = { ...layerOf(kind).settings };
  if (parts.length < positional.length) return undefined;
  for (const [i, part] of parts.entries()) {
    const at = part.indexOf("-");
    const isPositional = i < positional.length;
    const option = isPositional ? positional[i]! : part.slice(0, at);
    const field = Object.hasOwn(fields, option) ? fields[option] : undefined;
    const value = field && readSetting(field, isPositional ? part : part.slice(at + 1));
    if (value === undefined) return undefined;
    settings[option] = value;
  }
  return { kind, settings };
}

function readFit(text: string): Omit<Design, "input" | "layers"> | undefined {
  const [word, dataText, lossText, optimizerText, ...options] = text.split(" ");
  const given = new Map(options.map((option) => [option.slice(0, option.indexOf("-")), option] as const));
  const textOf = (name: string) => given.get(name)?.slice(name.length + 1);
  const data = dataNames.find((name) => name === dataText);
  const loss = lossNames.find((name) => name === lossText);
  const optimizer = optimizerNames.find((name) => name === optimizerText);
  const rateText = textOf("rate");
  const learningRate = rateText === undefined ? undefined : readRate(rateText);
  const [batch, epochs, limit] = (["batch", "epochs", "limit"] as const).map((name) =>
    readCount(name, textOf(name) ?? ""),
  );
  const isRate = rateText === undefined || learningRate !== undefined;
  if (word !== "fit" || !data || !loss || !optimizer || !isRate || !batch || !epochs || !limit)
    return undefined;
  if (given.size !== options.length || options.length !== (rateText === undefined ? 3 : 4)) return undefined;
  return { data, loss, optimizer, learningRate, batch, epochs, limit };
}

/** Images per step, epochs or training images: undefined for what is none. */
export function readCount(name: keyof typeof most, text: string): number | undefined {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= most[name] ? count : undefined;
}
