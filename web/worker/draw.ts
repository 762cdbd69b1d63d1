/** @file What the network makes of a visitor's picture: its answer, what speaks for it, and what one pixel does to it. */

import { gradients } from "../../engine/autodiff/tape.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { StepState } from "../../engine/step-state.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { add, mul, sub } from "../../kernels/elementwise/index.ts";
import { GpuDataset } from "../../kernels/gather/index.ts";
import { sum } from "../../kernels/reduce/index.ts";
import { reshape, slice } from "../../kernels/shape/index.ts";
import { gradCam } from "../../models/attribution/grad-cam.ts";
import { saliency } from "../../models/attribution/saliency.ts";
import { scoreGraph, wholeGraph } from "../../models/attribution/score-graph.ts";
import { identityOrder } from "../../models/data/order.ts";
import { Convolution2DLayer } from "../../models/layers/convolution2d.ts";
import type { Training } from "./training.ts";

/** Whose network is asked, and the images that it learns from. */
export type Asked = Pick<Training, "model" | "data" | "step">;

export type Answer = ClassAnswer | ImageAnswer;

/** Of a network whose target is the image itself. */
export interface ImageAnswer {
  readonly targets: "images";
  /** steps that the network has learnt for */
  readonly step: number;
  /** what it makes of the picture, from 0 to 1, [h, w, c] */
  readonly made: Float32Array;
}

/** Of a picture: maps are [h, w], row-major. */
export interface ClassAnswer {
  readonly targets: "classes";
  /** steps that the network has learnt for */
  readonly step: number;
  /** of each class, as the last layer gives it */
  readonly shares: Float32Array;
  /** the class that is explained */
  readonly explained: number;
  /** |d score / d pixel| of what the network gets, the largest over the channels */
  readonly saliency: Float32Array;
  /** of a network with convolutions */
  readonly gradCam: { readonly map: Float32Array; readonly layer: string } | undefined;
}

/** One value of a picture, and what it shall become. */
export interface PixelChange {
  readonly row: number;
  readonly column: number;
  readonly channel: number;
  /** 0 to 255 */
  readonly value: number;
  /** whose score is watched */
  readonly explained: number;
}

/** The score of a class along the values of one pixel, and the straight line that its gradient foretells. */
export interface Probe extends PixelChange {
  readonly step: number;
  /** the pixel's value in the picture */
  readonly own: number;
  /** d score / d pixel at the picture, the pixel from 0 to 1 */
  readonly gradient: number;
  /** of the pixel, ascending: evenly from 0 to 255, its own, and the one asked for */
  readonly values: readonly number[];
  /** before softmax, by value */
  readonly scores: Float32Array;
  /** score + gradient * change, by value */
  readonly foretold: Float32Array;
  /** scores - foretold */
  readonly apart: Float32Array;
}

/** A picture that is a test image. */
export interface TestPicture {
  /** of the test set, the last one for numbers beyond it */
  readonly index: number;
  readonly label: number;
  /** bytes [h, w, c] */
  readonly picture: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
}

export function testPicture({ images: { test } }: Asked["data"], wanted: number): TestPicture {
  const { height, width, channels } = test;
  const size = height * width * channels;
  const index = Math.min(wanted, test.count - 1);
  const picture = test.images.slice(index * size, (index + 1) * size);
  return { index, label: test.labels[index]!, picture, shape: [height, width, channels] };
}

/** The same number of pictures each time, so that the kernels are compiled once. */
const evenly = Array.from({ length: 16 }, (_, i) => 17 * i);

/**
 * What a network that sorts pictures answers to one, and what speaks for class `wanted`, the highest unless given. Training may go
 * on afterwards as if nothing had been.
 * @param picture bytes [h, w, c]
 * @throws ArgumentError for a picture of another size than the network takes, or a class that it does not have
 */
export async function ask(
  { model, data, step }: Asked,
  picture: Uint8Array,
  wanted?: number,
): Promise<ClassAnswer> {
  using asked = upload({ model, data }, [picture]);
  const { source } = asked;
  const options = wanted === undefined ? {} : { classes: wanted };
  const { maps, classes } = await saliency(model, source, options);
  const explained = classes[0]!;
  const hasMaps = model.layers.some((layer) => layer instanceof Convolution2DLayer);
  const cam = hasMaps ? await gradCam(model, source, { classes: explained }) : undefined;
  return {
    targets: "classes",
    step,
    shares: await model.predict(source),
    explained,
    saliency: maps,
    gradCam: cam && { map: cam.maps, layer: cam.layer },
  };
}

/** What a network makes of a picture that is its own target, with the noise that it is trained against. */
export async function reconstruct({ model, data, step }: Asked, picture: Uint8Array): Promise<ImageAnswer> {
  using asked = upload({ model, data }, [picture]);
  return { targets: "images", step, made: await model.predict(asked.source) };
}

