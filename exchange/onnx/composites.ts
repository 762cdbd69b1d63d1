/** @file Layers that exporters write as several nodes: gelu by its error function, softplus, and a ReLU with a threshold. */
import { Activation, type Layer, ReLU } from "../../models/layers/index.ts";
import { shortest } from "./node-reader.ts";
import type { NodeProto } from "./proto.ts";

/** Nodes that together work on each number of `input` alone. */
export interface Composite {
  readonly input: string;
  /** in any order; their results are read by each other alone, but that of `last` */
  readonly nodes: readonly NodeProto[];
  readonly last: NodeProto;
  make(): Layer;
}

/** The graph around a node. */
export interface Surroundings {
  /** the node that makes a value */
  maker(name: string): NodeProto | undefined;
  /** the only node that reads a value which is no output of the graph */
  onlyReader(name: string): NodeProto | undefined;
  /** a constant of one number */
  number(name: string): number | undefined;
}

/** What begins with this node, if it is an Erf or a Where. */
export function compositeAt(node: NodeProto, graph: Surroundings): Composite | undefined {
  if (node.op === "Erf") return geluAround(node, graph);
  return node.op === "Where" ? (softplusAt(node, graph) ?? reluAround(node, graph)) : undefined;
}

const isNear = (a: number, b: number) => Math.abs(a - b) < 1e-6;

/** A node's other input beside `name`, and the number that it is. */
function otherOf({ inputs }: NodeProto, name: string, graph: Surroundings) {
  const other = inputs.length === 2 ? inputs[inputs[0] === name ? 1 : 0]! : "";
  return { other, number: graph.number(other) };
}

/** x times a number, or over one. */
function scaledBy(name: string, graph: Surroundings) {
  const node = graph.maker(name);
  if (!node || (node.op !== "Mul" && node.op !== "Div") || !graph.onlyReader(name)) return undefined;
  const input = node.inputs.find((each) => graph.number(each) === undefined);
  if (input === undefined || (node.op === "Div" && node.inputs[0] !== input)) return undefined;
  const { number } = otherOf(node, input, graph);
  return number === undefined ? undefined : { node, input, factor: node.op === "Mul" ? number : 1 / number };
}

/** x * (1 + erf(x / sqrt(2))) / 2, its factors in any order. */
function geluAround(erf: NodeProto, graph: Surroundings): Composite | undefined {
  const inner = scaledBy(erf.inputs[0] ?? "", graph);
  const sum = graph.onlyReader(erf.outputs[0] ?? "");
  if (!inner || !isNear(inner.factor, Math.SQRT1_2) || sum?.op !== "Add") return undefined;
  if (otherOf(sum, erf.outputs[0]!, graph).number !== 1) return undefined;
  const { input } = inner;
  const nodes = [inner.node, erf, sum];
  let [factor, hasInput, last] = [1, false, sum];
  while (!hasInput || factor !== 0.5) {
    const value = last.outputs[0]!;
    const next = graph.onlyReader(value);
    if (!next || (next.op !== "Mul" && next.op !== "Div") || nodes.length > 7) return undefined;
    const { other, number } = otherOf(next, value, graph);
    const scaled = scaledBy(other, graph);
    if (number !== undefined && (next.op === "Mul" || next.inputs[0] === value))
      factor *= next.op === "Mul" ? number : 1 / number;
    else if (next.op === "Mul" && !hasInput && (other === input || scaled?.input === input)) {
      hasInput = true;
      if (other !== input && scaled) {
        factor *= scaled.factor;
        nodes.push(scaled.node);
      }
    } else return undefined;
    nodes.push(next);
    last = next;
  }
  return { input, nodes, last, make: () => Activation("gelu") };
}

/** From here on softplus(x) is x in float32. */
const softplusIsStraight = 17;

/** x where it is large, else softplus(x): PyTorch's. */
function softplusAt(where: NodeProto, graph: Surroundings): Composite | undefined {
  const [condition = "", input = "", below = ""] = where.inputs;
  const [greater, softplus] = [graph.maker(condition), graph.maker(below)];
  if (greater?.op !== "Greater" || softplus?.op !== "Softplus" || greater.inputs[0] !== input)
    return undefined;
  if (softplus.inputs[0] !== input || !graph.onlyReader(condition) || !graph.onlyReader(below))
    return undefined;
  if (!((graph.number(greater.inputs[1] ?? "") ?? 0) >= softplusIsStraight)) return undefined;
  return { input, nodes: [greater, softplus, where], last: where, make: () => Activation("softplus") };
}

/** x where it reaches the threshold, else slope * (x - threshold); then no more than a largest value, if there is one. */
function reluAround(where: NodeProto, graph: Surroundings): Composite | undefined {
  const [condition = "", input = "", below = ""] = where.inputs;
  const reached = graph.maker(condition);
  const product = scaledBy(below, graph);
  const difference = product && graph.maker(product.input);
  if (reached?.op !== "GreaterOrEqual" || !graph.onlyReader(condition) || !graph.onlyReader(below))
    return undefined;
  if (difference?.op !== "Sub" || !graph.onlyReader(product!.input)) return undefined;
  const threshold = graph.number(reached.inputs[1] ?? "");
  if (threshold === undefined || graph.number(difference.inputs[1] ?? "") !== threshold) return undefined;
  if (reached.inputs[0] !== input || difference.inputs[0] !== input) return undefined;
  const options = { threshold: shortest(threshold), negativeSlope: shortest(product!.factor) };
  const nodes = [reached, difference, product!.node, where];
  const end = graph.onlyReader(where.outputs[0] ?? "");
  const largest = end?.op === "Min" ? otherOf(end, where.outputs[0]!, graph).number : undefined;
  if (!end || largest === undefined) return { input, nodes, last: where, make: () => ReLU(options) };
  const make = () => ReLU({ ...options, maxValue: shortest(largest) });
  return { input, nodes: [...nodes, end], last: end, make };
}
