/** @file Samples in main memory that a loss is computed of: with targets, finite, and weighted. */
import { ArgumentError } from "../../engine/errors.ts";
import { requireNone, samplesNotFinite } from "../../kernels/gather/index.ts";
import { sampleWeights, type WeightOptions } from "./sample-weights.ts";
import { type HostData, type HostSamples, hostSamples, type OutputPort, type Port } from "./samples.ts";

/** Samples with the factors of their losses by output. */
export interface WeightedSamples {
  readonly samples: HostSamples;
  readonly weights: readonly (Float32Array | undefined)[];
}

/**
 * `options` may have weights too, but sample weights only once. Throws ShapeError or ArgumentError for data that does not
 * fit the model, NumericError, naming sample and place, for values that are not finite.
 */
export function lossSamples(
  what: string,
  inputs: readonly Port[],
  outputs: readonly OutputPort[],
  data: HostData,
  options: WeightOptions = {},
): WeightedSamples {
  const samples = hostSamples(what, inputs, outputs, data);
  if (samples.targets.length === 0) {
    throw new ArgumentError(
      `${what}: the data has no targets, and the inputs do not have the outputs' shapes.`,
    );
  }
  for (const [i, { values, shape }] of samples.inputs.entries())
    requireNone(titleOf(`${what}: inputs`, inputs, i), samplesNotFinite(values, shape));
  for (const [i, target] of samples.targets.entries()) {
    if ("labels" in target || target === samples.inputs[0]) continue;
    requireNone(titleOf(`${what}: targets`, outputs, i), samplesNotFinite(target.values, target.shape));
  }
  return { samples, weights: sampleWeights(what, outputs, samples, withWeight(what, data, options)) };
}

/** Sample weights may come with the data or as an option. */
function withWeight(what: string, { sampleWeight }: HostData, options: WeightOptions): WeightOptions {
  if (sampleWeight === undefined) return options;
  if (options.sampleWeight === undefined) return { ...options, sampleWeight };
  throw new ArgumentError(`${what}: sampleWeight is given twice, with the data and as an option.`);
}

function titleOf(what: string, ports: readonly Port[], index: number): string {
  return ports.length === 1 ? what : `${what}.${ports[index]!.name}`;
}
