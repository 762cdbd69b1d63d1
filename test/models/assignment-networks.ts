/** @file The networks of the assignment by name. */
import type { Model } from "../../models/index.ts";
import { basicAutoencoder } from "../../models/networks/ae-basic.ts";
import { convolutionalAutoencoder } from "../../models/networks/ae-conv.ts";
import { deepAutoencoder } from "../../models/networks/ae-deep.ts";
import { caltechHead } from "../../models/networks/caltech.ts";
import { cifar10BNetwork } from "../../models/networks/cifar10-b.ts";
import { cifar10ENetwork } from "../../models/networks/cifar10-e.ts";
import { cifar10FNetwork } from "../../models/networks/cifar10-f.ts";
import { cifar25BaseNetwork } from "../../models/networks/cifar25-base.ts";
import { cifar25ImprovedNetwork } from "../../models/networks/cifar25-improved.ts";
import { cifar100ConvolutionalNetwork } from "../../models/networks/cifar100-cnn.ts";
import { cifar100DenseNetwork } from "../../models/networks/cifar100-nn.ts";
import { pretrainNetwork } from "../../models/networks/pretrain-mlp.ts";
import { semiClassifier } from "../../models/networks/semi-classifier.ts";
import { stackedAutoencoder } from "../../models/networks/stacked-ae.ts";
import { svhnCNetwork } from "../../models/networks/svhn-c.ts";
import { svhnFNetwork } from "../../models/networks/svhn-f.ts";
import { tiedAutoencoder } from "../../models/networks/tied-ae.ts";

/** Of networks that differ in sizes alone there is one. Autoencoders have the shape of their input as output. */
export const networks: Readonly<Record<string, () => Model>> = {
  "cifar10-b": cifar10BNetwork,
  "cifar10-e": () => cifar10ENetwork({ first: 3, second: 5 }),
  "cifar10-f": cifar10FNetwork,
  "svhn-c": () => svhnCNetwork(),
  "svhn-f": () => svhnFNetwork({ filters: 8, blocks: 3, hidden: 64, normalize: true }),
  "cifar25-base": cifar25BaseNetwork,
  "cifar25-improved": () => cifar25ImprovedNetwork(),
  "cifar25-bn-before": () => cifar25ImprovedNetwork({ normalize: "before" }),
  "cifar25-bn-after": () => cifar25ImprovedNetwork({ normalize: "after" }),
  "cifar100-nn": cifar100DenseNetwork,
  "cifar100-cnn": () => cifar100ConvolutionalNetwork(),
  "pretrain-mlp": () => pretrainNetwork(),
  "semi-classifier": () => semiClassifier({ frozen: false }),
  "caltech-features": () => caltechHead("features-2"),
  "ae-basic": () => basicAutoencoder({ code: 32 }),
  "ae-deep": () => deepAutoencoder({ code: 32 }),
  "ae-conv": convolutionalAutoencoder,
  "stacked-ae": stackedAutoencoder,
  "tied-ae": tiedAutoencoder,
};