/**
 * Moves one pixel through its values: all in one batch, the gradient by the tape at the picture as it is.
 * @throws ArgumentError as ask(), and for a pixel outside of the picture
 */
export async function probe(
  { model, data, step }: Asked,
  picture: Uint8Array,
  change: PixelChange,
): Promise<Probe> {
  const at = placeOf(data, change);
  const own = picture[at] ?? 0;
  const values = [...evenly, own, change.value].sort((a, b) => a - b);
  const moved = values.map((value) => {
    const copy = picture.slice();
    copy[at] = value;
    return copy;
  });
  using asked = upload({ model, data }, moved);
  const follows = () => follow(asked, model, { base: values.indexOf(own), at, explained: change.explained });
  const numbers = await model.reading("probe", follows);
  const [scores, foretold, apart, slope] = numbers as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  return { ...change, step, own, values, scores, foretold, apart, gradient: slope[0]! };
}

interface Followed {
  /** number of the picture that the others differ from in one value */
  readonly base: number;
  /** place of that value in the picture */
  readonly at: number;
  readonly explained: number;
}

/** Scores [n] of the pictures, what the gradient at the base foretells of them, how far these are apart, and the gradient. */
async function follow(
  { dataset, transform }: Uploaded,
  model: Asked["model"],
  { base, at, explained }: Followed,
) {
  const { engine, count } = dataset;
  const graph = scoreGraph("probe", model);
  if (explained >= graph.classes)
    throw new ArgumentError(`probe: there is no class ${explained}; the network has ${graph.classes}.`);
  const network = wholeGraph(graph);
  const step = new StepState(engine);
  const compute = () => {
    const order = engine.tensor(identityOrder(count), [count], "u32") as Tensor<"u32">;
    const x = dataset.batch(order, { batch: count }).inputs; // [n, h, w, c], or as the network takes pictures
    const valueAxes = x.shape.slice(1);
    const picture = slice(x, [base, ...valueAxes.map(() => 0)], [1, ...valueAxes.map(() => -1)]);
    const scoreOf = (images: Tensor) => {
      const seen = transform ? transform.apply(images, order) : images;
      const [scores] = network.run(engine, [seen], { training: false, stream: 0 });
      return sum(slice(scores!, [0, explained], [-1, 1]), { axes: [1] }); // [n]
    };
    const scores = scoreOf(x);
    const { gradients: slopes } = gradients(engine, () => sum(scoreOf(picture)), [picture]);
    // all pixels but one are as they were, so one term of the sum is left
    const change = sum(mul(sub(x, picture), slopes[0]!), { axes: valueAxes.map((_, axis) => axis + 1) });
    const foretold = add(slice(scores, [base], [1]), change);
    const slope = slice(reshape(slopes[0]!, [-1]), [at], [1]);
    return [scores, foretold, sub(scores, foretold), slope].map((tensor) => engine.keep(tensor));
  };
  const kept = engine.useStep(step, () => engine.scope(compute));
  try {
    return await Promise.all(kept.map((tensor) => tensor.data()));
  } finally {
    for (const tensor of kept) tensor.dispose();
    step.dispose();
  }
}

interface Uploaded extends Disposable {
  readonly dataset: GpuDataset;
  readonly transform: Asked["data"]["testing"]["transform"];
  /** as predict() takes it */
  readonly source: Asked["data"]["testing"];
}

/** Pictures on the GPU, to be seen by the network as it sees test images. */
function upload({ model, data }: Pick<Asked, "model" | "data">, pictures: readonly Uint8Array[]): Uploaded {
  const { height, width, channels } = data.images.test;
  const size = height * width * channels;
  const inputs = new Uint8Array(pictures.length * size);
  for (const [i, picture] of pictures.entries()) {
    if (picture.length !== size)
      throw new ArgumentError(
        `The picture has ${picture.length} values, the network takes ${height} x ${width} x ${channels}.`,
      );
    inputs.set(picture, i * size);
  }
  const { transform } = data.testing;
  const { inputShape } = model;
  const dataset = GpuDataset.upload(model.session.engine, { inputs, inputShape, scale: 1 / 255 });
  return {
    dataset,
    transform,
    source: { dataset, ...(transform && { transform }) },
    [Symbol.dispose]: () => dataset.dispose(),
  };
}

/** Index of a value in a picture [h, w, c]. Throws ArgumentError for one outside of it. */
function placeOf({ images }: Asked["data"], { row, column, channel, value }: PixelChange): number {
  const { height, width, channels } = images.test;
  const isWithin = (index: number, end: number) => Number.isInteger(index) && index >= 0 && index < end;
  if (!isWithin(row, height) || !isWithin(column, width) || !isWithin(channel, channels))
    throw new ArgumentError(
      `probe: there is no value ${row}, ${column}, ${channel} in a picture of ${height} x ${width} x ${channels}.`,
    );
  if (!isWithin(value, 256)) throw new ArgumentError(`probe: ${value} is no byte.`);
  return (row * width + column) * channels + channel;
}
