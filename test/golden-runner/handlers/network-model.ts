/** @file Builds the model that a golden case lists layer by layer, by Keras's names of layers and arguments. */
import { z } from "zod";
import { FileError } from "../../../engine/errors.ts";
import type { ActivationName } from "../../../models/activations.ts";
import * as wgrad from "../../../models/index.ts";
import type { DenseLayer } from "../../../models/layers/dense.ts";
import type { Layer } from "../../../models/layers/layer.ts";
import type { Model } from "../../../models/model.ts";
import type { SymbolicTensor } from "../../../models/symbolic.ts";
import { Attributes } from "../attributes.ts";
import type { GoldenCase } from "../cases.ts";

const layerSchema = z.looseObject({ name: z.string(), type: z.string(), inputs: z.array(z.string()) });

/** Attributes of the kinds network and network_hashed; the others are read where they are used. */
export const networkSchema = z.object({
  layers: z.array(layerSchema).min(1),
  input_shape: z.array(z.number()),
  batch: z.number(),
  loss: z.string(),
  steps: z.number(),
  params: z.array(z.string()),
  trainable: z.array(z.string()),
  target: z.string(),
});

export type NetworkAttributes = z.infer<typeof networkSchema>;

/** Arguments of a layer, its name for the layer's options, and the layers before it, for tied weights. */
interface Arguments {
  readonly attrs: Attributes;
  readonly name: string;
  readonly before: ReadonlyMap<string, Layer>;
}

// Weights come from the case, so the initial ones need not be drawn.
const drawNothing = { kernelInitializer: wgrad.zeros() };
const activationOf = (attrs: Attributes) =>
  attrs.has("activation") ? { activation: attrs.string("activation") as ActivationName } : {};
const biasOf = (attrs: Attributes) => (attrs.has("use_bias") ? { useBias: attrs.boolean("use_bias") } : {});
const windowOf = (attrs: Attributes) => ({
  ...(attrs.has("strides") && { strides: attrs.pair("strides") }),
  ...(attrs.has("padding") && { padding: attrs.padding() }),
});
const epsilonOf = (attrs: Attributes) => (attrs.has("epsilon") ? { epsilon: attrs.number("epsilon") } : {});
const poolSizeOf = (attrs: Attributes) => (attrs.has("pool_size") ? attrs.pair("pool_size") : 2);

function marginsOf(attrs: Attributes, attribute: string) {
  const [vertical, horizontal] = attrs.pairs(attribute);
  return [vertical!, horizontal!] as const;
}

/** Options that the convolutions have in common. */
const convolutionOf = ({ attrs, name }: Arguments) => ({
  name,
  ...windowOf(attrs),
  ...(attrs.has("dilation_rate") && { dilationRate: attrs.pair("dilation_rate") }),
  ...activationOf(attrs),
  ...biasOf(attrs),
});

const layers: Readonly<Record<string, (given: Arguments) => Layer>> = {
  Conv2D: (given) =>
    wgrad.Conv2D(given.attrs.number("filters"), given.attrs.pair("kernel_size"), {
      ...convolutionOf(given),
      ...(given.attrs.has("groups") && { groups: given.attrs.number("groups") }),
      ...drawNothing,
    }),
  Conv2DTranspose: (given) =>
    wgrad.Conv2DTranspose(given.attrs.number("filters"), given.attrs.pair("kernel_size"), {
      ...convolutionOf(given),
      ...drawNothing,
    }),
  DepthwiseConv2D: (given) =>
    wgrad.DepthwiseConv2D(given.attrs.pair("kernel_size"), {
      ...convolutionOf(given),
      ...(given.attrs.has("depth_multiplier") && { depthMultiplier: given.attrs.number("depth_multiplier") }),
      depthwiseInitializer: wgrad.zeros(),
    }),
  Dense: ({ attrs, name }) =>
    wgrad.Dense(attrs.number("units"), { name, ...activationOf(attrs), ...biasOf(attrs), ...drawNothing }),
  DenseTranspose: ({ attrs, name, before }) =>
    wgrad.DenseTranspose(before.get(attrs.string("tied")) as DenseLayer, { name, ...activationOf(attrs) }),
  Activation: ({ attrs, name }) => wgrad.Activation(attrs.string("activation") as ActivationName, { name }),
  MaxPooling2D: ({ attrs, name }) => wgrad.MaxPooling2D(poolSizeOf(attrs), { name, ...windowOf(attrs) }),
  AveragePooling2D: ({ attrs, name }) =>
    wgrad.AveragePooling2D(poolSizeOf(attrs), { name, ...windowOf(attrs) }),
  GlobalAveragePooling2D: ({ name }) => wgrad.GlobalAveragePooling2D({ name }),
  GlobalMaxPooling2D: ({ name }) => wgrad.GlobalMaxPooling2D({ name }),
  UpSampling2D: ({ attrs, name }) => wgrad.UpSampling2D(attrs.has("size") ? attrs.pair("size") : 2, { name }),
  ZeroPadding2D: ({ attrs, name }) => wgrad.ZeroPadding2D(marginsOf(attrs, "padding"), { name }),
  Cropping2D: ({ attrs, name }) => wgrad.Cropping2D(marginsOf(attrs, "cropping"), { name }),
  BatchNormalization: ({ attrs, name }) =>
    wgrad.BatchNormalization({
      name,
      ...epsilonOf(attrs),
      ...(attrs.has("momentum") && { momentum: attrs.number("momentum") }),
      movingVarianceRule: "biased", // the main output of the cases
    }),
  LayerNormalization: ({ attrs, name }) => wgrad.LayerNormalization({ name, ...epsilonOf(attrs) }),
  Dropout: ({ name }) => wgrad.Dropout(0, { name }), // disabled in the cases
  Flatten: ({ name }) => wgrad.Flatten({ name }),
  Reshape: ({ attrs, name }) => wgrad.Reshape(attrs.numbers("target_shape"), { name }),
  Add: ({ name }) => wgrad.Add({ name }),
  Concatenate: ({ attrs, name }) =>
    wgrad.Concatenate({ name, ...(attrs.has("axis") && { axis: attrs.number("axis") }) }),
};

/** The case's graph; the last layer is the output. Throws FileError for a layer that wgrad does not have. */
export function buildModel(golden: GoldenCase, { layers: listed, input_shape }: NetworkAttributes): Model {
  const input = wgrad.input(input_shape, { name: "input" });
  const nodes = new Map<string, SymbolicTensor>([["input", input]]);
  const before = new Map<string, Layer>();
  let output = input;
  for (const { name, type, inputs, ...rest } of listed) {
    const build = Object.hasOwn(layers, type) ? layers[type] : undefined;
    if (!build) throw new FileError(`${golden.name}: there is no layer ${type}.`);
    const layer = build({ attrs: new Attributes({ ...golden, attrs: rest }), name, before });
    output = layer.apply(
      inputs.map((source) => {
        const node = nodes.get(source);
        if (!node) throw new FileError(`${golden.name}: ${name} takes ${source}, which is not before it.`);
        return node;
      }),
    );
    nodes.set(name, output);
    before.set(name, layer);
  }
  return wgrad.model({ inputs: input, outputs: output });
}
