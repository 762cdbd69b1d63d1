/** @file dae-a: masking noise. */

import { label } from "../../report/label.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { mnistQuestion } from "../autoencoders/source.ts";
import { drawsGrid, noiseGrid, noiseStatistics } from "./noise-samples.ts";
import { draws, keeps, masking } from "./source.ts";

const everything = { epochs: 0, batch: 0, description: "nothing is trained" };

export const daeA: StudyExperiment = {
  id: "dae-a",
  kind: "study",
  title: "MNIST: masking noise",
  source: mnistQuestion("3.2 (a)"),
  question:
    "Make a corrupted version of the images by masking noise: each pixel is multiplied by a draw of Ber(p), so that it stays " +
    `with probability p and turns black otherwise.\n\n${draws} The source's noise_level = 0.1 is p: it keeps one pixel in ten.`,
  dataset: "mnist",
  validation: "last",
  takesNoise: true,
  published: [],
  profiles: { full: everything, quick: everything },
  run,
};

async function run(study: Study): Promise<void> {
  const rows: (string | number)[][] = [];
  for (const keep of keeps) {
    const { mean } = await noiseStatistics(study, masking(keep).noise, 1);
    study.measure(`kept_${keep}`, mean, { title: `Pixels kept at p = ${keep}`, unit: "%" });
    rows.push([String(keep), mean.toFixed(4)]);
  }
  study.section(
    "Corrupted images",
    await noiseGrid(study, label("masking-noise"), keeps.map(masking)),
    { kind: "table", title: "Share of 784,000 pixels that stay", columns: ["p", "measured"], rows },
    await drawsGrid(study, masking(0.5)),
  );
}
