/** @file Nodes that change the shape of a value or the order of its axes: they change how it is viewed and move nothing. */
import { sizeOf } from "../../../engine/shape.ts";
import { RepeatVector } from "../../../models/layers/index.ts";
import { type Constant, numbersOf } from "../constants.ts";
import { axisOf } from "../node-reader.ts";
import type { OnnxNode } from "../onnx-node.ts";
import { isFloatCast } from "../simplify.ts";
import { asPlain, isWhole, plainView, type View } from "../view.ts";

/** The batch and the axes of a sample. */
export function readShape(node: OnnxNode): Constant {
  const full = [node.workshop.batch, ...node.view().shape];
  const part = full.slice(node.integer("start", 0), node.integer("end", full.length));
  return { shape: [part.length], data: Float64Array.from(part), name: undefined };
}

export function readTranspose(node: OnnxNode): View {
  const view = node.view();
  const rank = view.shape.length + 1;
  const order = node.integers(
    "perm",
    Array.from({ length: rank }, (_, i) => rank - 1 - i),
  );
  if (order[0] !== 0 || order.length !== rank || !order.every((_, i) => order.includes(i)))
    node.refuse(`the order [${order}] of axes moves the batch, or is none`);
  const whole = isWhole(view) ? view : plainView(asPlain(view));
  const own = order.slice(1).map((axis) => whole.order[axis - 1]!);
  return { tensor: whole.tensor, order: own, shape: own.map((axis) => whole.tensor.shape[axis]!) };
}

export function readFlatten(node: OnnxNode): View {
  const view = node.view();
  if (axisOf(node.integer("axis", 1), view.shape.length + 1) !== 1)
    node.refuse("joins the batch with other axes");
  return { ...view, shape: [sizeOf(view.shape)] };
}

export function readReshape(node: OnnxNode): View {
  const view = node.view();
  const target = node.numbers(1, "shape") ?? node.refuse("the shape is missing");
  const [batch, ...sizes] = target;
  const keepsZero = node.integer("allowzero", 0) === 0;
  const shape = sizes.map((size, i) => (size === 0 && keepsZero ? (view.shape[i] ?? 0) : size));
  const total = sizeOf(view.shape);
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = total / sizeOf(shape.filter((size) => size !== -1));
  const keepsBatch = Number.isNaN(batch) || batch === 0 || batch === -1 || batch === node.workshop.batch;
  if (!keepsBatch || !shape.every((size) => Number.isInteger(size) && size > 0) || sizeOf(shape) !== total)
    node.refuse(`[${target}] does not keep the batch of values [n,${view.shape}]`);
  return { ...view, shape };
}

/** Removes axes of size 1, or adds some. */
export function readSqueeze(node: OnnxNode): View {
  const view = node.view();
  const adds = node.proto.op === "Unsqueeze";
  const axes = node.numbers(1, "axes") ?? view.shape.flatMap((size, i) => (size === 1 ? [i + 1] : []));
  const rank = view.shape.length + 1 + (adds ? axes.length : 0);
  const places = new Set(axes.map((axis) => axisOf(axis, rank)));
  if (
    places.size !== axes.length ||
    ![...places].every((axis) => Number.isInteger(axis) && axis >= 1 && axis < rank)
  )
    node.refuse(`axes [${axes}] of [n,${view.shape}]: the batch stays where it is`);
  const rest = [...view.shape];
  if (adds) {
    const shape = Array.from({ length: rank - 1 }, (_, i) => (places.has(i + 1) ? 1 : rest.shift()!));
    return { ...view, shape };
  }
  if (![...places].every((axis) => view.shape[axis - 1] === 1))
    node.refuse(`[n,${view.shape}]: not of size 1`);
  return { ...view, shape: view.shape.filter((_, i) => !places.has(i + 1)) };
}

/** Repeats of a row of features. */
export function readTile(node: OnnxNode): View {
  const view = node.view();
  const repeats = numbersOf(node.constant(1));
  if (
    view.shape.length !== 2 ||
    view.shape[0] !== 1 ||
    repeats.length !== 3 ||
    repeats[0] !== 1 ||
    repeats[2] !== 1
  )
    node.refuse(
      `only [n,1,features] is repeated, along axis 1; got [n,${view.shape}] and repeats [${repeats}]`,
    );
  const row = asPlain({ ...view, shape: [view.shape[1]!] });
  return plainView(node.apply(RepeatVector(repeats[1]!), row));
}

/** Between floats; a value as whole numbers would be another one. */
export function readCast(node: OnnxNode): View {
  if (!isFloatCast(node.proto)) node.refuse("only casts to floats are taken");
  return node.view();
}

export function readIdentity(node: OnnxNode): View {
  return node.view();
}
