/** @file Checks of what all layers are given: options by name, and the kinds of option that several layers have. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkFlag, checkNames, type OptionNames, written } from "../../engine/options.ts";
import { checkActivation } from "../activations.ts";
import { type InitializerChoice, initializer } from "../initializers.ts";
import { type RegularizerChoice, regularizer } from "../regularizers.ts";
import type { LayerOptions } from "./layer.ts";

/** Names of the options that every layer takes. */
const shared: OptionNames<LayerOptions> = { name: true, trainable: true, activityRegularizer: true };

/** Names of the options of a layer beside those that every layer takes. */
export type OwnOptionNames<O extends LayerOptions> = OptionNames<Omit<O, keyof LayerOptions>>;

/** The options, all of which the layer has. Throws ArgumentError for one that it has not, or of the wrong kind. */
export function layerOptions<O extends LayerOptions>(
  layer: string,
  options: O,
  own: OwnOptionNames<NoInfer<O>>,
): O {
  checkNames(layer, options, Object.keys({ ...shared, ...own }));
  for (const [option, value] of Object.entries(options))
    if (value !== undefined) checkKind(layer, option, value);
  return options;
}

const flags = ["trainable", "useBias", "center", "scale", "crossesSamples"];

function checkKind(layer: string, option: string, value: unknown): void {
  if (flags.includes(option)) checkFlag(layer, option, value);
  else if (option === "activation") checkActivation(layer, value);
  else if (option.endsWith("Initializer")) initializer(value as InitializerChoice, `${layer}: ${option}`);
  else if (option.endsWith("Regularizer")) regularizer(value as RegularizerChoice, `${layer}: ${option}`);
  else if (option === "name" && typeof value !== "string") {
    throw new ArgumentError(`${layer}: name must be a text, got ${written(value)}.`);
  }
}

/** Throws ArgumentError unless an option counts something. */
export function requireCount(layer: string, name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 1) return;
  throw new ArgumentError(`${layer}: ${name} must be a positive integer, got ${written(value)}.`);
}
