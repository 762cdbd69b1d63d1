/** @file The experiments that a page can train: one network, images that memory holds, no weights of others. */
import { cifar10B } from "../../experiments/cifar10/cifar10-b.ts";
import { cifar10C } from "../../experiments/cifar10/cifar10-c.ts";
import { cifar10D } from "../../experiments/cifar10/cifar10-d.ts";
import { cifar10F } from "../../experiments/cifar10/cifar10-f.ts";
import { cifar25Base } from "../../experiments/cifar25/cifar25-base.ts";
import { cifar25BaseAugmented } from "../../experiments/cifar25/cifar25-base-aug.ts";
import { cifar25BaseWhitened } from "../../experiments/cifar25/cifar25-base-zca.ts";
import { cifar25NormalizedAfter } from "../../experiments/cifar25/cifar25-bn-after.ts";
import { cifar25NormalizedWhitened } from "../../experiments/cifar25/cifar25-bn-after-zca.ts";
import { cifar25NormalizedBefore } from "../../experiments/cifar25/cifar25-bn-before.ts";
import { cifar25Improved } from "../../experiments/cifar25/cifar25-improved.ts";
import { cifar100Cnn } from "../../experiments/cifar100/cifar100-cnn.ts";
import { cifar100Plain } from "../../experiments/cifar100/cifar100-nn.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";

export const experiments: readonly TrainingExperiment[] = [
  svhnC,
  cifar10B,
  cifar10C,
  cifar10D,
  cifar10F,
  cifar25Base,
  cifar25BaseAugmented,
  cifar25BaseWhitened,
  cifar25Improved,
  cifar25NormalizedBefore,
  cifar25NormalizedAfter,
  cifar25NormalizedWhitened,
  cifar100Plain,
  cifar100Cnn,
];
