/** @file Symbolic tensors: the edges of a model's graph, with a shape but no values, and the layer calls between them. */
import { ArgumentError } from "../engine/errors.ts";
import { written } from "../engine/options.ts";
import type { Shape } from "../engine/shape.ts";
import type { Layer } from "./layers/layer.ts";

/** One use of a layer: which tensors it takes and which it makes. */
export interface LayerCall {
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];
  /** one, but for models with several outputs */
  readonly outputs: readonly SymbolicTensor[];
}

/** An output of one use of a layer. */
export class SymbolicTensor {
  /** without the batch axis */
  readonly shape: Shape;
  readonly call: LayerCall;
  /** which of the call's outputs it is */
  readonly index: number;

  constructor(shape: Shape, call: LayerCall, index: number) {
    this.shape = shape;
    this.call = call;
    this.index = index;
  }

  /** The layer that makes it. */
  get layer(): Layer {
    return this.call.layer;
  }
}

/** The tensors, which must be symbolic ones. Throws ArgumentError, with `owner` at its head. */
export function symbolicTensors(owner: string, tensors: readonly unknown[]): SymbolicTensor[] {
  return tensors.map((tensor) => {
    if (tensor instanceof SymbolicTensor) return tensor;
    const wanted = "what input() or another layer's apply() returned";
    throw new ArgumentError(`${owner}: takes symbolic tensors, ${wanted}; got ${written(tensor)}.`);
  });
}

/** A use of `layer` that makes one tensor of each shape. */
export function layerCall(
  layer: Layer,
  inputs: readonly SymbolicTensor[],
  shapes: readonly Shape[],
): LayerCall {
  const outputs: SymbolicTensor[] = [];
  const call: LayerCall = { layer, inputs, outputs };
  for (const [index, shape] of shapes.entries()) outputs.push(new SymbolicTensor(shape, call, index));
  return call;
}

/** Every call that `outputs` depend on, each after those that make its inputs; `callOf` says which call makes a tensor. */
export function topologicalOrder(
  outputs: readonly SymbolicTensor[],
  callOf: (tensor: SymbolicTensor) => LayerCall,
): LayerCall[] {
  const order: LayerCall[] = [];
  const visited = new Set<LayerCall>();
  const stack = outputs.map((tensor) => ({ call: callOf(tensor), expanded: false })).reverse();
  for (let item = stack.pop(); item; item = stack.pop()) {
    const { call, expanded } = item;
    if (expanded) order.push(call);
    else if (!visited.has(call)) {
      visited.add(call);
      stack.push({ call, expanded: true });
      for (const input of [...call.inputs].reverse()) {
        if (!visited.has(callOf(input))) stack.push({ call: callOf(input), expanded: false });
      }
    }
  }
  return order;
}
