/** @file What exporters write and no layer needs: casts between floats, and a transpose between a convolution and its bias. */
import { sizeOf } from "../../engine/shape.ts";
import { type Constant, isFloat } from "./constants.ts";
import type { NodeProto } from "./proto.ts";

/** The graph that the nodes are of. */
export interface Whole {
  readonly outputs: ReadonlySet<string>;
  constant(name: string): Constant | undefined;
  /** puts a constant into the graph, and gives its name */
  add(constant: Constant): string;
}

/** The same graph, with nodes that can be taken in one after the other. */
export function simplified(nodes: readonly NodeProto[], graph: Whole): readonly NodeProto[] {
  return biasBeforeTranspose(withoutCasts(nodes, graph), graph);
}

/** The nodes that these outputs depend on, in their order. */
export function neededFor(outputs: readonly string[], nodes: readonly NodeProto[]): readonly NodeProto[] {
  const makers = new Map<string, NodeProto[]>();
  for (const node of nodes)
    for (const name of node.outputs) makers.set(name, [...(makers.get(name) ?? []), node]);
  const names = new Set(outputs);
  const needed = new Set<NodeProto>();
  for (const name of names) {
    for (const node of makers.get(name) ?? []) {
      needed.add(node);
      for (const input of node.inputs) names.add(input);
    }
  }
  return nodes.filter((node) => needed.has(node));
}

/** The nodes that read a value, by its name. */
export function readersOf(nodes: readonly NodeProto[]): ReadonlyMap<string, readonly NodeProto[]> {
  const readers = new Map<string, NodeProto[]>();
  for (const node of nodes) {
    for (const name of new Set(node.inputs)) {
      const known = readers.get(name);
      if (known) known.push(node);
      else readers.set(name, [node]);
    }
  }
  return readers;
}

/** Nodes that pass their value on read at its source. */
function withoutCasts(nodes: readonly NodeProto[], graph: Whole): readonly NodeProto[] {
  const sources = new Map<string, string>();
  return nodes.flatMap((node) => {
    const inputs = node.inputs.map((name) => sources.get(name) ?? name);
    const [input, output] = [inputs[0], node.outputs[0]];
    const passes =
      node.domain === "" && (node.op === "Identity" || (node.op === "Cast" && isFloatCast(node)));
    const isNeeded = output === undefined || graph.outputs.has(output) || sources.has(output);
    if (!passes || isNeeded || !input || inputs.length > 1 || graph.constant(input))
      return [{ ...node, inputs }];
    sources.set(output, input);
    return [];
  });
}

export function isFloatCast({ attributes }: NodeProto): boolean {
  return isFloat(attributes.get("to")?.integer ?? 0);
}

/** Of a convolution, a transpose to channels last and a bias [c]: the bias as [c, 1, 1] first, as a layer has it. */
function biasBeforeTranspose(nodes: readonly NodeProto[], graph: Whole): readonly NodeProto[] {
  const readers = readersOf(nodes);
  const onlyReader = (name: string) => {
    const found = readers.get(name) ?? [];
    return found.length === 1 && !graph.outputs.has(name) ? found[0] : undefined;
  };
  const changed = new Map<NodeProto, NodeProto>();
  for (const node of nodes) {
    const [made] = node.outputs;
    const transpose = made !== undefined && /^Conv/.test(node.op) ? onlyReader(made) : undefined;
    const [turned] = transpose?.outputs ?? [];
    if (transpose?.op !== "Transpose" || transpose.attributes.get("perm")?.integers.join() !== "0,2,3,1")
      continue;
    const sum = turned === undefined ? undefined : onlyReader(turned);
    const bias = sum?.op === "Add" ? sum.inputs.map((name) => graph.constant(name)).find(Boolean) : undefined;
    if (!sum || !bias || bias.shape.length === 0 || bias.shape.at(-1) !== sizeOf(bias.shape)) continue;
    const first = graph.add({ ...bias, shape: [bias.data.length, 1, 1] });
    changed.set(transpose, { ...sum, inputs: [made!, first], outputs: [turned!] });
    changed.set(sum, { ...transpose, inputs: [turned!], outputs: sum.outputs });
  }
  return nodes.map((node) => changed.get(node) ?? node);
}
