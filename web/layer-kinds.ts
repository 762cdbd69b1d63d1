/** @file The layers that a visitor's network may have, with the options of their forms: Keras's names and defaults. */
import type { ActivationName } from "../models/activations.ts";
import { initializerNames } from "./racer.ts";

// the names alone: the page itself has no need of what they stand for
export const activationNames = [
  "linear",
  "relu",
  "sigmoid",
  "tanh",
  "softmax",
  "leaky_relu",
  "elu",
  "selu",
  "gelu",
  "silu",
  "relu6",
  "softplus",
  "softsign",
  "hard_sigmoid",
  "hard_silu",
  "exponential",
  "log_softmax",
] as const satisfies readonly ActivationName[];

/** Of a square one number, else height and width. */
export type Size = number | readonly [number, number];
export type Setting = Size | boolean | string;

/** An option of a layer. */
export type Field =
  | { readonly type: "whole"; readonly initial: number; readonly least: number; readonly most: number }
  /** of those whose initial setting is "", nothing need be given */
  | { readonly type: "size"; readonly initial: Size | ""; readonly least: number; readonly most: number }
  | { readonly type: "real"; readonly initial: number; readonly least: number; readonly most: number }
  | { readonly type: "flag"; readonly initial: boolean }
  | { readonly type: "name"; readonly initial: string; readonly names: readonly string[] };

export interface LayerKind {
  /** what must be given, in order: the constructor's arguments before its options */
  readonly positional: readonly string[];
  /** by the option's name; camel case here, Keras's on the page */
  readonly fields: Readonly<Record<string, Field>>;
}

const whole = (initial: number, most = 4096): Field => ({ type: "whole", initial, least: 1, most });
const size = (initial: Size | "", least = 1): Field => ({ type: "size", initial, least, most: 64 });
const real = (initial: number, least: number, most: number): Field => ({
  type: "real",
  initial,
  least,
  most,
});
const flag = (initial: boolean): Field => ({ type: "flag", initial });
const name = (initial: string, names: readonly string[]): Field => ({ type: "name", initial, names });

const activation = name("linear", activationNames);
const initializer = name("glorot_uniform", initializerNames);
const padding = name("valid", ["valid", "same"]);
const sliding = { strides: size(1), padding, dilationRate: size(1), activation, useBias: flag(true) };
const pooling: LayerKind = {
  positional: ["poolSize"],
  fields: { poolSize: size(2), strides: size(""), padding },
};
const plain: LayerKind = { positional: [], fields: {} };

export const layerKinds = {
  Conv2D: {
    positional: ["filters", "kernelSize"],
    fields: {
      filters: whole(16),
      kernelSize: size(3),
      ...sliding,
      groups: whole(1),
      kernelInitializer: initializer,
    },
  },
  DepthwiseConv2D: {
    positional: ["kernelSize"],
    fields: {
      kernelSize: size(3),
      depthMultiplier: whole(1, 64),
      ...sliding,
      depthwiseInitializer: initializer,
    },
  },
  SeparableConv2D: {
    positional: ["filters", "kernelSize"],
    fields: { filters: whole(16), kernelSize: size(3), depthMultiplier: whole(1, 64), ...sliding },
  },
  MaxPooling2D: pooling,
  AveragePooling2D: pooling,
  GlobalAveragePooling2D: plain,
  GlobalMaxPooling2D: plain,
  BatchNormalization: {
    positional: [],
    fields: {
      momentum: real(0.99, 0, 1),
      epsilon: real(0.001, 0, 1),
      center: flag(true),
      scale: flag(true),
    },
  },
  LayerNormalization: { positional: [], fields: { epsilon: real(0.001, 0, 1) } },
  GroupNormalization: { positional: [], fields: { groups: whole(32), epsilon: real(0.001, 0, 1) } },
  Flatten: plain,
  Dense: {
    positional: ["units"],
    fields: { units: whole(32, 65536), activation, useBias: flag(true), kernelInitializer: initializer },
  },
  Activation: { positional: ["activation"], fields: { activation: name("relu", activationNames) } },
  LeakyReLU: { positional: [], fields: { negativeSlope: real(0.3, 0, 100) } },
  Softmax: plain,
  Dropout: { positional: ["rate"], fields: { rate: real(0.5, 0, 0.999) } },
  SpatialDropout2D: { positional: ["rate"], fields: { rate: real(0.5, 0, 0.999) } },
  GaussianNoise: { positional: ["stddev"], fields: { stddev: real(0.1, 0, 100) } },
  ZeroPadding2D: { positional: ["padding"], fields: { padding: size(1, 0) } },
  Cropping2D: { positional: ["cropping"], fields: { cropping: size(1, 0) } },
  UpSampling2D: { positional: ["size"], fields: { size: size(2) } },
  Rescaling: { positional: ["scale"], fields: { scale: real(1, -1000, 1000), offset: real(0, -1000, 1000) } },
} as const satisfies Readonly<Record<string, LayerKind>>;

export type LayerKindName = keyof typeof layerKinds;

export const layerKindNames = Object.keys(layerKinds) as LayerKindName[];

/** The kind of this name. */
export function layerKind(kind: LayerKindName): LayerKind {
  return layerKinds[kind];
}

/** As Keras writes the option: kernel_size. */
export function kerasName(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Of the field's type and within its bounds. */
export function isSetting(field: Field, value: unknown): value is Setting {
  if (field.type === "flag") return typeof value === "boolean";
  if (field.type === "name") return typeof value === "string" && field.names.includes(value);
  const isWithin = (each: unknown) =>
    typeof each === "number" && Number.isFinite(each) && each >= field.least && each <= field.most;
  const isWhole = (each: unknown) => Number.isInteger(each) && isWithin(each);
  if (field.type === "real") return isWithin(value);
  if (field.initial === "" && value === "") return true;
  if (field.type === "size" && Array.isArray(value)) return value.length === 2 && value.every(isWhole);
  return isWhole(value);
}

/** What is said of a layer: what must be, and what is not as its kind begins. */
export function givenSettings(kind: LayerKindName, settings: Readonly<Record<string, Setting>>) {
  const { positional, fields } = layerKind(kind);
  const isGiven = (option: string) => !isSameSetting(settings[option]!, fields[option]!.initial);
  return {
    positional: positional.map((option) => settings[option]!),
    options: Object.keys(fields)
      .filter((option) => !positional.includes(option) && isGiven(option))
      .map((option) => [option, settings[option]!] as const),
  };
}

export function isSameSetting(a: Setting, b: Setting): boolean {
  return String(a) === String(b);
}

/** "3", "3x5", "0.001", "true", "same": undefined for what the field cannot be. */
export function readSetting(field: Field, text: string): Setting | undefined {
  const value = parse(field, text);
  return isSetting(field, value) ? value : undefined;
}

const number = /^-?\d{1,12}(\.\d{1,20})?(e-?\d{1,3})?$/;

function parse(field: Field, text: string): unknown {
  if (field.type === "name") return text;
  if (field.type === "flag") return text === "true" || (text === "false" ? false : undefined);
  if (text === "") return field.initial === "" ? "" : undefined;
  const parts = field.type === "size" ? text.split("x") : [text];
  if (parts.length > 2 || !parts.every((part) => number.test(part))) return undefined;
  const [first, second = first] = parts.map(Number);
  return first === second ? first : [first, second];
}

/** What readSetting() reads. */
export function writeSetting(value: Setting): string {
  return Array.isArray(value) ? value.join("x") : String(value);
}
