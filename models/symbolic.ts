/** @file Symbolic tensors: the edges of a model's graph, with a shape but no values. */
import type { Shape } from "../engine/shape.ts";
import type { Layer } from "./layers/layer.ts";

/** The output of one use of a layer. */
export class SymbolicTensor {
  /** without the batch axis */
  readonly shape: Shape;
  readonly layer: Layer;
  readonly inputs: readonly SymbolicTensor[];

  constructor(shape: Shape, layer: Layer, inputs: readonly SymbolicTensor[]) {
    this.shape = shape;
    this.layer = layer;
    this.inputs = inputs;
  }
}

/** Everything `outputs` depend on, each after its inputs. */
export function topologicalOrder(outputs: readonly SymbolicTensor[]): SymbolicTensor[] {
  const order: SymbolicTensor[] = [];
  const visited = new Set<SymbolicTensor>();
  const stack = [...outputs].reverse().map((node) => ({ node, expanded: false }));
  for (let item = stack.pop(); item; item = stack.pop()) {
    const { node, expanded } = item;
    if (expanded) order.push(node);
    else if (!visited.has(node)) {
      visited.add(node);
      stack.push({ node, expanded: true });
      for (const input of [...node.inputs].reverse()) {
        if (!visited.has(input)) stack.push({ node: input, expanded: false });
      }
    }
  }
  return order;
}
