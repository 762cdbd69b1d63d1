/** @file A training run that is the same in Node and in a page, and what it must have in common: every bit of losses and weights. */

import type { Engine } from "../../engine/index.ts";
import {
  adam,
  BatchNormalization,
  Conv2D,
  Dense,
  Dropout,
  type FitOptions,
  Flatten,
  Input,
  MaxPooling2D,
  type Model,
  sequential,
} from "../../models/index.ts";

const samples = 60;

/** Images whose bright half tells the class, the same everywhere. */
function images() {
  const inputs = new Float32Array(samples * 64);
  const labels = new Uint8Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    labels[sample] = sample % 3;
    for (let pixel = 0; pixel < 64; pixel++) {
      const noise = ((sample * 7919 + pixel * 104729) % 1009) / 1009;
      inputs[sample * 64 + pixel] = noise + (Math.floor(pixel / 22) === sample % 3 ? 1 : 0);
    }
  }
  return { inputs, inputShape: [8, 8, 1], labels, classes: 3 };
}

export async function network(engine: Engine): Promise<Model> {
  const model = sequential([
    Input([8, 8, 1]),
    Conv2D(4, 3, { padding: "same", activation: "relu" }),
    MaxPooling2D(2),
    BatchNormalization(),
    Flatten(),
    Dropout(0.25),
    Dense(3, { activation: "softmax" }),
  ]);
  await model.compile({
    engine,
    optimizer: adam({ learningRate: 0.01 }),
    loss: "categorical_crossentropy",
    metrics: ["accuracy"],
    seed: 7,
  });
  return model;
}

/** Trains and says what came of it: losses as they are, weights as a checksum of their bytes. */
export async function train(model: Model, options: FitOptions): Promise<{ loss: unknown; weights: string }> {
  const history = await model.fit(images(), { batchSize: 8, validationSplit: 0.2, ...options });
  return { loss: [history.history.loss, history.history.val_loss], weights: await checksum(model) };
}

export async function checksum(model: Model): Promise<string> {
  const values = await model.getWeights();
  const bytes = [...values.values()].flatMap((data) => [
    ...new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
