/** @file cifar10-a: training, validation and test sets, normalised, in the order that networks here take. */
import type { Dataset } from "../../datasets/dataset.ts";
import type { ImageSet } from "../../datasets/formats/image-set.ts";
import { describeSplit, splitByRule, takeImages } from "../../datasets/splits.ts";
import { countClasses, pixelRange } from "../../datasets/statistics.ts";
import { formatShape } from "../../engine/errors.ts";
import { label } from "../../report/label.ts";
import type { FreeSection } from "../../report/run-report.ts";
import type { DataExperiment } from "../../runner/experiment.ts";
import { randomImages } from "../random-images.ts";
import { cifar10Question, cifar10Validation } from "./cifar10-source.ts";

const shown = 10;

export const cifar10A: DataExperiment = {
  id: "cifar10-a",
  kind: "data",
  title: "CIFAR-10: training, validation and test sets",
  source: cifar10Question("a"),
  question:
    "Prepare training, validation and test sets, divide the pixels by 255, give the images back the shape that a convolution " +
    "needs, and write the labels in a form that fits the network's output.\n\n" +
    "The split is that of an earlier assignment, which the text does not repeat: here 5,000 of the 50,000 training images " +
    "are held out, drawn by the seed. A file of CIFAR-10 holds each image as three planes, red, green and blue. The source " +
    "reshapes them to [n,32,32,3] and transposes afterwards, which mixes up pixels; meant is [n,3,32,32], transposed to " +
    "[n,32,32,3]. Below are some images both ways.",
  dataset: "cifar10",
  published: [],
  profiles: {
    full: { epochs: 0, batch: 0, description: "all images are counted" },
    quick: { epochs: 0, batch: 0, description: "all images are counted" },
  },
  explore,
};

function explore(dataset: Dataset, seed: number): { sections: FreeSection[]; lines: string[] } {
  const { train, test, classes } = dataset;
  const rule = { take: "random", size: { fraction: cifar10Validation.fraction }, seed } as const;
  const split = splitByRule(train.count, rule);
  const parts = [
    ["training", takeImages(train, split.train)],
    ["validation", takeImages(train, split.validation)],
    ["test", test],
  ] as const;
  const shapes = parts.flatMap(([name, set]) => describe(name, set, classes.length));
  const counts = parts.map(([, set]) => countClasses(set, classes.length));
  const lines = [
    `validation: ${describeSplit(train.count, rule)}`,
    `class      ${parts.map(([name]) => name.padStart(10)).join("  ")}`,
    ...classes.map(
      (name, label) =>
        `${name.padEnd(10)} ${counts.map((count) => String(count[label]).padStart(10)).join("  ")}`,
    ),
  ];
  const random = randomImages(train, classes, shown, seed);
  const sections: FreeSection[] = [
    {
      title: "Sets and classes",
      blocks: [
        { kind: "text", text: `Validation: ${describeSplit(train.count, rule)}.` },
        {
          kind: "table",
          title: "Images per class",
          columns: ["class", ...parts.map(([name]) => name)],
          rows: classes.map((name, label) => [name, ...counts.map((count) => count[label]!)]),
        },
        {
          kind: "table",
          title: "Shapes and ranges, in the files and for the network",
          columns: ["set", "array", "shape", "type", "smallest", "largest"],
          rows: shapes,
        },
      ],
    },
    {
      title: "Images",
      blocks: [
        { kind: "images", title: label("random-training-images"), ...random },
        {
          kind: "images",
          title: label("reshaped-as-in-source"),
          images: asSourceReshapes(random.images),
          captions: random.captions,
        },
      ],
    },
  ];
  return { sections, lines };
}

function describe(name: string, set: ImageSet, classes: number): (string | number)[][] {
  const { smallest, largest } = pixelRange(set);
  const { count, height, width, channels } = set;
  const images = formatShape([count, height, width, channels]);
  return [
    [name, "images, file", formatShape([count, channels, height, width]), "uint8", smallest, largest],
    [name, "images, network", images, "float32", smallest / 255, largest / 255],
    [name, "labels, network", formatShape([count, classes]), "float32", 0, 1],
  ];
}

/** The planes of each image in the file's order, read as if they were pixels. */
function asSourceReshapes(set: ImageSet): ImageSet {
  const { count, height, width, channels } = set;
  const pixels = height * width;
  const images = new Uint8Array(set.images.length);
  for (let i = 0; i < count; i++) {
    const start = i * pixels * channels;
    for (let c = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) {
        images[start + c * pixels + p] = set.images[start + p * channels + c]!;
      }
    }
  }
  return { ...set, images };
}
