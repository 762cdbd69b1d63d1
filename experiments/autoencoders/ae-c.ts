/** @file ae-c: nearest neighbours on pixels and on codes. */
import type { HostRows } from "../../kernels/rows.ts";
import { type Label, label } from "../../report/label.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { basicMain, trainBasic } from "./basic.ts";
import { codesOf, type NeighborResult, neighborError, neighbors } from "./quality.ts";
import { encoderOfA, mnistQuestion, training } from "./source.ts";

const codes = [2, 8, 32, 64];

export const aeC: StudyExperiment = {
  id: "ae-c",
  kind: "study",
  title: "MNIST: nearest neighbours on pixels and on codes",
  source: mnistQuestion("3.1 (c)"),
  question:
    `Classify each test image by its k = ${neighbors} nearest training images, by Euclidean distance: on the 784 pixels, and on ` +
    "the codes of the autoencoders of (a). What are the test errors and the mean times of a prediction?\n\n" +
    "The neighbours are exact; the vote breaks ties towards the smaller digit, as scikit-learn's classifier does, which the " +
    "source uses. The time of a prediction is that of all of them together, divided by their number, with the copying of the " +
    "queries to the adapter and of the results back, without the compilation of kernels. The networks are those of ae-a: a finished run of it with the same " +
    `settings gives them, otherwise they are trained here.\n\n${training} ${encoderOfA}`,
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

const timed = (study: Study, train: HostRows, test: HostRows) =>
  neighborError(study, train, test, { warm: true });

interface Row extends NeighborResult {
  readonly name: string;
  /** the name in figures */
  readonly label: Label;
  readonly numbers: number;
}

async function run(study: Study): Promise<void> {
  const { data } = study;
  const pairs = `${data.test.count} against ${data.train.count} images`;
  study.step(`kNN on pixels: ${pairs}`);
  const rows: Row[] = [
    {
      name: "pixels",
      label: label("pixels"),
      numbers: 784,
      ...(await timed(study, data.rows("train"), data.rows("test"))),
    },
  ];
  for (const code of codes) {
    const { encoder } = await trainBasic(study, { code });
    study.step(`kNN on codes of ${code}: ${pairs}`);
    const train = await codesOf(study, encoder, "train");
    const result = await timed(study, train, await codesOf(study, encoder, "test"));
    rows.push({ name: `code of ${code}`, label: label("code-of", { size: code }), numbers: code, ...result });
  }
  for (const { name, numbers, error, secondsPerQuery } of rows) {
    const key = numbers === 784 ? "pixels" : `code_${numbers}`;
    study.measure(`${key}_error`, error, { title: `Test error of kNN on ${name}`, unit: "%" });
    study.measure(`${key}_ms_per_prediction`, 1000 * secondsPerQuery, {
      title: `Mean time of a prediction on ${name}`,
      unit: "ms",
      digits: 4,
    });
  }
  const categories = rows.map((row) => row.label);
  study.section(
    "Errors and times",
    {
      kind: "table",
      title: `kNN with k = ${neighbors}: ${pairs}`,
      columns: ["representation", "numbers", "test error, %", "ms per prediction"],
      rows: rows.map(({ name, numbers, error, secondsPerQuery }) => [
        name,
        numbers,
        (100 * error).toFixed(2),
        (1000 * secondsPerQuery).toFixed(4),
      ]),
    },
    {
      kind: "bars",
      title: label("test-error-title"),
      categories,
      series: [{ name: label("test-error"), values: rows.map(({ error }) => 100 * error) }],
    },
    {
      kind: "bars",
      title: label("milliseconds-per-prediction"),
      categories,
      series: [{ name: label("time"), values: rows.map(({ secondsPerQuery }) => 1000 * secondsPerQuery) }],
    },
  );
}
