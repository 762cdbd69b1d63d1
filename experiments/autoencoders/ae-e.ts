/** @file ae-e: the basic autoencoder against principal components. */

import { type Label, label } from "../../report/label.ts";
import type { ReportImages } from "../../report/run-report.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { basicMain, trainBasic } from "./basic.ts";
import { compareMethods, type Method } from "./comparison.ts";
import { pcaReconstructed, reconstructed, shownImages } from "./pictures.ts";
import { codeNeighborError, fitPca, pcaQuality, reconstructionError } from "./quality.ts";
import { encoderOfA, mnistQuestion, training } from "./source.ts";

const codes = [2, 4, 8, 16, 32];

export const aeE: StudyExperiment = {
  id: "ae-e",
  kind: "study",
  title: "MNIST: the basic autoencoder against PCA",
  source: mnistQuestion("3.1 (e)"),
  question:
    "Compare the representation of the basic autoencoder with that of principal component analysis of the same d' = 2, 4, 8, " +
    "16 and 32 dimensions: by the reconstruction error and by a nearest-neighbour classifier.\n\n" +
    "The error is the squared error per pixel, which PCA minimises among linear methods; the cross-entropy that trains the " +
    "autoencoder is not defined for PCA, whose reconstructions leave the range from 0 to 1.\n\n" +
    `${training} ${encoderOfA}`,
  dataset: "mnist",
  validation: "last",
  main: basicMain,
  published: [],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: { epochs: 12, batch: 25, limit: 5000, testLimit: 1000, description: "fewer images and epochs" },
  },
  run,
};

async function run(study: Study): Promise<void> {
  const images = shownImages(study);
  const autoencoder: Method = { name: "autoencoder", key: "ae", results: [] };
  const pca: Method = { name: "PCA", key: "pca", results: [] };
  using components = await fitPca(study, Math.max(...codes));
  const rows: { label: Label; images: ReportImages }[] = [{ label: label("original"), images }];
  for (const code of codes) {
    const { model, encoder } = await trainBasic(study, { code });
    study.step(`quality of ${code} numbers`);
    const { mse } = await reconstructionError(study, model);
    const { error } = await codeNeighborError(study, encoder);
    autoencoder.results.push({ code, mse, error });
    pca.results.push({ code, ...(await pcaQuality(study, components, code)) });
    rows.push({ label: [label("autoencoder"), code], images: await reconstructed(model, images) });
    rows.push({ label: ["PCA", code], images: await pcaReconstructed(components, images, code) });
  }
  compareMethods(study, [autoencoder, pca]);
  study.section("Reconstructions", { kind: "grid", title: label("same-images-both"), rows });
}
