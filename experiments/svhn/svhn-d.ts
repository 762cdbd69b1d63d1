/** @file svhn-d: how sensitive the test error is to the sizes of filters and poolings. */
import { svhnCNetwork } from "../../models/networks/svhn-c.ts";
import type { ProfileName, SweepExperiment, Trial } from "../../runner/experiment.ts";
import { svhnC } from "./svhn-c.ts";
import { svhnQuestion } from "./svhn-source.ts";

interface Windows {
  readonly first: number;
  readonly second: number;
  readonly pool: number;
}

const source: Windows = { first: 5, second: 7, pool: 2 };
const square = (side: number, pool: number): Windows => ({ first: side, second: side, pool });

const windows: Readonly<Record<ProfileName, readonly Windows[]>> = {
  full: [source, ...[2, 3, 4].flatMap((pool) => [3, 5, 7, 9].map((side) => square(side, pool)))],
  quick: [source, square(3, 2), square(7, 2), square(5, 3)],
};

const quickSizes = { first: 4, second: 8, hidden: 128 };

const profiles = {
  full: { epochs: 10, batch: 1280, description: "13 networks, as the assignment states it" },
  quick: {
    epochs: 5,
    batch: 16,
    limit: 1400,
    testLimit: 500,
    description: "4 of 13 trials; smaller networks (4 and 8 filters, 128 hidden units)",
  },
};

export const svhnD: SweepExperiment = {
  id: "svhn-d",
  kind: "sweep",
  title: "SVHN: sizes of filters and poolings",
  source: svhnQuestion("d"),
  question:
    "Change the sizes of the filters of convolution and pooling of the network of (c): how sensitive is the test error? " +
    "Show it in a table or a plot. For simplicity, train for 10 epochs only.\n\n" +
    "The first trial is the network of (c), with filters of 5x5 and then 7x7 and pooling windows of 2x2. The others have " +
    "filters of one size in both layers, 3, 5, 7 or 9, and pooling windows of 2, 3 or 4. Loss and optimizer are those of (c). " +
    "As the question asks for the test error, the trials are ordered by it; nothing is held out to choose by.",
  dataset: "svhn",
  parameters: 1_058_726,
  published: [],
  profiles,
  trials: (profile) => windows[profile].map(trial),
  best: { measure: "test_error", mode: "min" },
};

function trial(sizes: Windows): Trial {
  const { first, second, pool } = sizes;
  const filters = first === second ? `${first}x${first}` : `${first}x${first}, ${second}x${second}`;
  return {
    name: `filters${first === second ? first : `${first}-${second}`}-pool${pool}`,
    factors: { filters, pooling: `${pool}x${pool}` },
    experiment: {
      ...svhnC,
      id: svhnD.id,
      title: `SVHN: filters of ${filters}, pooling of ${pool}x${pool}`,
      parameters: svhnCNetwork(undefined, sizes).parameterCount,
      profiles,
      network: (profile) => svhnCNetwork(profile === "quick" ? quickSizes : undefined, sizes),
    },
  };
}
