/** @file The networks of the assignment and of transfer learning through ONNX: onnxruntime's outputs, and the model that comes back. */
import { it } from "vitest";
import type { Model } from "../../models/index.ts";
import * as m from "../../models/index.ts";
import { basicAutoencoder } from "../../models/networks/ae-basic.ts";
import { convolutionalAutoencoder } from "../../models/networks/ae-conv.ts";
import { deepAutoencoder } from "../../models/networks/ae-deep.ts";
import { cifar10FNetwork } from "../../models/networks/cifar10-f.ts";
import { cifar25ImprovedNetwork } from "../../models/networks/cifar25-improved.ts";
import { resnet50 } from "../../models/networks/resnet50.ts";
import { squeezenet } from "../../models/networks/squeezenet.ts";
import { svhnCNetwork } from "../../models/networks/svhn-c.ts";
import { tiedAutoencoder } from "../../models/networks/tied-ae.ts";
import { useEngine } from "../support/engine.ts";
import { checkThroughOnnx } from "./through-onnx.ts";

const engine = useEngine();

/** The denoising autoencoder's: noise before the code, which is nothing in inference. */
function denoising(): Model {
  const code = m.Dense(32, { activation: "relu" });
  return m.sequential([m.Input([784]), m.GaussianNoise(0.5), code, m.Dense(784, { activation: "sigmoid" })]);
}

const networks: Readonly<Record<string, () => Model>> = {
  "svhn-c": () => svhnCNetwork(),
  "cifar10-f": () => cifar10FNetwork(),
  "cifar25-bn, before relu": () => cifar25ImprovedNetwork({ normalize: "before", width: 0.5 }),
  "cifar25-bn, after relu": () => cifar25ImprovedNetwork({ normalize: "after", width: 0.5 }),
  "dense autoencoder": () => basicAutoencoder({ code: 32 }),
  "deep autoencoder": () => deepAutoencoder({ code: 2 }),
  "tied autoencoder": tiedAutoencoder,
  "convolutional autoencoder": convolutionalAutoencoder,
  "denoising autoencoder": denoising,
  "resnet50, an eighth as wide, with its classifier": () =>
    resnet50({ inputShape: [64, 64, 3], filters: 8, includeTop: true, classes: 10 }),
  "squeezenet, with its classifier": () =>
    squeezenet({ inputShape: [67, 67, 3], includeTop: true, classes: 10 }),
};

it.each(Object.entries(networks))(
  "%s: within 2e-5 of onnxruntime, and back to the last bit",
  (_, make) => checkThroughOnnx(engine(), make(), { batch: 2 }),
  120_000,
);
