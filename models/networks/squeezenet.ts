/** @file SqueezeNet, version 1.0: ImageNet's classes with fifty times fewer parameters than AlexNet. */
import { checkOptionNames } from "../../engine/options.ts";
import {
  Activation,
  Concatenate,
  Conv2D,
  Dropout,
  GlobalAveragePooling2D,
  input,
  MaxPooling2D,
  type Model,
  model,
  type SymbolicTensor,
} from "../index.ts";
import { checkEnd, type EndOptions, poolingLayers } from "./backbone-end.ts";

/** The network's input, and how it ends. */
export interface SqueezeNetOptions extends EndOptions {
  /** without the batch axis; default [227, 227, 3] */
  readonly inputShape?: readonly number[];
}

/** Filters of the squeezing 1x1 convolution, and of each of the two expanding ones. */
const fireModules: Readonly<Record<string, readonly [squeeze: number, expand: number]>> = {
  fire2: [16, 64],
  fire3: [16, 64],
  fire4: [32, 128],
  fire5: [32, 128],
  fire6: [48, 192],
  fire7: [48, 192],
  fire8: [64, 256],
  fire9: [64, 256],
};

/** Pooling stands before these. */
const pooledFirst = ["fire2", "fire5", "fire9"];

/**
 * Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model size" (2016), with the
 * authors' names of layers. Without its classifier (the default), 735,424 parameters and maps [13, 13, 512], "fire9"; with it
 * 1,248,424 and a softmax. Unlike in the authors' description, conv10 has no padding: the guesses are the same.
 * Throws ArgumentError for an option that it does not have.
 */
export function squeezenet(options: SqueezeNetOptions = {}): Model {
  checkOptionNames("squeezenet", options, {
    inputShape: true,
    includeTop: true,
    classes: true,
    pooling: true,
  });
  const { inputShape = [227, 227, 3] } = options;
  const { includeTop, classes, pooling } = checkEnd("squeezenet", options);
  const image = input(inputShape);
  let x = Conv2D(96, 7, { strides: 2, activation: "relu", name: "conv1" }).apply(image);
  for (const [name, [squeeze, expand]] of Object.entries(fireModules)) {
    if (pooledFirst.includes(name)) x = MaxPooling2D(3, { strides: 2 }).apply(x);
    x = fire(x, name, squeeze, expand);
  }
  const end = includeTop
    ? [
        Dropout(0.5, { name: "drop9" }),
        Conv2D(classes, 1, { activation: "relu", name: "conv10" }),
        GlobalAveragePooling2D({ name: "pool10" }),
        Activation("softmax", { name: "prob" }),
      ]
    : poolingLayers(pooling);
  return model({
    inputs: image,
    outputs: end.reduce((value: SymbolicTensor, layer) => layer.apply(value), x),
    name: "squeezenet",
  });
}

/** Few 1x1 filters, then many 1x1 and many 3x3 ones beside each other. */
function fire(x: SymbolicTensor, name: string, squeeze: number, expand: number): SymbolicTensor {
  const convolution = (part: string, filters: number, size: number) =>
    Conv2D(filters, size, { padding: "same", activation: "relu", name: `${name}_${part}` });
  const squeezed = convolution("squeeze1x1", squeeze, 1).apply(x);
  return Concatenate({ name }).apply([
    convolution("expand1x1", expand, 1).apply(squeezed),
    convolution("expand3x3", expand, 3).apply(squeezed),
  ]);
}
