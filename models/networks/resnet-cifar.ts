/** @file The small residual network of He et al. for CIFAR's images of 32 x 32. */
import {
  Activation,
  Add,
  BatchNormalization,
  Conv2D,
  Dense,
  GlobalAveragePooling2D,
  input,
  type Model,
  model,
  type SymbolicTensor,
  sequential,
} from "../index.ts";

/**
 * "Deep Residual Learning for Image Recognition" (2015), section 4.2, without its classifier: a convolution, then three
 * stages of `blocks` blocks with 16, 32 and 64 filters, each block two convolutions of 3x3 around which its input is added.
 * Where the shape changes the shortcut is a convolution of 1x1 (the paper's option B). Output [8, 8, 64].
 */
export function cifarResnetFeatures(blocks: number): Model {
  const image = input([32, 32, 3]);
  let x = activated(normalized(image, "stem", { filters: 16, size: 3, strides: 1 }));
  for (const [stage, filters] of [16, 32, 64].entries()) {
    for (let block = 0; block < blocks; block++) {
      const strides = stage > 0 && block === 0 ? 2 : 1;
      x = residualBlock(x, `stage${stage + 1}_block${block + 1}`, { filters, strides });
    }
  }
  return model({ inputs: image, outputs: x, name: "resnet_cifar" });
}

/** With its classifier: 6 * blocks + 2 layers with weights, as the paper counts. */
export function cifarResnet(blocks: number, classes: number): Model {
  const classifier = Dense(classes, { activation: "softmax", name: "classifier" });
  return sequential([cifarResnetFeatures(blocks), GlobalAveragePooling2D(), classifier]);
}

interface BlockShape {
  readonly filters: number;
  readonly strides: number;
}

function residualBlock(x: SymbolicTensor, name: string, { filters, strides }: BlockShape): SymbolicTensor {
  const first = activated(normalized(x, `${name}_1`, { filters, size: 3, strides }));
  const residual = normalized(first, `${name}_2`, { filters, size: 3, strides: 1 });
  const same = x.shape.at(-1) === filters && strides === 1;
  const shortcut = same ? x : normalized(x, `${name}_shortcut`, { filters, size: 1, strides });
  return activated(Add().apply([residual, shortcut]));
}

function normalized(
  x: SymbolicTensor,
  name: string,
  { filters, size, strides }: BlockShape & { readonly size: number },
): SymbolicTensor {
  const options = { padding: "same", strides, useBias: false, name } as const;
  return BatchNormalization({ name: `${name}_bn` }).apply(Conv2D(filters, size, options).apply(x));
}

function activated(x: SymbolicTensor): SymbolicTensor {
  return Activation("relu").apply(x);
}
