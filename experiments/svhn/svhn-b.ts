/** @file svhn-b: pixels to [0, 1] and labels to one-hot rows, as the network takes them. */
import type { Dataset } from "../../datasets/dataset.ts";
import type { ImageSet } from "../../datasets/formats/image-set.ts";
import { pixelRange } from "../../datasets/statistics.ts";
import { formatShape } from "../../engine/errors.ts";
import type { FreeSection } from "../../report/run-report.ts";
import type { DataExperiment } from "../../runner/experiment.ts";
import { svhnQuestion } from "./svhn-source.ts";

const shownLabels = 5;

export const svhnB: DataExperiment = {
  id: "svhn-b",
  kind: "data",
  title: "SVHN: normalisation and one-hot labels",
  source: svhnQuestion("b"),
  question:
    "Prepare the data for training: divide the pixels by 255 and write the labels as one-hot rows. Show the shapes and " +
    "ranges before and after.",
  dataset: "svhn",
  published: [],
  profiles: {
    full: { epochs: 0, batch: 0, description: "all images are measured" },
    quick: { epochs: 0, batch: 0, description: "all images are measured" },
  },
  explore,
};

function explore(dataset: Dataset): { sections: FreeSection[]; lines: string[] } {
  const classes = dataset.classes.length;
  const rows = [...describe("training", dataset.train, classes), ...describe("test", dataset.test, classes)];
  const columns = ["set", "array", "shape", "type", "smallest", "largest"];
  const oneHot = Array.from(dataset.train.labels.subarray(0, shownLabels), (label, i) => [
    i,
    dataset.classes[label]!,
    label,
    Array.from({ length: classes }, (_, c) => (c === label ? 1 : 0)).join(" "),
  ]);
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => String(row[i]).length)));
  const line = (cells: readonly (string | number)[]) =>
    cells
      .map((cell, i) => String(cell).padEnd(widths[i]!))
      .join("  ")
      .trimEnd();
  const sections: FreeSection[] = [
    {
      title: "Before and after",
      blocks: [
        {
          kind: "text",
          text:
            "The data set stays on the GPU as bytes. The kernel that gathers a batch divides by 255 and writes the one-hot " +
            "rows, so the floating-point arrays below exist one batch at a time.",
        },
        { kind: "table", title: "Shapes and ranges", columns, rows },
        {
          kind: "table",
          title: "The first labels",
          columns: ["image", "digit", "label", "one-hot"],
          rows: oneHot,
        },
      ],
    },
  ];
  return { sections, lines: [line(columns), ...rows.map(line)] };
}

function describe(name: string, set: ImageSet, classes: number): (string | number)[][] {
  const { smallest, largest } = pixelRange(set);
  const images = formatShape([set.count, set.height, set.width, set.channels]);
  return [
    [name, "images, file", images, "uint8", smallest, largest],
    [name, "images, network", images, "float32", smallest / 255, largest / 255],
    [name, "labels, file", formatShape([set.count]), "uint8", 1, classes],
    [name, "labels, network", formatShape([set.count, classes]), "float32", 0, 1],
  ];
}
