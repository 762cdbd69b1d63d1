/** @file ResNet-50, version 1, without its classifier: the network that the practical on birds starts from. */
import { checkOptionNames } from "../../engine/options.ts";
import {
  Activation,
  Add,
  BatchNormalization,
  Conv2D,
  input,
  MaxPooling2D,
  type Model,
  model,
  type SymbolicTensor,
  ZeroPadding2D,
} from "../index.ts";
import type { Layer } from "../layers/layer.ts";

interface Stage {
  /** of the names: res2a, res2b, ... */
  readonly number: number;
  readonly blocks: number;
  /** of the first two convolutions of a block; the third has four times as many */
  readonly filters: number;
  readonly stride: number;
}

const stages: readonly Stage[] = [
  { number: 2, blocks: 3, filters: 64, stride: 1 },
  { number: 3, blocks: 4, filters: 128, stride: 2 },
  { number: 4, blocks: 6, filters: 256, stride: 2 },
  { number: 5, blocks: 3, filters: 512, stride: 2 },
];

/**
 * He et al., "Deep Residual Learning for Image Recognition" (2015), as keras-applications builds it: 53 convolutions
 * with bias, each followed by batch normalisation; strides in the first convolution of a block. 23,587,712 parameters,
 * 53,120 of them moving statistics. Output [7, 7, 2048] for images of 224 x 224. Layers have Keras's names, so that its
 * weights can be loaded by name.
 */
export function resnet50(options: { inputShape?: readonly number[] } = {}): Model {
  checkOptionNames("resnet50", options, { inputShape: true });
  const { inputShape = [224, 224, 3] } = options;
  const image = input(inputShape);
  let x = chain(image, [
    ZeroPadding2D(3, { name: "conv1_pad" }),
    Conv2D(64, 7, { strides: 2, name: "conv1" }),
    BatchNormalization({ name: "bn_conv1" }),
    Activation("relu"),
    ZeroPadding2D(1, { name: "pool1_pad" }),
    MaxPooling2D(3, { strides: 2 }),
  ]);
  for (const stage of stages) {
    for (let block = 0; block < stage.blocks; block++) x = residualBlock(x, stage, block);
  }
  return model({ inputs: image, outputs: x, name: "resnet50" });
}

/** 1x1, 3x3, 1x1 convolutions around which the input is added, itself or through a 1x1 convolution in a stage's first block. */
function residualBlock(x: SymbolicTensor, { number, filters, stride }: Stage, block: number): SymbolicTensor {
  const name = `${number}${"abcdef"[block]}_branch`;
  const strides = block === 0 ? stride : 1;
  const convolution = (branch: string, count: number, size: number, options: { strides?: number } = {}) => [
    Conv2D(count, size, { padding: size === 3 ? "same" : "valid", name: `res${name}${branch}`, ...options }),
    BatchNormalization({ name: `bn${name}${branch}` }),
  ];
  const residual = chain(x, [
    ...convolution("2a", filters, 1, { strides }),
    Activation("relu"),
    ...convolution("2b", filters, 3),
    Activation("relu"),
    ...convolution("2c", 4 * filters, 1),
  ]);
  const shortcut = block === 0 ? chain(x, convolution("1", 4 * filters, 1, { strides })) : x;
  return Activation("relu").apply(Add().apply([residual, shortcut]));
}

function chain(x: SymbolicTensor, layers: readonly Layer[]): SymbolicTensor {
  return layers.reduce((value, layer) => layer.apply(value), x);
}
