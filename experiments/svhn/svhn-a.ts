/** @file svhn-a: load SVHN and look at it: sizes, classes, images per class, random samples. */
import type { Dataset } from "../../datasets/dataset.ts";
import { countClasses } from "../../datasets/statistics.ts";
import { label } from "../../report/label.ts";
import type { FreeSection } from "../../report/run-report.ts";
import type { DataExperiment } from "../../runner/experiment.ts";
import { randomImages } from "../random-images.ts";
import { svhnQuestion } from "./svhn-source.ts";

const shown = 5;

export const svhnA: DataExperiment = {
  id: "svhn-a",
  kind: "data",
  title: "SVHN: the data set",
  source: svhnQuestion("a"),
  question:
    "Load the training and test sets. What is the size of the images? How many classes are there, and how many " +
    "images of each? Show 5 random images of the training set and 5 of the test set.\n\n" +
    "The source's code asks the test file for 'Y', which it calls 'y', and its X.T gives arrays of image, channel, column and " +
    "row: digits lying on their side. Here the images are upright, as image, row, column and channel. Labels are 1 to 10 in " +
    "the files, 10 for the digit 0, and 0 to 9 after subtracting 1.",
  dataset: "svhn",
  published: [],
  profiles: {
    full: { epochs: 0, batch: 0, description: "all images are counted" },
    quick: { epochs: 0, batch: 0, description: "all images are counted" },
  },
  explore,
};

function explore(dataset: Dataset, seed: number): { sections: FreeSection[]; lines: string[] } {
  const { train, test, classes } = dataset;
  const [trainCounts, testCounts] = [countClasses(train, classes.length), countClasses(test, classes.length)];
  const size = `${train.height}x${train.width} pixels, ${train.channels} channels (RGB), one byte each`;
  const lines = [
    `images: ${train.count.toLocaleString("en-US")} for training, ${test.count.toLocaleString("en-US")} for testing, ${size}`,
    `classes: ${classes.length}`,
    "class  training     test",
    ...classes.map(
      (name, i) =>
        `${name.padStart(5)} ${String(trainCounts[i]).padStart(9)} ${String(testCounts[i]).padStart(8)}`,
    ),
  ];
  const rows = classes.map((name, i) => [name, trainCounts[i]!, testCounts[i]!]);
  const share = (counts: ArrayLike<number>, total: number) =>
    Array.from(counts, (count) => (100 * count) / total);
  const sections: FreeSection[] = [
    {
      title: "Sizes and classes",
      blocks: [
        { kind: "text", text: `Every image is ${size}.` },
        { kind: "table", title: "Images per class", columns: ["digit", "training", "test"], rows },
        {
          kind: "bars",
          title: label("share-of-each-digit"),
          categories: classes,
          series: [
            { name: label("training"), values: share(trainCounts, train.count) },
            { name: label("test"), values: share(testCounts, test.count) },
          ],
        },
      ],
    },
    {
      title: "Random images",
      blocks: [
        {
          kind: "images",
          title: label("of-training-set", { count: shown }),
          ...randomImages(train, classes, shown, seed),
        },
        {
          kind: "images",
          title: label("of-test-set", { count: shown }),
          ...randomImages(test, classes, shown, seed + 1),
        },
      ],
    },
  ];
  return { sections, lines };
}
