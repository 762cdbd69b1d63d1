/** @file What saliency and Grad-CAM share: images in batches, the class that each is explained by, maps read back. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError, WgradError } from "../../engine/errors.ts";
import { checkOption, type OptionNames, written } from "../../engine/options.ts";
import { StepState } from "../../engine/step-state.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { mul } from "../../kernels/elementwise/index.ts";
import { argMax, sum } from "../../kernels/reduce/index.ts";
import { oneHot } from "../../kernels/shape/index.ts";
import { type ArraysByName, inputsFrom } from "../data/arrays.ts";
import { type Batches, type DataSource, openInputs } from "../data/batches.ts";
import type { ImageSource } from "../data/image-source.ts";
import { crossingLayers, fitMicroBatch } from "../fit/micro-batches.ts";
import { inputPorts } from "../fit/session.ts";
import type { Model } from "../model.ts";
import type { ScoreGraph } from "./score-graph.ts";

/** Which class is explained, and how many images at a time. */
export interface AttributionOptions {
  /** the class whose score is explained, one for all images or one for each. Default: for each image its highest score's */
  readonly classes?: number | ArrayLike<number>;
  /** images at a time, fewer if they do not fit. Default 32 */
  readonly batchSize?: number;
}

/** What single pixels or places have to do with a class's score. */
export interface Attribution {
  /** [n, height, width], row-major, each 0 or more; their size is that of the score's change, and of no other image's */
  readonly maps: Float32Array;
  readonly height: number;
  readonly width: number;
  /** the class that was explained, by image */
  readonly classes: Uint32Array;
  /** its score, by image: what goes into softmax or sigmoid at the model's end, else the model's output */
  readonly scores: Float32Array;
}

export const attributionNames: OptionNames<AttributionOptions> = { classes: true, batchSize: true };

/** What can be given to predict(), and to what explains it. */
export type Explained = DataSource | ArraysByName | ImageSource;

/** For a batch: a map of each image, and the scores [n, classes] that they are of. */
export interface BatchMaps {
  readonly maps: Tensor;
  readonly scores: Tensor;
}

/** Tensors of one batch: inputs [n, ...], and the classes [n] that were asked for. */
interface ExplainedBatch {
  readonly x: Tensor;
  readonly wanted: Tensor<"u32"> | undefined;
}

/** Maps of all images, one after the other, by `compute`, which runs once for each batch. */
export async function attribute(
  what: string,
  model: Model,
  graph: ScoreGraph,
  { source, options }: { readonly source: Explained; readonly options: AttributionOptions },
  compute: (batch: ExplainedBatch) => BatchMaps,
): Promise<Pick<Attribution, "maps" | "classes" | "scores">> {
  const { batchSize = 32 } = options;
  checkOption(
    what,
    "batchSize",
    batchSize,
    () => Number.isInteger(batchSize) && batchSize > 0,
    "a positive integer",
  );
  const { engine } = model;
  if (!engine)
    throw new WgradError(`${model.name} is not compiled: await model.compile({ optimizer, loss }) first.`);
  const [crossing] = crossingLayers(model, false);
  if (crossing)
    throw new ArgumentError(
      `${what}: in ${crossing.name} the images of a batch depend on each other; none has a map of its own.`,
    );
  return model.reading(what, async () => {
    const inputs = inputPorts(model);
    const batches = openInputs(what, { engine, inputs }, await inputsFrom(what, inputs, source), batchSize);
    try {
      const wanted = wantedClasses(what, options.classes, batches.count, graph.classes);
      return await new Pass(engine, model, batches, { wanted, classes: graph.classes, compute }).run(
        batchSize,
      );
    } finally {
      batches.dispose();
    }
  });
}

interface PassOptions {
  readonly wanted: Uint32Array | undefined;
  readonly classes: number;
  readonly compute: (batch: ExplainedBatch) => BatchMaps;
}

