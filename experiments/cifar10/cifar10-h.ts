/** @file cifar10-h: the classes that are taken for one another. */
import type { ReviewExperiment } from "../../runner/experiment.ts";
import { cifar10D } from "./cifar10-d.ts";
import { cifar10Question } from "./cifar10-source.ts";

export const cifar10H: ReviewExperiment = {
  id: "cifar10-h",
  kind: "review",
  title: "CIFAR-10: pairs of classes that are confused",
  source: cifar10Question("h"),
  question:
    'Choose one of the trained networks and find the pairs of objects (for example "dogs" and "cats") that it tends to confuse. ' +
    "What could be the reason?\n\n" +
    "The network is that of (d), of its newest run. A pair counts mistakes in both directions.",
  dataset: "cifar10",
  of: "cifar10-d",
  parts: ["confusion", "samples"],
  published: [],
  profiles: cifar10D.profiles,
};
