/** @file dae-c: Gaussian noise. */

import { label } from "../../report/label.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { mnistQuestion } from "../autoencoders/source.ts";
import { drawsGrid, noiseGrid, noiseStatistics } from "./noise-samples.ts";
import { deviations, draws, gaussian, slip } from "./source.ts";

const everything = { epochs: 0, batch: 0, description: "nothing is trained" };

export const daeC: StudyExperiment = {
  id: "dae-c",
  kind: "study",
  title: "MNIST: Gaussian noise",
  source: mnistQuestion("3.2 (c)"),
  question:
    "Make a corrupted version of the images by Gaussian noise: to each pixel a draw of the normal distribution with mean 0 and " +
    `standard deviation sigma is added.\n\n${draws} ${slip}`,
  dataset: "mnist",
  validation: "last",
  takesNoise: true,
  published: [],
  profiles: { full: everything, quick: everything },
  literal: { explanation: "the listing multiplies the image by the noise instead of adding it" },
  run,
};

async function run(study: Study): Promise<void> {
  const strengths = deviations.map((stddev) => gaussian(stddev, study.literal));
  const rows: (string | number)[][] = [];
  for (const [i, stddev] of deviations.entries()) {
    // multiplied noise leaves black as it is: its spread shows on white
    const { mean, deviation } = await noiseStatistics(study, strengths[i]!.noise, study.literal ? 1 : 0);
    study.measure(`deviation_${stddev}`, deviation, { title: `Deviation measured at sigma = ${stddev}` });
    study.measure(`mean_${stddev}`, mean);
    rows.push([String(stddev), mean.toFixed(5), deviation.toFixed(5)]);
  }
  study.section(
    "Corrupted images",
    await noiseGrid(study, label("gaussian-noise"), strengths),
    {
      kind: "table",
      title: `The noise on 784,000 ${study.literal ? "white" : "black"} pixels`,
      columns: ["sigma", "mean", "standard deviation"],
      rows,
    },
    await drawsGrid(study, gaussian(0.5, study.literal)),
  );
}
