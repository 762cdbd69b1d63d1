/** @file What exporters write as nodes after a product and is a part of its layer here: adding the bias, the activation. */

import { sizeOf } from "../../../engine/shape.ts";
import type { ActivationName } from "../../../models/index.ts";
import type { Constant } from "../constants.ts";
import type { NodeReader } from "../node-reader.ts";
import type { OnnxNode } from "../onnx-node.ts";

/** A bias, and the initializer that it is. */
export interface Bias {
  readonly data: Float32Array | undefined;
  readonly name: string | undefined;
}

/**
 * The bias that the node has itself, or that the node after it adds to each of `count` channels, which are the axis `fromEnd`
 * counted from the end: 3 of images [n, c, h, w], 1 of features.
 */
export function takeBias(node: OnnxNode, own: Float32Array | undefined, count: number, fromEnd: 1 | 3): Bias {
  if (own) return { data: own, name: node.optional(2)?.name };
  const added = node.absorb(["Add"], (_, other) => {
    if (!other || !(other.data instanceof Float32Array)) return undefined;
    return isAlongChannels(other, count, fromEnd) ? { data: other.data, name: other.name } : undefined;
  });
  return added ?? { data: undefined, name: undefined };
}

/** True if the constant has one value for each of `count` channels, which are the axis `fromEnd` counted from the end. */
export function isAlongChannels({ shape }: Constant, count: number, fromEnd: number): boolean {
  return shape.length <= 4 && sizeOf(shape) === count && shape.at(-fromEnd) === count;
}

/**
 * The activation in the node after this one that a layer may have as its own; "linear" if there is none. Of a layer that has
 * another name than the node it is left alone, as all but relu differ in the last bit then.
 */
export function takeActivation(node: OnnxNode): ActivationName {
  const scope = (name: string) => name.slice(0, Math.max(name.lastIndexOf("/"), 0));
  const own = scope(node.proto.name);
  return (
    node.absorb(["Relu", "Sigmoid", "Tanh", "Elu", "Selu", "Softplus", "Softsign"], (next) => {
      return next.proto.op === "Relu" || scope(next.proto.name) === own ? activationOf(next) : undefined;
    }) ?? "linear"
  );
}

/** seluAlpha and seluScale of the ONNX specification, in float32. */
const seluDefaults = [1.6732632, 1.050701] as const;

/** The name of the activation that a node computes; undefined if it computes something else. */
export function activationOf(node: NodeReader): ActivationName | undefined {
  const is = (attribute: string, value: number) =>
    Math.fround(node.float(attribute, value)) === Math.fround(value);
  switch (node.proto.op) {
    case "Relu":
      return "relu";
    case "Sigmoid":
      return "sigmoid";
    case "Tanh":
      return "tanh";
    case "Elu":
      return is("alpha", 1) ? "elu" : undefined;
    case "Selu":
      return Math.abs(node.float("alpha", seluDefaults[0]) - seluDefaults[0]) < 1e-5 &&
        Math.abs(node.float("gamma", seluDefaults[1]) - seluDefaults[1]) < 1e-5
        ? "selu"
        : undefined;
    case "Softplus":
      return "softplus";
    case "Softsign":
      return "softsign";
    case "Exp":
      return "exponential";
    case "HardSigmoid":
      return Math.abs(node.float("alpha", 0.2) - 1 / 6) < 1e-6 && is("beta", 0.5)
        ? "hard_sigmoid"
        : undefined;
    case "Gelu":
      return node.text("approximate", "none") === "none" ? "gelu" : undefined;
    case "HardSwish":
      return "hard_silu";
    default:
      return undefined;
  }
}
