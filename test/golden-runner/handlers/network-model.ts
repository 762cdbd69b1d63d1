/** @file Builds the model that a golden case lists layer by layer, by Keras's names of layers and arguments. */
import { z } from "zod";
import { FileError } from "../../../engine/errors.ts";
import * as wgrad from "../../../models/index.ts";
import type { Layer } from "../../../models/layers/layer.ts";
import type { Model } from "../../../models/model.ts";
import { layerClasses } from "../../../models/saving/build.ts";
import type { SymbolicTensor } from "../../../models/symbolic.ts";
import { camelCased } from "../../support/keras-config.ts";
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

/** What a case says otherwise than the layer's own names and defaults do. */
function settingsOf(type: string, attrs: Attributes, before: ReadonlyMap<string, Layer>) {
  const { positional = [] } = layerClasses().get(type) ?? {};
  const drawn = ["Conv2D", "Conv2DTranspose", "Dense"].includes(type);
  return {
    ...(drawn && { kernelInitializer: "zeros" }), // the weights come from the case
    ...(type === "DenseTranspose" && { tied: before.get(attrs.string("tied")) }),
    ...(type === "Dropout" && { rate: 0 }), // disabled in the cases
    ...(type === "BatchNormalization" && { movingVarianceRule: "biased" }), // the main output of the cases
    ...(/Pooling2D/.test(type) && positional.length > 0 && !attrs.has("pool_size") && { poolSize: 2 }),
    ...(type === "UpSampling2D" && !attrs.has("size") && { size: 2 }),
  };
}

/** The layer of a case, made of its attributes by Keras's names. */
function layerOf(
  golden: GoldenCase,
  listed: z.infer<typeof layerSchema>,
  before: ReadonlyMap<string, Layer>,
): Layer {
  const { type, inputs: _, ...rest } = listed;
  const found = layerClasses().get(type);
  if (!found) throw new FileError(`${golden.name}: there is no layer ${type}.`);
  const own = settingsOf(type, new Attributes({ ...golden, attrs: rest }), before);
  const follows = (name: string) => type === "DenseTranspose" && name === "units"; // from the kernel that it is tied to
  const given = Object.entries(rest).filter(([name, value]) => value !== null && !follows(name));
  return found.fromConfig({ ...camelCased(Object.fromEntries(given)), ...own });
}

/** The case's graph; the last layer is the output. Throws FileError for a layer that wgrad does not have. */
export function buildModel(
  golden: GoldenCase,
  { layers: listed, input_shape }: Pick<NetworkAttributes, "layers" | "input_shape">,
): Model {
  const input = wgrad.input(input_shape, { name: "input" });
  const nodes = new Map<string, SymbolicTensor>([["input", input]]);
  const before = new Map<string, Layer>();
  let output = input;
  for (const layerCase of listed) {
    const { name, inputs } = layerCase;
    const layer = layerOf(golden, layerCase, before);
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
