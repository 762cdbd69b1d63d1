/** @file What the network makes of an image just now: read from what the kernels of a forward pass wrote. */
import { StepState } from "../../engine/step-state.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { max } from "../../kernels/reduce/index.ts";
import { Batches } from "../../models/data/batches.ts";
import type { Layer } from "../../models/layers/layer.ts";
import type { Model } from "../../models/model.ts";
import type { DeadUnits, Look, Values } from "./protocol.ts";
import type { TrainingData } from "./training-data.ts";

/** Images by which a unit counts as dead. */
const deadAmong = 64;

/** Runs the model on test image `index`, and on some more for the dead units. Changes nothing. */
export async function lookAt(model: Model, data: TrainingData, index: number, step: number): Promise<Look> {
  const { test } = data.images;
  const image = Math.min(index, test.count - 1);
  const size = test.height * test.width * test.channels;
  const pixels = Float32Array.from(test.images.subarray(image * size, (image + 1) * size));
  const some = Uint32Array.from({ length: Math.min(deadAmong, test.count) }, (_, i) => i);
  return {
    step,
    image,
    label: test.labels[image]!,
    pixels: { name: "input", shape: [test.height, test.width, test.channels], values: pixels },
    seen: data.testing.transform && (await inputOf(data, image)),
    outputs: await forward(model, data, Uint32Array.of(image), (_, y) => y),
    filters: await filtersOf(model),
    dead: (await forward(model, data, some, highestOfUnits)).map(deadUnits),
  };
}

/** The image as the network gets it. */
async function inputOf({ testing }: TrainingData, image: number): Promise<Values> {
  const { engine } = testing.dataset;
  const step = new StepState(engine);
  const batches = Batches.open(engine, { ...testing, indices: Uint32Array.of(image) }, false);
  try {
    const input = engine.useStep(step, () => engine.scope(() => engine.keep(batches.batch(1).inputs[0]!)));
    const values = await valuesOf("input", input);
    input.dispose();
    return values;
  } finally {
    batches.dispose();
    step.dispose();
  }
}

/** What `choose` makes of each layer's output on these test images. */
async function forward(
  model: Model,
  { testing }: TrainingData,
  indices: Uint32Array,
  choose: (layer: Layer, output: Tensor) => Tensor | undefined,
): Promise<Values[]> {
  const { engine } = testing.dataset;
  const step = new StepState(engine);
  const batches = Batches.open(engine, { ...testing, indices }, false);
  const chosen: { readonly name: string; readonly tensor: Tensor }[] = [];
  const inspect = ({ name }: Layer, output: Tensor) => {
    const tensor = choose(model.getLayer(name), output);
    if (tensor) chosen.push({ name, tensor: engine.keep(tensor) });
  };
  const context = { training: false, stream: 0, inspect };
  try {
    engine.useStep(step, () =>
      engine.scope(() => {
        model.callAll(batches.batch(indices.length).inputs, context);
      }),
    );
    return await Promise.all(chosen.map(({ name, tensor }) => valuesOf(name, tensor)));
  } finally {
    for (const { tensor } of chosen) tensor.dispose();
    batches.dispose();
    step.dispose();
  }
}

async function valuesOf(name: string, tensor: Tensor): Promise<Values> {
  return { name, shape: tensor.shape, values: (await tensor.data()) as Float32Array };
}

/** Of a layer that ends in a ReLU the largest output of each unit, which a convolution has many of in an image. */
function highestOfUnits(layer: Layer, output: Tensor): Tensor | undefined {
  if (!endsInRelu(layer)) return undefined;
  return max(output, { axes: output.shape.slice(1).map((_, axis) => axis) });
}

function endsInRelu(layer: Layer): boolean {
  return layer.className === "ReLU" || layer.getConfig().activation === "relu";
}

function deadUnits({ name, values }: Values): DeadUnits {
  return { layer: name, dead: values.filter((value) => value === 0).length, units: values.length };
}

/** The kernels of all convolutions. */
async function filtersOf({ weights }: Model): Promise<Values[]> {
  const found = weights.filter(
    ({ path, variable }) => path.endsWith("/kernel") && variable.shape.length === 4,
  );
  return Promise.all(found.map(({ path, variable }) => valuesOf(path, variable.tensor)));
}