class Pass {
  readonly #engine: Engine;
  readonly #model: Model;
  readonly #batches: Batches;
  readonly #options: PassOptions;
  readonly #step: StepState;

  constructor(engine: Engine, model: Model, batches: Batches, options: PassOptions) {
    this.#engine = engine;
    this.#model = model;
    this.#batches = batches;
    this.#options = options;
    this.#step = new StepState(engine);
  }

  async run(batchSize: number): Promise<Pick<Attribution, "maps" | "classes" | "scores">> {
    const { count } = this.#batches;
    const parts: Float32Array[] = [];
    const [classes, scores] = [new Uint32Array(count), new Float32Array(count)];
    try {
      const { parts: sizes, plan } = fitMicroBatch(this.#engine, Math.min(batchSize, count), ([samples]) => {
        this.#explain(0, samples!);
      });
      await this.#engine.pipelines.prepare(plan.pipelines, this.#model);
      this.#batches.begin(this.#batches.indices, sizes[0]!);
      for (let begin = 0; begin < count; begin += sizes[0]!) {
        await this.#batches.ready(1);
        const batch = await this.#read(begin, Math.min(sizes[0]!, count - begin));
        parts.push(batch.maps);
        for (const [i, row] of batch.rows.entries()) {
          const chosen = this.#options.wanted?.[begin + i] ?? largest(row);
          classes[begin + i] = chosen;
          scores[begin + i] = row[chosen]!;
        }
      }
    } finally {
      this.#step.dispose();
    }
    return { maps: joined(parts), classes, scores };
  }

  async #read(begin: number, samples: number) {
    const kept = this.#engine.scope(() => {
      const { maps, scores } = this.#explain(begin, samples);
      return [maps, scores].map((tensor) => this.#engine.keep(tensor));
    });
    try {
      const [maps, scores] = (await Promise.all(kept.map((tensor) => tensor.data()))) as Float32Array[];
      const { classes } = this.#options;
      const rows = Array.from({ length: samples }, (_, i) =>
        scores!.subarray(i * classes, (i + 1) * classes),
      );
      return { maps: maps!, rows };
    } finally {
      for (const tensor of kept) tensor.dispose();
    }
  }

  #explain(begin: number, samples: number): BatchMaps {
    const { wanted, compute } = this.#options;
    return this.#engine.useStep(this.#step, () => {
      const { x } = this.#batches.batch(samples);
      this.#step.advance(samples, true, samples);
      const own = wanted?.subarray(begin, begin + samples);
      const labels = own && (this.#engine.tensor(own, [samples], "u32") as Tensor<"u32">);
      return compute({ x, wanted: labels });
    });
  }
}

/** The sum of the explained scores: no image's score depends on another image, so its gradient holds that of each. */
export function explainedScore(scores: Tensor, wanted: Tensor<"u32"> | undefined): Tensor {
  return sum(mul(scores, oneHot(wanted ?? argMax(scores), scores.shape[1]!)));
}

function wantedClasses(
  what: string,
  given: AttributionOptions["classes"],
  count: number,
  classes: number,
): Uint32Array | undefined {
  if (given === undefined) return undefined;
  const list = typeof given === "number" ? new Array<number>(count).fill(given) : Array.from(given);
  if (list.length !== count)
    throw new ArgumentError(`${what}: classes has ${list.length} numbers for ${count} images.`);
  const wrong = list.find((each) => !(Number.isInteger(each) && each >= 0 && each < classes));
  if (wrong === undefined) return Uint32Array.from(list);
  throw new ArgumentError(`${what}: there is no class ${written(wrong)}; the model has 0 to ${classes - 1}.`);
}

/** The first of the largest, as argMax() has it. */
function largest(row: Float32Array): number {
  const nan = row.findIndex(Number.isNaN);
  return nan >= 0 ? nan : row.indexOf(row.reduce((a, b) => Math.max(a, b)));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
