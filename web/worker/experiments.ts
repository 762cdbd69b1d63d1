/** @file The experiments that a page has networks of: those on images that memory holds, which need no weights of others. */
import { autoencoders } from "../../experiments/autoencoders/index.ts";
import { cifar10B } from "../../experiments/cifar10/cifar10-b.ts";
import { cifar10C } from "../../experiments/cifar10/cifar10-c.ts";
import { cifar10D } from "../../experiments/cifar10/cifar10-d.ts";
import { cifar10E } from "../../experiments/cifar10/cifar10-e.ts";
import { cifar10F } from "../../experiments/cifar10/cifar10-f.ts";
import { cifar10G } from "../../experiments/cifar10/cifar10-g.ts";
import { cifar25Base } from "../../experiments/cifar25/cifar25-base.ts";
import { cifar25BaseAugmented } from "../../experiments/cifar25/cifar25-base-aug.ts";
import { cifar25BaseWhitened } from "../../experiments/cifar25/cifar25-base-zca.ts";
import { cifar25NormalizedAfter } from "../../experiments/cifar25/cifar25-bn-after.ts";
import { cifar25NormalizedWhitened } from "../../experiments/cifar25/cifar25-bn-after-zca.ts";
import { cifar25NormalizedBefore } from "../../experiments/cifar25/cifar25-bn-before.ts";
import { cifar25Improved } from "../../experiments/cifar25/cifar25-improved.ts";
import { cifar100Cnn } from "../../experiments/cifar100/cifar100-cnn.ts";
import { cifar100Plain } from "../../experiments/cifar100/cifar100-nn.ts";
import { denoising } from "../../experiments/denoising/index.ts";
import { pretraining } from "../../experiments/pretraining/index.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import { svhnD } from "../../experiments/svhn/svhn-d.ts";
import { svhnE } from "../../experiments/svhn/svhn-e.ts";
import { svhnF } from "../../experiments/svhn/svhn-f.ts";
import type { Experiment } from "../../runner/experiment.ts";

export const experiments: readonly Experiment[] = [
  svhnC,
  svhnD,
  svhnE,
  svhnF,
  cifar10B,
  cifar10C,
  cifar10D,
  cifar10E,
  cifar10F,
  cifar10G,
  cifar25Base,
  cifar25BaseAugmented,
  cifar25BaseWhitened,
  cifar25Improved,
  cifar25NormalizedBefore,
  cifar25NormalizedAfter,
  cifar25NormalizedWhitened,
  cifar100Plain,
  cifar100Cnn,
  ...autoencoders,
  ...denoising,
  ...pretraining,
];
