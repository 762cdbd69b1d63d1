/** @file Normalizations as layers. */
import { BatchNormalization, GroupNormalization, LayerNormalization } from "../../../models/layers/index.ts";
import { numbersOf } from "../constants.ts";
import type { OnnxNode } from "../onnx-node.ts";
import { asImage, asPlain, imageView, plainView, type View, viewOf } from "../view.ts";

/** With moving statistics; trained further, it uses those of the batch. */
export function readBatchNormalization(node: OnnxNode): View {
  const view = node.view();
  const isImage = view.shape.length === 3;
  const channels = view.shape[0]!;
  if (!isImage && view.shape.length !== 1) node.refuse(`takes [n,c,h,w] or [n,c], got [n,${view.shape}]`);
  if (node.integer("training_mode", 0) !== 0)
    node.refuse("it is exported in training mode; export the model in inference mode");
  const [gamma, beta, mean, variance] = [1, 2, 3, 4].map(
    (i) => node.vector(i, channels) ?? node.refuse(`input ${i} is missing`),
  );
  const scale = node.constant(1);
  const options = { epsilon: node.float("epsilon", 1e-5), momentum: node.float("momentum", 0.9) };
  const key = JSON.stringify(["BatchNormalization", node.proto.inputs.slice(1), options]);
  const layer = node.workshop.layer(key, () => {
    const made = BatchNormalization({ ...options, name: node.layerName(scale) });
    node.workshop.setWeights(
      made,
      new Map([
        ["gamma", gamma!],
        ["beta", beta!],
        ["moving_mean", mean!],
        ["moving_variance", variance!],
      ]),
    );
    return made;
  });
  return isImage ? node.applyToImage(layer, asImage(view)) : plainView(node.apply(layer, asPlain(view)));
}

/** Over the last axis. */
export function readLayerNormalization(node: OnnxNode): View {
  const view = node.view();
  const features = view.shape.at(-1)!;
  const axis = node.integer("axis", -1);
  if (axis !== -1 && axis !== view.shape.length)
    node.refuse(`over the axes from ${axis} on is not taken: only the last`);
  const gamma = node.vector(1, features) ?? new Float32Array(features).fill(1);
  const beta = node.vector(2, features) ?? new Float32Array(features);
  const layer = LayerNormalization({
    epsilon: node.float("epsilon", 1e-5),
    name: node.layerName(node.optional(1)),
  });
  node.workshop.setWeights(
    layer,
    new Map([
      ["gamma", gamma],
      ["beta", beta],
    ]),
  );
  return plainView(node.apply(layer, asPlain(view)));
}

/**
 * Each channel of each sample by itself; or groups of channels, which exporters write as a reshape to [n, groups, -1] before and
 * back after, then a factor and a summand for each channel.
 */
export function readInstanceNormalization(node: OnnxNode): View {
  const view = node.view();
  const epsilon = node.float("epsilon", 1e-5);
  const groups = view.shape[0]!;
  const gamma = node.vector(1, groups) ?? node.refuse("input 1 is missing");
  const beta = node.vector(2, groups) ?? node.refuse("input 2 is missing");
  if (view.shape.length === 3) {
    const layer = GroupNormalization({ groups: -1, epsilon, name: node.layerName(node.constant(1)) });
    node.workshop.setWeights(
      layer,
      new Map([
        ["gamma", gamma],
        ["beta", beta],
      ]),
    );
    return imageView(node.apply(layer, asImage(view)));
  }
  const { tensor } = view;
  const channels = tensor.shape[2] ?? 0;
  const before = { ...view, shape: [channels, tensor.shape[0]!, tensor.shape[1]!] };
  const isImage = tensor.shape.length === 3 && view.order.join() === "2,0,1" && channels % groups === 0;
  if (!isImage || !gamma.every((value) => value === 1) || !beta.every((value) => value === 0))
    node.refuse("of another shape than [n,c,h,w] is taken only as groups of an image's channels");
  const back = node.absorb(["Reshape"], (_, target) => {
    const sizes = target ? numbersOf(target).slice(1) : [];
    const isBack = before.shape.every((size, i) => sizes[i] === size || sizes[i] === -1);
    return isBack && sizes.length === 3 ? true : undefined;
  });
  if (!back) return node.refuse("the reshape back to the image is missing after it");
  const scale = node.absorb(["Mul"], (_, c) => (c?.data.length === channels ? c : undefined));
  const shift = node.absorb(["Add"], (_, c) => (c?.data.length === channels ? c : undefined));
  const options = { groups, epsilon, scale: scale !== undefined, center: shift !== undefined };
  const layer = GroupNormalization({ ...options, name: node.layerName(scale ?? shift) });
  const weights = new Map<string, Float32Array>();
  if (scale) weights.set("gamma", Float32Array.from(scale.data));
  if (shift) weights.set("beta", Float32Array.from(shift.data));
  node.workshop.setWeights(layer, weights);
  return viewOf(before, node.apply(layer, tensor));
}
