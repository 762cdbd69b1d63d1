/** @file Kinds keras-h5 and keras-v3: every file of a case is loaded, predicts, and trains on where it holds momentum. */
import { join } from "node:path";
import { z } from "zod";
import type { Engine } from "../../../engine/index.ts";
import { loadKerasModel, loadKerasWeights } from "../../../exchange/index.ts";
import * as wgrad from "../../../models/index.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import { type Check, compareOutputs } from "../compare.ts";
import { buildModel, networkSchema } from "./network-model.ts";

const folder = process.env.WGRAD_GOLDEN ?? new URL("../../golden", import.meta.url).pathname;

const schema = networkSchema.pick({ layers: true, input_shape: true }).extend({
  models: z.record(
    z.string(),
    z.looseObject({
      names: z.record(z.string(), z.string()).optional(),
      optimizer_state: z.boolean().optional(),
    }),
  ),
});

type Case = z.infer<typeof schema>;

/** Layers whose outputs the cases hold beside the model's. */
const inner: Readonly<Record<string, string>> = {
  hidden: "dense_1",
  conv: "activation_1",
  pooled: "max_pooling2d_1",
  sum: "add_1",
};

export function supportsKeras(op: string): boolean {
  return op === "load_model";
}

export async function runKeras(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  const attrs = schema.parse(golden.attrs);
  const checks: Check[] = [];
  for (const [file, about] of Object.entries(attrs.models)) {
    const own = await runFile(golden, attrs, file, engine);
    const trained = golden.kind === "keras-h5" && about.optimizer_state === true;
    const wanted = own.filter(({ tensor }) => trained || !/^(losses|loss_after|final\.)/.test(tensor));
    checks.push(...wanted.map((check) => ({ ...check, tensor: `${file}: ${check.tensor}` })));
  }
  return checks;
}

async function runFile(golden: GoldenCase, attrs: Case, file: string, engine: Engine): Promise<Check[]> {
  const { names, optimizer_state: hasState = false } = attrs.models[file]!;
  const model = await loaded(golden, attrs, file, engine);
  try {
    const x = floats(golden, "x");
    const nameOf = (layer: string) =>
      names?.[layer] ?? model.layers[1 + attrs.layers.findIndex(({ name }) => name === layer)]!.name;
    const results: Record<string, ArrayLike<number>> = { output: await model.predict(x) };
    for (const [tensor, layer] of Object.entries(inner)) {
      if (!golden.tensors.has(tensor)) continue;
      const cut = wgrad.model({ inputs: model.inputs, outputs: model.outputOf(nameOf(layer)) });
      results[tensor] = await cut.predict(x);
    }
    if (golden.kind === "keras-h5" && hasState) Object.assign(results, await trainOn(golden, model, nameOf));
    return compareOutputs(byUnbiasedRule(golden), results);
  } finally {
    model.dispose();
  }
}

/** A whole model; of a file with weights alone, those in a model built from the case. */
async function loaded(golden: GoldenCase, attrs: Case, file: string, engine: Engine): Promise<wgrad.Model> {
  const path = join(folder, file);
  if (!file.endsWith(".weights.h5") && golden.name !== "chunked") {
    const model = await loadKerasModel(path, { compile: { engine }, note: () => {} });
    if (!model.compiled) model.initialize(engine, 0);
    return model;
  }
  const model = buildModel(golden, attrs);
  await loadKerasWeights(model, path);
  model.initialize(engine, 0);
  return model;
}

/** Three steps from the stored momentum. */
async function trainOn(golden: GoldenCase, model: wgrad.Model, nameOf: (layer: string) => string) {
  const x = floats(golden, "x");
  const classes = tensorOf(golden, "w.probs.bias").shape[0]!;
  const y = wgrad.toCategorical(Array.from(numbersOf(tensorOf(golden, "labels"))), classes);
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) losses.push((await model.trainOnBatch(x, y)).loss!);
  const weights = await model.getWeights();
  const { loss } = await model.trainOnBatch(x, y); // on the batch's statistics, before another update
  const final = [...golden.tensors.keys()].filter((name) => name.startsWith("final."));
  const entries = final.map((name) => {
    const [, layer, weight] = name.split(".");
    return [name, weights.get(`${nameOf(layer!)}/${weight}`)!] as const;
  });
  return { losses, loss_after: [loss!], ...Object.fromEntries(entries) };
}

/** This house's default for moving variances is tf.keras's, which the cases hold beside that of Keras 3. */
function byUnbiasedRule(golden: GoldenCase): GoldenCase {
  const tensors = new Map(golden.tensors);
  for (const [name, tensor] of golden.tensors) {
    const other = golden.tensors.get(`${name}.unbiased`);
    if (other) tensors.set(name, { ...other, name, role: tensor.role });
  }
  return { ...golden, tensors };
}

function floats(golden: GoldenCase, name: string): Float32Array {
  return Float32Array.from(numbersOf(tensorOf(golden, name)));
}
