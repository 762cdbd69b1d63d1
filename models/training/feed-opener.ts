/** @file Opens the data that fit, evaluate and predict are given as feeds. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, formatShape, ShapeError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { GpuDataset, type HostDataset } from "../../kernels/gather/index.ts";
import { type HostSamples, hostSamples, type Port, type TargetArray } from "./arrays.ts";
import { type DataSource, Feed, WeightStores } from "./data.ts";
import type { Objective } from "./objective.ts";
import { identityOrder } from "./order.ts";
import { ArraySource } from "./sample-source.ts";
import { sampleWeights, type WeightOptions } from "./sample-weights.ts";

export class FeedOpener {
  readonly #engine: Engine;
  readonly #inputs: readonly Port[];
  readonly #outputs: readonly Port[];
  readonly #objective: Objective | undefined;

  /** Without an objective the feeds are for prediction: arrays need no targets. */
  constructor(engine: Engine, inputs: readonly Port[], outputs: readonly Port[], objective?: Objective) {
    this.#engine = engine;
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#objective = objective;
  }

  /** The feed; `what` names the call in errors. Throws ArgumentError or ShapeError for data that does not fit the model. */
  plain(what: string, source: DataSource): Feed {
    requireData(what, source);
    const isArrays = !(source instanceof GpuDataset) && !("dataset" in source) && !("inputShape" in source);
    if (isArrays) {
      const samples = hostSamples(what, this.#inputs, this.#outputs, source);
      const oneHot = this.#objective?.heads.map(({ loss }) => !loss.sparse) ?? [];
      const targets = this.#objective ? targetsOf(what, samples) : [];
      const arrays = new ArraySource(this.#engine, { ...samples, targets }, oneHot);
      return new Feed(arrays, identityOrder(samples.count), true);
    }
    if (this.#inputs.length > 1 || this.#outputs.length > 1) {
      const names = [...this.#inputs, ...this.#outputs].map(({ name }) => name).join(", ");
      throw new ArgumentError(
        `${what}: a data set has one input and one target; give { inputs, targets } for ${names}.`,
      );
    }
    this.#checkClasses(what, "dataset" in source ? source.dataset : source);
    return Feed.open(this.#engine, source, this.#objective?.oneHot ?? false);
  }

  /** Labels become rows of as many numbers as the data set has classes: the output must have as many. */
  #checkClasses(what: string, { labels, classes }: HostDataset | GpuDataset): void {
    const { name, shape } = this.#outputs[0]!;
    if (!this.#objective?.oneHot || labels === undefined) return;
    if (shape.length === 1 && classes === shape[0]) return;
    const hint = shape.length > 1 ? " Is a Flatten() missing before a Dense?" : "";
    throw new ShapeError(
      `${what}: the data set has ${written(classes)} classes, ${name} gives ${formatShape(shape)}.${hint}`,
    );
  }

  /** The feed, with the weights of its samples if there are some. */
  async weighted(what: string, source: DataSource, options: WeightOptions): Promise<Feed> {
    requireData(what, source);
    const { sampleWeight, classWeight } = options;
    if (!sampleWeight && !classWeight) return this.plain(what, source);
    const weights = sampleWeights(this.#outputs, await this.#samplesOf(what, source), options);
    return this.plain(what, source).withWeights(new WeightStores(this.#engine, weights));
  }

  /** What the weights depend on; labels of a data set on the GPU are read back. */
  async #samplesOf(
    what: string,
    source: DataSource,
  ): Promise<{ count: number; targets: readonly (TargetArray | undefined)[] }> {
    const dataset = "dataset" in source ? source.dataset : source;
    if (!(dataset instanceof GpuDataset)) return hostSamples(what, this.#inputs, this.#outputs, dataset);
    const { count, labels, classes = 0 } = dataset;
    return { count, targets: labels ? [{ labels: await labels.data(), classes }] : [undefined] };
  }
}

/** Throws ArgumentError for what cannot be data of any kind. */
export function requireData(what: string, source: unknown): void {
  if (typeof source === "object" && source !== null) return;
  throw new ArgumentError(
    `${what}: the data must be a data set or { inputs, targets }, got ${written(source)}.`,
  );
}

function targetsOf(what: string, { targets }: HostSamples): readonly TargetArray[] {
  if (targets.length > 0) return targets;
  throw new ArgumentError(
    `${what}: the data has no targets, and the inputs do not have the outputs' shapes.`,
  );
}
