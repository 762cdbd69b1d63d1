/** @file Kind keras-h5, ResNet-50: weights in three of Keras's namings, features, and steps of fine-tuning. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { preprocessInput } from "../../../applications/preprocess-input.ts";
import { resnet50 } from "../../../applications/resnet50.ts";
import { decodeImage, resizeImage } from "../../../datasets/formats/images/image.ts";
import type { Engine } from "../../../engine/index.ts";
import {
  Dense,
  GlobalAveragePooling2D,
  Input,
  type Model,
  model,
  type SymbolicTensor,
  sequential,
} from "../../../models/index.ts";
import { Attributes } from "../attributes.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import { type Check, compareOutputs, type Results } from "../compare.ts";
import { readCase, readIndex } from "../read-cases.ts";
import { runNetworkFrom } from "./network-run.ts";
import { optimizerOf } from "./optimizer.ts";

const schema = z.object({
  input_shape: z.array(z.number()),
  models: z.record(z.string(), z.object({ naming: z.string() })),
  x_step: z.number(),
  images_of: z.string().optional(),
  image_file: z.string().optional(),
  trainable: z.array(z.string()).optional(),
  batch: z.number().optional(),
  steps: z.number().optional(),
});

type Attrs = z.infer<typeof schema>;

/** Keras's widths by 16. */
const filters = 4;
const classes = 10;

/** The case once for every file of the same weights. */
export async function runResNet50(golden: GoldenCase, engine: Engine, folder: string): Promise<Check[]> {
  const attrs = schema.parse(golden.attrs);
  const x = preprocessInput(await imagesOf(golden, attrs, folder), "resnet50");
  const sampled = { x: x.filter((_, i) => i % attrs.x_step === 0) };
  const run = { load_weights: inference, train: fineTuning, train_head: headAlone }[golden.op]!;
  const checks = sampleChecks(golden, sampled);
  for (const [file, { naming }] of Object.entries(attrs.models)) {
    const variant = naming === "tf" ? "tf.keras" : "keras";
    const weights = join(folder, file);
    const network = await resnet50({
      includeTop: false,
      inputShape: attrs.input_shape,
      filters,
      variant,
      weights,
    });
    const found = await run(golden, attrs, engine, network, x);
    checks.push(...found.map((check) => ({ ...check, tensor: `${basename(file)}: ${check.tensor}` })));
  }
  return checks;
}

/** Bytes, RGB; of the case itself, of another, or of a picture. */
async function imagesOf(golden: GoldenCase, { images_of, image_file, input_shape }: Attrs, folder: string) {
  if (image_file !== undefined) {
    const path = join(folder, "images", image_file);
    const [height, width] = input_shape as [number, number];
    const image = await decodeImage(readFileSync(path), { name: path });
    return resizeImage(image, { width, height, filter: "nearest" }).pixels;
  }
  const source = images_of === undefined ? golden : caseNamed(folder, images_of);
  return numbersOf(tensorOf(source, "images"));
}

function caseNamed(folder: string, name: string): GoldenCase {
  return readCase(folder, readIndex(folder).find((entry) => entry.name === name)!);
}

/** Samples of the prepared images: in float32, as Keras has them. */
function sampleChecks(golden: GoldenCase, sampled: Results): Check[] {
  const expected = tensorOf(golden, "x");
  const tensors = new Map([["x", { ...expected, role: "output", atol: 1e-5 }]]);
  return compareOutputs({ ...golden, tensors }, sampled);
}

function headWeights(golden: GoldenCase): Map<string, Float32Array> {
  const floats = (name: string) => Float32Array.from(numbersOf(tensorOf(golden, name)));
  return new Map([
    ["fc/kernel", floats("w.fc.kernel")],
    ["fc/bias", floats("w.fc.bias")],
  ]);
}

const head = () => Dense(classes, { activation: "softmax", name: "fc" });

