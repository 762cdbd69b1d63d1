/** @file ae-h: the codes in the plane, by t-SNE and by PCA. */
import type { Labels } from "../../datasets/formats/image-set.ts";
import { NearestNeighbors } from "../../kernels/neighbors/index.ts";
import { Pca } from "../../kernels/pca/index.ts";
import type { HostRows } from "../../kernels/rows.ts";
import { tsne } from "../../kernels/tsne/index.ts";
import { label, labelText } from "../../report/label.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { basicMain, trainBasic } from "./basic.ts";
import { codesOf, neighbors } from "./quality.ts";
import { encoderOfA, mnistQuestion, training } from "./source.ts";

const mostPoints = 5000;

export const aeH: StudyExperiment = {
  id: "ae-h",
  kind: "study",
  title: "MNIST: codes in the plane by t-SNE and PCA",
  source: mnistQuestion("3.1 (h)"),
  question:
    "Show some of the representations learned before in the plane with t-SNE, and compare with principal components.\n\n" +
    `Codes of ${mostPoints.toLocaleString("en-US")} test images, perplexity 30, 1,000 steps from the first two principal components: scikit-learn's ` +
    "defaults. All pairs are computed, without an approximation by trees. The question compares by eye; beside it stands the " +
    `share of points that the vote of their ${neighbors} nearest in the plane names rightly. The text asks for "the same number of components" of PCA, ` +
    "while its figure shows two: two are shown, of the pixels and of the code. The networks are those of ae-a: a finished run " +
    `of it with the same settings gives them, otherwise they are trained here.\n\n${training} ${encoderOfA}`,
  dataset: "mnist",
  validation: "last",
  main: basicMain,
  published: [],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: {
      epochs: 12,
      batch: 25,
      limit: 5000,
      testLimit: 1000,
      description: "t-SNE of 1,000 points, fewer images and epochs",
    },
  },
  run,
};

async function run(study: Study): Promise<void> {
  const { test } = study.data;
  const count = Math.min(mostPoints, test.count);
  const labels = test.labels.subarray(0, count);
  const deep = await trainBasic(study, { code: 32 });
  const flat = await trainBasic(study, { code: 2 });
  const first = (rows: HostRows): HostRows => ({
    ...rows,
    values: rows.values.slice(0, (count * rows.values.length) / rows.shape[0]!),
    shape: [count, rows.values.length / rows.shape[0]!],
  });
  const pixels = first(study.data.rows("test"));
  const code = first(await codesOf(study, deep.encoder, "test"));
  const maps = [
    {
      key: "tsne_code",
      title: label("tsne-of-code", { size: 32 }),
      points: await embed(study, "the code", code),
    },
    { key: "pca_code", title: label("pca-of-code", { size: 32 }), points: await project(study, code) },
    { key: "tsne_pixels", title: label("tsne-of-pixels"), points: await embed(study, "the pixels", pixels) },
    { key: "pca_pixels", title: label("pca-of-pixels"), points: await project(study, pixels) },
    {
      key: "code_2",
      title: label("code-itself", { size: 2 }),
      points: first(await codesOf(study, flat.encoder, "test")).values as Float32Array,
    },
  ];
  for (const { key, title, points } of maps) {
    const name = labelText(title);
    const share = await agreement(study, points, labels);
    study.measure(`${key}_agreement`, share, {
      title: `Points named rightly by their neighbours, ${name}`,
      unit: "%",
    });
    study.section(
      name,
      {
        kind: "text",
        text: `${(100 * share).toFixed(1)} % of the points are named rightly by their ${neighbors} nearest.`,
      },
      { kind: "scatter", title, points, labels, classes: study.classes },
    );
  }
}

async function embed(study: Study, what: string, rows: HostRows): Promise<Float32Array> {
  study.step(`t-SNE of ${what}: ${rows.shape[0]} points`);
  const onProgress = ({
    iteration,
    iterations,
    divergence,
  }: {
    iteration: number;
    iterations: number;
    divergence: number;
  }) => {
    if (iteration % 250 === 0)
      study.step(`  step ${iteration} of ${iterations}: divergence ${divergence.toFixed(3)}`);
  };
  return (await tsne(study.engine, rows, { onProgress, seed: study.settings.seed })).embedding;
}

async function project(study: Study, rows: HostRows): Promise<Float32Array> {
  using pca = await Pca.fit(study.engine, rows, { components: 2 });
  return await pca.project(rows); // `using` ends with the function: not before the projection
}

/** Share of points whose label most of their nearest in the plane have; the point itself has no vote. */
async function agreement(study: Study, points: Float32Array, labels: Labels): Promise<number> {
  const rows = { values: points, shape: [labels.length, 2] };
  using search = new NearestNeighbors(study.engine, rows, labels, { k: neighbors + 1 });
  const { indices } = await search.neighbors(rows);
  let right = 0;
  for (const [i, label] of labels.entries()) {
    const near = indices
      .subarray(i * (neighbors + 1), (i + 1) * (neighbors + 1))
      .filter((index) => index !== i);
    const votes = new Map<number, number>();
    for (const index of near.subarray(0, neighbors))
      votes.set(labels[index]!, (votes.get(labels[index]!) ?? 0) + 1);
    const [winner] = [...votes].sort(([a, m], [b, n]) => n - m || a - b)[0]!;
    right += Number(winner === label);
  }
  return right / labels.length;
}
