/** @file Activations as nodes of ONNX, opset 17. */
import { ArgumentError } from "../../engine/errors.ts";
import type { GraphWriter, Written } from "./graph-writer.ts";
import type { AttributeValue } from "./proto.ts";

type Op = readonly [op: string, attributes?: Readonly<Record<string, AttributeValue>>];

/** Activations that are one op. */
const ops: Readonly<Record<string, Op>> = {
  relu: ["Relu"],
  sigmoid: ["Sigmoid"],
  tanh: ["Tanh"],
  leaky_relu: ["LeakyRelu", { alpha: { float: 0.2 } }],
  elu: ["Elu", { alpha: { float: 1 } }],
  selu: ["Selu"],
  softplus: ["Softplus"],
  exponential: ["Exp"],
  hard_sigmoid: ["HardSigmoid", { alpha: { float: 1 / 6 }, beta: { float: 0.5 } }],
  hard_silu: ["HardSwish"],
  hard_swish: ["HardSwish"],
  softsign: ["Softsign"],
};

/** The value after the activation. Throws ArgumentError for a function. */
export function writeActivation(graph: GraphWriter, label: string, x: Written, activation: unknown): Written {
  const give = (name: string): Written => ({ ...x, name });
  if (activation === "linear") return x;
  if (typeof activation !== "string")
    throw new ArgumentError(
      `toOnnx: ${label}: its activation is a function, which cannot be written as ONNX.`,
    );
  const op = Object.hasOwn(ops, activation) ? ops[activation] : undefined;
  if (op) return give(graph.node(op[0], label, [x.name], op[1]));
  const scalar = (value: number) => graph.floats(`${label}/number`, [value], []);
  switch (activation) {
    case "softmax":
    case "log_softmax": {
      const axis = x.channelsFirst ? 1 : x.shape.length;
      if (activation === "softmax") return give(graph.node("Softmax", label, [x.name], { axis }));
      const last = graph.turned(x, false, label);
      return { ...last, name: graph.node("LogSoftmax", label, [last.name], { axis: -1 }) };
    }
    case "silu":
    case "swish":
      return give(graph.node("Mul", label, [x.name, graph.node("Sigmoid", label, [x.name])]));
    case "relu6":
      return give(graph.node("Clip", label, [x.name, scalar(0), scalar(6)]));
    case "gelu": {
      const inner = graph.node("Erf", label, [graph.node("Div", label, [x.name, scalar(Math.SQRT2)])]);
      const share = graph.node("Add", label, [inner, scalar(1)]);
      return give(graph.node("Mul", label, [graph.node("Mul", label, [x.name, share]), scalar(0.5)]));
    }
    default:
      throw new ArgumentError(`toOnnx: ${label}: the activation ${activation} cannot be written as ONNX.`);
  }
}
