/** @file All experiments by their id, in the order of the assignment. */
import { nearest, UsageError } from "../engine/errors.ts";
import { command } from "../runner/command.ts";
import type { Experiment } from "../runner/experiment.ts";
import { autoencoders } from "./autoencoders/index.ts";
import { cifar10A } from "./cifar10/cifar10-a.ts";
import { cifar10B } from "./cifar10/cifar10-b.ts";
import { cifar10C } from "./cifar10/cifar10-c.ts";
import { cifar10D } from "./cifar10/cifar10-d.ts";
import { cifar10E } from "./cifar10/cifar10-e.ts";
import { cifar10F } from "./cifar10/cifar10-f.ts";
import { cifar10G } from "./cifar10/cifar10-g.ts";
import { cifar10H } from "./cifar10/cifar10-h.ts";
import { cifar25Base } from "./cifar25/cifar25-base.ts";
import { cifar25BaseAugmented } from "./cifar25/cifar25-base-aug.ts";
import { cifar25BaseWhitened } from "./cifar25/cifar25-base-zca.ts";
import { cifar25NormalizedAfter } from "./cifar25/cifar25-bn-after.ts";
import { cifar25NormalizedWhitened } from "./cifar25/cifar25-bn-after-zca.ts";
import { cifar25NormalizedBefore } from "./cifar25/cifar25-bn-before.ts";
import { cifar25Improved } from "./cifar25/cifar25-improved.ts";
import { cifar100Cnn } from "./cifar100/cifar100-cnn.ts";
import { cifar100CnnLonger } from "./cifar100/cifar100-cnn-30.ts";
import { cifar100Plain } from "./cifar100/cifar100-nn.ts";
import { cifar100Report } from "./cifar100/cifar100-report.ts";
import { denoising } from "./denoising/index.ts";
import { pretraining } from "./pretraining/index.ts";
import { svhnA } from "./svhn/svhn-a.ts";
import { svhnB } from "./svhn/svhn-b.ts";
import { svhnC } from "./svhn/svhn-c.ts";
import { svhnD } from "./svhn/svhn-d.ts";
import { svhnE } from "./svhn/svhn-e.ts";
import { svhnF } from "./svhn/svhn-f.ts";
import { svhnG } from "./svhn/svhn-g.ts";
import { svhnH } from "./svhn/svhn-h.ts";
import { svhnI } from "./svhn/svhn-i.ts";
import { transfer } from "./transfer/index.ts";

const cifar10Experiments = [cifar10A, cifar10B, cifar10C, cifar10D, cifar10E, cifar10F, cifar10G, cifar10H];
const svhnExperiments = [svhnA, svhnB, svhnC, svhnD, svhnE, svhnF, svhnG, svhnH, svhnI];
const cifar25Experiments = [
  cifar25Base,
  cifar25BaseAugmented,
  cifar25BaseWhitened,
  cifar25Improved,
  cifar25NormalizedBefore,
  cifar25NormalizedAfter,
  cifar25NormalizedWhitened,
];
const cifar100Experiments = [cifar100Plain, cifar100Cnn, cifar100CnnLonger, cifar100Report];

export const experiments: readonly Experiment[] = [
  ...cifar10Experiments,
  ...svhnExperiments,
  ...autoencoders,
  ...denoising,
  ...pretraining,
  ...cifar25Experiments,
  ...cifar100Experiments,
  ...transfer,
];

/** Throws UsageError with the nearest id if there is no such experiment. */
export function findExperiment(id: string): Experiment {
  const found = experiments.find((experiment) => experiment.id === id);
  if (found) return found;
  const ids = experiments.map((experiment) => experiment.id);
  const hint = nearest(id, ids);
  throw new UsageError(
    `There is no experiment "${id}"${hint ? `. Did you mean "${hint}"?` : "."} \`${command("list")}\` shows all: ${ids.join(", ")}.`,
  );
}
