/** @file Kind transfer-run: frozen features of all photographs at hand, and how well heads on them tell the birds apart. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { squeezenet } from "../../../applications/squeezenet.ts";
import { dataFolder } from "../../../datasets/sources/data-folder.ts";
import type { Engine } from "../../../engine/index.ts";
import { Dense, Input, sequential } from "../../../models/index.ts";
import { Attributes } from "../attributes.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import { type Check, compareOutputs } from "../compare.ts";
import { optimizerOf } from "./optimizer.ts";
import { predictPhotographs } from "./squeezenet.ts";

const headResult = z.object({ test_accuracy_mean: z.number() });
const schema = z.object({
  epochs: z.number(),
  batch: z.number(),
  seeds: z.number(),
  heads: z.record(z.string(), z.array(z.number())),
  results: z.object({ "bilinear, standardised": z.record(z.string(), z.unknown()) }),
});

/** Of a mean accuracy over the seeds: attrs.compare. */
const tolerance = 0.04;

type Schedule = z.infer<typeof schema>;

export async function runTransferRun(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  const attrs = schema.parse(golden.attrs);
  const network = await squeezenet({ engine, includeTop: false, pooling: "avg", allowDownload: false });
  const [train, test] = await Promise.all(["train", "test"].map(listed));
  try {
    const features = {
      train_features: await predictPhotographs(network, train!, "bilinear"),
      test_features: await predictPhotographs(network, test!, "bilinear"),
    };
    const checks = compareOutputs(golden, features);
    const data = standardized(golden, features);
    for (const [head, units] of Object.entries(attrs.heads)) {
      const expected = headResult.parse(attrs.results["bilinear, standardised"][head]).test_accuracy_mean;
      const accuracies: number[] = [];
      for (let seed = 1; seed <= attrs.seeds; seed++)
        accuracies.push(await trainHead(golden, engine, { ...attrs, units, seed, ...data }));
      const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / attrs.seeds;
      const detail = `mean of ${attrs.seeds} seeds ${mean.toFixed(4)}, expected ${expected} within ${tolerance}`;
      checks.push({ tensor: `accuracy of ${head}`, ratio: Math.abs(mean - expected) / tolerance, detail });
    }
    return checks;
  } finally {
    network.dispose();
  }
}

/** The photographs of a list, below the data folder. */
async function listed(part: string): Promise<string[]> {
  const list = await readFile(join(dataFolder(), "cub-200", "lists", `${part}.txt`), "utf8");
  return list
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => join("cub-200", "images", line));
}

interface Part {
  readonly inputs: Float32Array;
  readonly labels: Uint32Array;
}

interface HeadRun extends Schedule {
  readonly units: readonly number[];
  readonly seed: number;
  readonly train: Part;
  readonly test: Part;
}

/** (f - mean) / (deviation + 1e-7) per feature, of the training set, in float64. */
function standardized(
  golden: GoldenCase,
  { train_features: train, test_features: test }: Record<"train_features" | "test_features", Float32Array>,
): Pick<HeadRun, "train" | "test"> {
  const size = 512;
  const count = train.length / size;
  const column = (j: number) => Array.from({ length: count }, (_, i) => train[i * size + j]!);
  const scales = Array.from({ length: size }, (_, j) => {
    const values = column(j);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    return { mean, deviation: Math.sqrt(variance) + 1e-7 };
  });
  const scaled = (features: Float32Array) =>
    features.map((value, i) => (value - scales[i % size]!.mean) / scales[i % size]!.deviation);
  const labels = (part: string) => Uint32Array.from(numbersOf(tensorOf(golden, `${part}_labels`)));
  return {
    train: { inputs: scaled(train), labels: labels("train") },
    test: { inputs: scaled(test), labels: labels("test") },
  };
}

async function trainHead(golden: GoldenCase, engine: Engine, run: HeadRun): Promise<number> {
  const { units, seed, epochs, batch, train, test } = run;
  const hidden = units.slice(0, -1).map((count) => Dense(count, { activation: "relu" }));
  const head = sequential([Input([512]), ...hidden, Dense(units.at(-1)!, { activation: "softmax" })]);
  await head.compile({
    optimizer: optimizerOf(new Attributes(golden).inner("optimizer")),
    loss: "categorical_crossentropy",
    metrics: ["accuracy"],
    engine,
    seed,
  });
  try {
    const classes = units.at(-1)!;
    const data = ({ inputs, labels }: Part) => ({ inputs, inputShape: [512], labels, classes });
    await head.fit(data(train), { epochs, batchSize: batch, verbose: 0 });
    return (await head.evaluate(data(test))).accuracy!;
  } finally {
    head.dispose();
  }
}