/** The network with the case's head on its averaged features. */
function withHead(
  golden: GoldenCase,
  engine: Engine,
  network: Model,
  outputs: (pooled: SymbolicTensor, scores: SymbolicTensor) => SymbolicTensor[],
): Model {
  const pooled = GlobalAveragePooling2D().apply(network.output);
  const scores = head().apply(pooled);
  const whole = model({ inputs: network.inputs, outputs: outputs(pooled, scores) });
  whole.setWeights(headWeights(golden));
  whole.initialize(engine, 1);
  return whole;
}

async function inference(
  golden: GoldenCase,
  _: Attrs,
  engine: Engine,
  network: Model,
  x: Float32Array,
): Promise<Check[]> {
  const whole = withHead(golden, engine, network, (pooled, scores) => [network.output, pooled, scores]);
  const outputs = Object.values(await whole.predictOutputs({ inputs: x }, { batchSize: 4 }));
  whole.dispose();
  return compareOutputs(golden, { feature_map: outputs[0]!, pooled: outputs[1]!, softmax: outputs[2]! });
}

async function fineTuning(
  golden: GoldenCase,
  attrs: Attrs,
  engine: Engine,
  network: Model,
  x: Float32Array,
): Promise<Check[]> {
  const whole = withHead(golden, engine, network, (_, scores) => [scores]);
  const start = await whole.getWeights();
  const weights = new Map([...start].map(([path, values]) => [path.replaceAll("/", "."), values]));
  const settings = {
    layers: [{ name: "fc", type: "Dense", inputs: [] }], // the network is there: this is for its kind only
    input_shape: attrs.input_shape,
    batch: attrs.batch!,
    steps: attrs.steps!,
    loss: "categorical_crossentropy",
    params: [...weights.keys()],
    trainable: attrs.trainable!,
    target: "labels",
  };
  const labels = numbersOf(tensorOf(golden, "labels"));
  const outcome = await runNetworkFrom(golden, settings, engine, {
    inputs: x,
    labels,
    weights,
    model: whole,
  });
  return [...compareOutputs(ofOurRule(golden), outcome.results), ...outcome.checks];
}

/** Moving variances add the unbiased variance of a batch, as tf.keras 2 does: those tensors of the case are the expected ones. */
function ofOurRule(golden: GoldenCase): GoldenCase {
  const tensors = new Map(golden.tensors);
  for (const [name, tensor] of golden.tensors) {
    if (!name.endsWith(".moving_variance.unbiased")) continue;
    const plain = name.replace(".unbiased", "");
    tensors.set(plain, { ...tensor, name: plain, role: "output" });
  }
  return { ...golden, tensors };
}

async function headAlone(
  golden: GoldenCase,
  attrs: Attrs,
  engine: Engine,
  network: Model,
  x: Float32Array,
): Promise<Check[]> {
  const pooled = model({ inputs: network.inputs, outputs: GlobalAveragePooling2D().apply(network.output) });
  pooled.initialize(engine, 1);
  const features = await pooled.predict({ inputs: x }, { batchSize: 4 });
  pooled.dispose();
  const alone = sequential([Input([features.length / attrs.batch!]), head()]);
  alone.setWeights(headWeights(golden));
  const optimizer = optimizerOf(new Attributes(golden).inner("optimizer"));
  await alone.compile({ optimizer, loss: "categorical_crossentropy", engine });
  const targets = Uint32Array.from(numbersOf(tensorOf(golden, "labels")));
  const losses: number[] = [];
  for (let step = 0; step < attrs.steps!; step++)
    losses.push((await alone.trainOnBatch(features, targets)).loss!);
  const { loss } = await alone.testOnBatch(features, targets);
  const after = await alone.getWeights();
  alone.dispose();
  const final = { "final.fc.kernel": after.get("fc/kernel")!, "final.fc.bias": after.get("fc/bias")! };
  return compareOutputs(golden, { features, losses, loss_after: [loss!], ...final });
}
