/** @file Gemm and MatMul as Dense layers. */
import { Dense, DenseTranspose } from "../../../models/layers/index.ts";
import { type Constant, permuted } from "../constants.ts";
import type { OnnxNode } from "../onnx-node.ts";
import { asPlain, asRow, plainView, type View } from "../view.ts";
import { type Bias, takeActivation, takeBias } from "./epilogue.ts";

/** alpha A B + beta C, with A the network's and B the weights, transposed if transB says so. */
export function readGemm(node: OnnxNode): View {
  if (node.integer("transA", 0) !== 0) node.refuse("transA is not taken");
  const [alpha, beta] = [node.float("alpha", 1), node.float("beta", 1)];
  const given = node.weight(1, 2, "a matrix");
  const transposed = node.integer("transB", 0) !== 0;
  const kernel = scaled(transposed ? { ...permuted(given, [1, 0]), name: given.name } : given, alpha);
  const units = kernel.shape[1]!;
  const c = node.optional(2);
  const own =
    c && c.data.length === 1 && units > 1
      ? new Float32Array(units).fill(c.data[0]!)
      : c && node.vector(2, units);
  const scaledOwn = own && beta !== 1 ? own.map((value) => value * beta) : own;
  const whole = takeBias(node, scaledOwn, units, 1);
  return product(node, kernel, whole, transposed && alpha === 1 ? given.name : undefined);
}

/** A times a constant matrix. */
export function readMatMul(node: OnnxNode): View {
  const kernel = node.weight(1, 2, "a matrix");
  const bias = takeBias(node, undefined, kernel.shape[1]!, 1);
  return product(node, kernel, bias, kernel.transposeOf);
}

function scaled(kernel: Constant, alpha: number): Constant {
  return alpha === 1 ? kernel : { ...kernel, data: kernel.data.map((value) => value * alpha) };
}

/** `tiedTo` is the initializer whose transposed matrix the kernel is: where a layer has it already, both share it. */
function product(node: OnnxNode, kernel: Constant, bias: Bias, tiedTo: string | undefined): View {
  const view = node.view();
  const [inputs, units] = kernel.shape as readonly [number, number];
  if (view.shape.at(-1) !== inputs) {
    node.refuse(
      `the weight "${kernel.name ?? ""}" expects ${inputs} numbers, the value before it has [${view.shape}]`,
    );
  }
  const { tensor, places } =
    view.shape.length === 1 ? asRow(view) : { tensor: asPlain(view), places: undefined };
  const activation = takeActivation(node);
  const tied = places || tiedTo === undefined ? undefined : node.workshop.denseLayers.get(tiedTo);
  if (tied && bias.data) {
    const layer = DenseTranspose(tied, {
      activation,
      name: node.workshop.layerName(`${tied.name}_transpose`),
    });
    node.workshop.setWeights(layer, new Map([["bias", bias.data]]));
    return plainView(node.apply(layer, tensor));
  }
  const useBias = bias.data !== undefined;
  const key = JSON.stringify(["Dense", kernel.name, bias.name, useBias, activation, places !== undefined]);
  const layer = node.workshop.layer(kernel.name === undefined ? "" : key, () => {
    const made = Dense(units, { activation, useBias, name: node.layerName(kernel) });
    const values = places ? movedRows(kernel, places) : (kernel.data as Float32Array);
    node.workshop.setWeights(
      made,
      new Map([["kernel", values], ...(bias.data ? [["bias", bias.data] as const] : [])]),
    );
    if (kernel.name !== undefined && !places && tiedTo === undefined)
      node.workshop.denseLayers.set(kernel.name, made);
    return made;
  });
  return plainView(node.apply(layer, tensor));
}

/** The kernel for a row of numbers in another order: its row j becomes row places[j]. */
function movedRows({ shape, data }: Constant, places: Int32Array): Float32Array {
  const units = shape[1]!;
  const moved = new Float32Array(data.length);
  for (const [j, place] of places.entries())
    moved.set(data.subarray(j * units, (j + 1) * units), place * units);
  return moved;
}
