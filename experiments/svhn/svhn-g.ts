/** @file svhn-g: the filters of the first layer, and what they make of images. */
import type { ReviewExperiment } from "../../runner/experiment.ts";
import { svhnC } from "./svhn-c.ts";
import { svhnQuestion } from "./svhn-source.ts";

export const svhnG: ReviewExperiment = {
  id: "svhn-g",
  kind: "review",
  title: "SVHN: filters of the first layer and their effect",
  source: svhnQuestion("g"),
  question:
    "Choose one of the trained networks and show the weights of the filters of its first convolution, and the effect of each " +
    "filter on some training images.\n\n" +
    "The network is that of (c), of its newest run.",
  dataset: "svhn",
  of: "svhn-c",
  parts: ["filters", "responses"],
  published: [],
  profiles: svhnC.profiles,
};
