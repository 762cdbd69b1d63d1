/** @file svhn-h: the digits that are taken for one another. */
import type { ReviewExperiment } from "../../runner/experiment.ts";
import { svhnC } from "./svhn-c.ts";
import { svhnQuestion } from "./svhn-source.ts";

export const svhnH: ReviewExperiment = {
  id: "svhn-h",
  kind: "review",
  title: "SVHN: pairs of digits that are confused",
  source: svhnQuestion("h"),
  question:
    'Choose one of the trained networks and find the pairs of digits (for example "1" and "7") that it tends to confuse. What ' +
    "could be the reason?\n\n" +
    "The network is that of (c), of its newest run. A pair counts mistakes in both directions.",
  dataset: "svhn",
  of: "svhn-c",
  parts: ["confusion", "samples"],
  published: [],
  profiles: svhnC.profiles,
};
