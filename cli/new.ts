/** @file `wgrad new <name>`: a file with an experiment to begin with, which runs as it stands. */
import { existsSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { UsageError } from "../engine/errors.ts";
import { writeFileAtomically } from "../engine/platform/node/files.ts";
import { experiments } from "../experiments/registry.ts";
import { command, typedName } from "../runner/command.ts";

/** Writes <name>.ts here. Throws UsageError if it is there, or its name is that of an experiment of wgrad. */
export function newExperiment(name: string): void {
  const ending = extname(name);
  if (ending !== "" && ending !== ".ts" && ending !== ".js" && ending !== ".mjs")
    throw new UsageError(`new: ${name} ends in ${ending}; an experiment is a .ts, .js or .mjs file.`);
  const id = basename(name, ending);
  if (!/^\w[\w-]*$/.test(id))
    throw new UsageError(`new: "${id}" names a folder of runs: letters, digits, "-" and "_" only.`);
  if (experiments.some((known) => known.id === id))
    throw new UsageError(`new: "${id}" is an experiment of wgrad: choose another name.`);
  const path = join(dirname(name), `${id}${ending || ".ts"}`);
  if (existsSync(path)) throw new UsageError(`new: ${path} is there already, and stays as it is.`);
  const run = command("train", typedName({ id, file: { path } }));
  writeFileAtomically(path, template(id, run));
  console.log(`wrote: ${path}\nRun it with: ${run}`);
}

function template(id: string, run: string): string {
  return `// An experiment for wgrad. Run it with: ${run}
import {
  adam,
  Conv2D,
  Dense,
  Dropout,
  defineExperiment,
  Flatten,
  Input,
  MaxPooling2D,
  sequential,
} from "wgrad/experiment";

export default defineExperiment({
  title: "${id}",
  question: "How well does a small convolutional network read handwritten digits?",

  // mnist, fashion-mnist, cifar10, cifar25, cifar100 or svhn; downloaded when it is first used.
  dataset: "mnist",
  // Or arrays of your own, at once or from a function; y has a class from 0 for each sample:
  // dataset: async () => ({
  //   train: { x: trainPixels, shape: [1000, 28, 28, 1], y: trainClasses },
  //   test: { x: testPixels, shape: [200, 28, 28, 1], y: testClasses },
  //   scale: 1 / 255, // of bytes, so that the network gets numbers from 0 to 1
  // }),

  network: () =>
    sequential([
      Input([28, 28, 1]),
      Conv2D(16, 3, { activation: "relu" }),
      MaxPooling2D(2),
      Conv2D(32, 3, { activation: "relu" }),
      MaxPooling2D(2),
      Flatten(),
      Dropout(0.25),
      Dense(10, { activation: "softmax" }),
    ]),

  optimizer: () => adam({ learningRate: 0.001 }),
  loss: "categorical_crossentropy",
  metrics: ["accuracy"],
  epochs: 5,
  batch: 64,
  validation: { take: "last", fraction: 0.1 },

  // Less of it, for a machine without a GPU (--profile quick).
  quick: { epochs: 2, limit: 2000, testLimit: 500 },
});
`;
}
