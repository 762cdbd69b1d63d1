/** @file svhn-e: what the numbers of filters do to training time and error. */
import { svhnCNetwork } from "../../models/networks/svhn-c.ts";
import type { ProfileName, SweepExperiment, Trial } from "../../runner/experiment.ts";
import { svhnC } from "./svhn-c.ts";
import { svhnQuestion } from "./svhn-source.ts";

type Filters = readonly [first: number, second: number];

const filters: Readonly<Record<ProfileName, readonly Filters[]>> = {
  full: [
    [16, 512],
    [16, 256],
    [16, 128],
    [16, 64],
    [8, 512],
    [32, 512],
    [64, 128],
  ],
  quick: [
    [4, 8],
    [2, 8],
    [8, 8],
    [4, 16],
  ],
};

const profiles = {
  full: { epochs: 10, batch: 1280, description: "7 networks, as the assignment states it" },
  quick: {
    epochs: 5,
    batch: 16,
    limit: 1000,
    testLimit: 500,
    description: "4 smaller networks (2 to 8 and 8 to 16 filters, 128 hidden units)",
  },
};

export const svhnE: SweepExperiment = {
  id: "svhn-e",
  kind: "sweep",
  title: "SVHN: numbers of filters, time and error",
  source: svhnQuestion("e"),
  question:
    "Change the numbers of filters of the convolutions of the network of (c): what becomes of the training time and of the " +
    "performance? Show it in a table or a plot. For simplicity, train for 10 epochs only.\n\n" +
    "The first trial is the network of (c). Loss and optimizer are those of (c). Seconds are those of training alone, " +
    "without evaluation, on the adapter named below.",
  dataset: "svhn",
  parameters: 1_058_726,
  published: [],
  profiles,
  trials: (profile) => filters[profile].map(trial),
  best: { measure: "test_error", mode: "min" },
};

function trial([first, second]: Filters): Trial {
  const sizes = { first, second, hidden: 20 };
  return {
    name: `filters${first}-${second}`,
    factors: { "first layer": first, "second layer": second },
    experiment: {
      ...svhnC,
      id: svhnE.id,
      title: `SVHN: ${first} and ${second} filters`,
      parameters: svhnCNetwork(sizes).parameterCount,
      profiles,
      network: (profile) => svhnCNetwork(profile === "quick" ? { ...sizes, hidden: 128 } : sizes),
    },
  };
}
