/** @file Kind network_hashed: networks of full width, whose weights, inputs and labels come from an integer hash. */
import { z } from "zod";
import { type Engine, type Shape, sizeOf } from "../../../engine/index.ts";
import { fans } from "../../../models/initializers.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import { type Check, compareOutputs, type Results } from "../compare.ts";
import { networkSchema } from "./network-model.ts";
import { norm, runNetworkFrom, sum } from "./network-run.ts";

const hashedSchema = networkSchema.extend({
  param_shapes: z.array(z.array(z.number())),
  stream: z.number(),
  output_shapes: z.record(z.string(), z.array(z.number())),
});

type Hashed = z.infer<typeof hashedSchema>;

/** The uniform number in [0, 1) that attrs.generation calls u(i, stream). */
function uniform(index: number, stream: number): number {
  let v = (index + Math.imul(stream, 0x9e3779b9)) >>> 0;
  v = Math.imul(v ^ (v >>> 16), 0x7feb352d);
  v = Math.imul(v ^ (v >>> 15), 0x846ca68b);
  v ^= v >>> 16;
  return (v >>> 8) * 2 ** -24;
}

export async function runNetworkHashed(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  const network = hashedSchema.parse(golden.attrs);
  const { stream, batch, input_shape, params } = network;
  const inputs = Float32Array.from({ length: batch * sizeOf(input_shape) }, (_, i) => uniform(i, stream));
  const weights = new Map(params.map((name, j) => [name, hashedWeight(network, name, j)]));
  const labels = network.target === "x" ? undefined : hashedLabels(network);
  const outcome = await runNetworkFrom(golden, network, engine, { inputs, labels, weights });
  const samples = [...outcome.gradients].map(([name, values]) =>
    sample(golden, `grad_sample.${name}`, values),
  );
  const results = Object.assign(
    { ...outcome.results, ...gradientSummary(outcome.gradients) },
    sample(golden, "output_sample", outcome.results.output!),
    ...samples,
  ) as Results;
  const heads = [...weights.values()].flatMap((values) => firstFour(values));
  return [
    exactly(golden, "x_head", inputs),
    exactly(golden, "w_head", heads),
    ...(labels ? [exactly(golden, "labels", labels)] : []),
    ...compareOutputs(golden, results),
    ...outcome.checks,
  ];
}

function hashedLabels({ layers, output_shapes, batch, stream }: Hashed): Int32Array {
  const classes = output_shapes[layers.at(-1)!.name]!.at(-1)!;
  return Int32Array.from({ length: batch }, (_, i) => Math.floor(uniform(i, stream + 1) * classes));
}

function hashedWeight({ param_shapes, stream }: Hashed, name: string, parameter: number): Float32Array {
  const shape: Shape = param_shapes[parameter]!;
  const { fanIn, fanOut } = fans(shape);
  const limit = Math.fround(name.endsWith("kernel") ? Math.sqrt(6 / (fanIn + fanOut)) : 0.05);
  const own = stream + 2 + parameter;
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => (2 * uniform(i, own) - 1) * limit);
}

/** A parameter of fewer values repeats them. */
function firstFour(values: Float32Array): number[] {
  return Array.from({ length: 4 }, (_, i) => values[i % values.length]!);
}

/** Norms and sums of the gradients. */
function gradientSummary(gradients: ReadonlyMap<string, Float32Array>): Results {
  return {
    grad_l2: [...gradients.values()].map((values) => norm(values)),
    grad_sum: [...gradients.values()].map(sum),
  };
}

/** As many of the values, evenly spread, as the case has under this name. */
function sample(golden: GoldenCase, name: string, values: ArrayLike<number>): Results {
  const count = golden.tensors.get(name)?.shape[0] ?? 0;
  return {
    [name]: Array.from({ length: count }, (_, j) => values[Math.floor((j * values.length) / count)]!),
  };
}

/** Whether the numbers begin with those of the case: a wrong generator would make every other check meaningless. */
function exactly(golden: GoldenCase, tensor: string, values: ArrayLike<number>): Check {
  const expected = Array.from(numbersOf(tensorOf(golden, tensor)));
  const wrong = expected.findIndex((value, i) => value !== values[i]);
  const detail = wrong < 0 ? "equal" : `element ${wrong} is ${values[wrong]}, expected ${expected[wrong]}`;
  return { tensor, ratio: wrong < 0 ? 0 : Number.POSITIVE_INFINITY, detail };
}
