/** @file ResNet-50, version 1, as Keras builds it: the network that the practical on birds starts from. */
import { checkChoice, checkOptionNames } from "../../engine/options.ts";
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
import { requireCount } from "../layers/layer-options.ts";
import { classifierOrPooling, type Pooling } from "./backbone-end.ts";

/** The network's input, and how it ends: Keras's options of ResNet50. */
export interface ResNet50Options {
  /** without the batch axis; default [224, 224, 3] */
  readonly inputShape?: readonly number[];
  /** ends in averaging and a softmax over the classes, "fc1000"; default false: [7, 7, 2048] */
  readonly includeTop?: boolean;
  /** of the classifier; default 1000, ImageNet's */
  readonly classes?: number;
  /** without the classifier: average or largest value of each of the 2048 maps. Default null: the maps themselves */
  readonly pooling?: Pooling | null;
  /**
   * "keras": names and epsilon 0.001 of Keras 1 to 2.3, whose trained weights this is. "tf.keras": names and epsilon 1.001e-5 of
   * tf.keras and Keras 3, for weights trained there: the same weights give other numbers. Default "keras"
   */
  readonly variant?: "keras" | "tf.keras";
  /** of the first convolution, to which all others are in proportion; default 64 */
  readonly filters?: number;
}

interface Stage {
  /** of the names: res2a, res2b, ... */
  readonly number: number;
  readonly blocks: number;
  /** of the first two convolutions of a block, in units of the first convolution of all; the third has four times as many */
  readonly width: number;
  readonly stride: number;
}

const stages: readonly Stage[] = [
  { number: 2, blocks: 3, width: 1, stride: 1 },
  { number: 3, blocks: 4, width: 2, stride: 2 },
  { number: 4, blocks: 6, width: 4, stride: 2 },
  { number: 5, blocks: 3, width: 8, stride: 2 },
];

/** What differs between the variants. */
interface Style {
  readonly filters: number;
  readonly epsilon: number;
  readonly stem: Names;
  /** of a convolution of a block: branch 0 is the shortcut */
  readonly branch: (stage: number, block: number, branch: number) => Names;
  /** of the sum that a block ends with, and of its activation */
  readonly sum: (stage: number, block: number) => Pick<Names, "activation"> & { readonly add?: string };
  readonly pool?: string;
  readonly classifier: string;
}

/** Names of a convolution and of what follows it; automatic where there is none. */
interface Names {
  readonly convolution: string;
  readonly normalization: string;
  readonly activation?: string;
}

const styles = {
  keras: {
    epsilon: 1e-3,
    stem: { convolution: "conv1", normalization: "bn_conv1" },
    branch: (stage, block, branch) => {
      const name = `${stage}${"abcdef"[block]}_branch${branch === 0 ? "1" : `2${"abc"[branch - 1]}`}`;
      return { convolution: `res${name}`, normalization: `bn${name}` };
    },
    sum: () => ({}),
    classifier: "fc1000",
  },
  "tf.keras": {
    epsilon: 1.001e-5,
    stem: { convolution: "conv1_conv", normalization: "conv1_bn", activation: "conv1_relu" },
    branch: (stage, block, branch) => {
      const name = `conv${stage}_block${block + 1}_${branch}`;
      const names = { convolution: `${name}_conv`, normalization: `${name}_bn` };
      return branch === 1 || branch === 2 ? { ...names, activation: `${name}_relu` } : names;
    },
    sum: (stage, block) => {
      const name = `conv${stage}_block${block + 1}`;
      return { add: `${name}_add`, activation: `${name}_out` };
    },
    pool: "pool1_pool",
    classifier: "predictions",
  },
} as const satisfies Record<string, Omit<Style, "filters">>;

/**
 * He et al., "Deep Residual Learning for Image Recognition" (2015), as keras-applications builds it: 53 convolutions
 * with bias, each followed by batch normalisation; strides in the first convolution of a block. 23,587,712 parameters,
 * 53,120 of them moving statistics; 25,636,712 with the classifier. Layers have Keras's names, so that its weights can be
 * loaded by name and the network can be cut at any of them: `model({ inputs: net.inputs, outputs: net.outputOf("activation_40") })`.
 * Throws ArgumentError for an option that it does not have.
 */
export function resnet50(options: ResNet50Options = {}): Model {
  checkOptionNames("resnet50", options, {
    inputShape: true,
    includeTop: true,
    classes: true,
    pooling: true,
    variant: true,
    filters: true,
  });
  const { inputShape = [224, 224, 3], variant = "keras", filters = 64 } = options;
  checkChoice("resnet50", "variant", variant, ["keras", "tf.keras"]);
  requireCount("resnet50", "filters", filters);
  const style: Style = { ...styles[variant], filters };
  const image = input(inputShape);
  let x = chain(image, [
    ZeroPadding2D(3, { name: "conv1_pad" }),
    ...convolution(style, style.stem, filters, 7, { strides: 2 }),
    activation(style.stem),
    ZeroPadding2D(1, { name: "pool1_pad" }),
    MaxPooling2D(3, { strides: 2, ...named(style.pool) }),
  ]);
  for (const stage of stages) {
    for (let block = 0; block < stage.blocks; block++) x = residualBlock(x, style, stage, block);
  }
  const end = classifierOrPooling("resnet50", options, { classifier: style.classifier });
  return model({ inputs: image, outputs: chain(x, end), name: "resnet50" });
}

/** 1x1, 3x3, 1x1 convolutions around which the input is added, itself or through a 1x1 convolution in a stage's first block. */
function residualBlock(x: SymbolicTensor, style: Style, stage: Stage, block: number): SymbolicTensor {
  const strides = block === 0 ? stage.stride : 1;
  const count = stage.width * style.filters;
  const names = (branch: number) => style.branch(stage.number, block, branch);
  const residual = chain(x, [
    ...convolution(style, names(1), count, 1, { strides }),
    activation(names(1)),
    ...convolution(style, names(2), count, 3),
    activation(names(2)),
    ...convolution(style, names(3), 4 * count, 1),
  ]);
  const shortcut = block === 0 ? chain(x, convolution(style, names(0), 4 * count, 1, { strides })) : x;
  const sum = style.sum(stage.number, block);
  return activation(sum).apply(Add(named(sum.add)).apply([residual, shortcut]));
}

/** A convolution and its batch normalisation. */
function convolution(
  { epsilon }: Style,
  names: Names,
  filters: number,
  size: number,
  options: { strides?: number } = {},
): Layer[] {
  const padding = size === 3 ? "same" : "valid";
  return [
    Conv2D(filters, size, { padding, name: names.convolution, ...options }),
    BatchNormalization({ name: names.normalization, epsilon }),
  ];
}

function activation(names: Pick<Names, "activation">): Layer {
  return Activation("relu", named(names.activation));
}

const named = (name: string | undefined) => (name === undefined ? {} : { name });

function chain(x: SymbolicTensor, layers: readonly Layer[]): SymbolicTensor {
  return layers.reduce((value, layer) => layer.apply(value), x);
}
