/** @file Gradient descent in the kernels of the filter gradient: what they subtract from filters and bias. */
import { describe, expect, it } from "vitest";
import { StepState } from "../../../engine/step-state.ts";
import { registersFilterGradient, subgroupConvolution } from "../../../kernels/conv2d/choose.ts";
import { conv2dFilterGradientReference } from "../../../kernels/conv2d/conv2d.reference.ts";
import { descendFilters } from "../../../kernels/conv2d/passes.ts";
import { tiledConvolution } from "../../../kernels/conv2d/tiles.ts";
import type { ConvolutionVariant } from "../../../kernels/conv2d/variant.ts";
import { convolution } from "../../../lessons/properties/convolution.ts";
import { inSlices } from "../../../lessons/properties/convolution-pass.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";

const problem = convolution({ image: [2, 5, 7, 4], window: [2, 3], filters: 12, padding: "same" });
const { batch, outHeight, outWidth, windowHeight, windowWidth, channels, filters } = problem;
const positions = batch * outHeight * outWidth;
const [learningRate, decay, step] = [0.5, 0.25, 3];

const variants: Readonly<Record<string, (lanes: number) => ConvolutionVariant>> = {
  tiled: () => inSlices(tiledConvolution("filter-gradient", problem), 1),
  "tiled-any": () => ({ ...inSlices(tiledConvolution("filter-gradient", problem), 1), name: "tiled-any" }),
  "tiled, in 3 slices": () => inSlices(tiledConvolution("filter-gradient", problem), 3),
  subgroup: (lanes) => inSlices(subgroupConvolution("filter-gradient", problem, lanes), 1),
  registers: () => inSlices(registersFilterGradient(problem), 1),
  "registers, in 3 slices": () => inSlices(registersFilterGradient(problem), 3),
};

describe("filter gradient with descent", () => {
  const engine = useEngine();

  async function descended(variant: ConvolutionVariant, halted: number) {
    const image = randomArray([batch, problem.height, problem.width, channels], 1);
    const dy = randomArray([batch, outHeight, outWidth, filters], 2);
    const weights = randomArray([windowHeight, windowWidth, channels, filters], 3);
    const bias = randomArray([filters], 4);
    const upload = ({ data, shape }: typeof image) => engine().tensor(data, shape);
    const [output, dbias] = [upload(weights), upload(bias)];
    const state = new StepState(engine());
    state.set({ learningRate, step, halted });
    const tensors = { image: upload(image), dy: upload(dy), filters: output, bias: dbias };
    engine().useStep(state, () => descendFilters(problem, tensors, decay, variant));
    const values = { weights: await output.data(), bias: await dbias.data() };
    state.dispose();
    return { image, dy, weights, bias, values };
  }

  it.for(Object.entries(variants))("subtracts rate times the gradient: %s", async ([name, make], {
    skip,
  }) => {
    const lanes = engine().adapter.subgroupSize;
    if (name === "subgroup" && lanes < 4) skip("this adapter has no subgroups of a fixed size");
    const { image, dy, weights, bias, values } = await descended(make(lanes), 0);
    const rate = learningRate / (1 + decay * step);
    const gradient = conv2dFilterGradientReference(image, dy, problem);
    const sums = bias.data.map((_, k) =>
      dy.data.reduce((sum, value, i) => sum + (i % filters === k ? value : 0), 0),
    );
    const changed = (before: ArrayLike<number>, change: ArrayLike<number>) =>
      Float64Array.from(before, (value, i) => value - rate * change[i]!);
    const tolerance = { terms: positions + 1, scale: 1 };
    expectClose(values.weights, changed(weights.data, gradient.data), tolerance, "filters");
    expectClose(values.bias, changed(bias.data, sums), tolerance, "bias");
  });

  it.for(Object.entries(variants))("changes nothing after a halt: %s", async ([name, make], { skip }) => {
    const lanes = engine().adapter.subgroupSize;
    if (name === "subgroup" && lanes < 4) skip("this adapter has no subgroups of a fixed size");
    const { weights, bias, values } = await descended(make(lanes), step + 1);
    expect([...values.weights]).toEqual([...Float32Array.from(weights.data)]);
    expect([...values.bias]).toEqual([...Float32Array.from(bias.data)]);
  });
});
