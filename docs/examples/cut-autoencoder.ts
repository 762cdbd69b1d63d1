/** @file Cutting a saved autoencoder, as the sources do with save, load_model and set_weights. docs/guides/from-keras.md quotes it. */
import type { Engine } from "../../engine/index.ts";
import { adam, Dense, Input, loadModel, model, saveWeights, sequential } from "../../models/index.ts";
import { basicAutoencoder } from "../../models/networks/ae-basic.ts";

/** Images of 784 bytes, which the networks get divided by 255, and their digits. */
export interface Digits {
  readonly inputs: Uint8Array;
  readonly inputShape: readonly number[];
  readonly scale: number;
  readonly labels: ArrayLike<number>;
  readonly classes: number;
}

/** Trains an autoencoder, saves it in `file`, and makes four networks of what is saved. */
export async function cutAutoencoder(engine: Engine, digits: Digits, file: string) {
  const { inputs, inputShape, scale } = digits;
  const images = { inputs, inputShape, scale }; // without labels: the images are the targets
  // guide begin
  const autoencoder = basicAutoencoder({ code: 32 }); // 784-32-784
  await autoencoder.compile({ engine, optimizer: adam(), loss: "binary_crossentropy" });
  await autoencoder.fit(images, { epochs: 5, batchSize: 25 });
  await autoencoder.save(file);

  const saved = await loadModel(file, { compile: { engine } }); // network, weights, and where its training stood
  const code = saved.outputOf("dense_1");
  const encoder = model({ inputs: saved.inputs, outputs: code }); // the halves share the weights of the whole
  const decoder = model({ inputs: code, outputs: saved.outputs });
  const codes = await encoder.predict(images); // 32 numbers an image
  const decoded = await decoder.predict({ inputs: codes });
  await saveWeights(encoder, file.replace(".safetensors", ".encoder.safetensors"));

  const answer = Dense(10, { activation: "softmax", name: "answer" }).apply(code);
  const classifier = model({ inputs: saved.inputs, outputs: answer }); // 784-32-10
  saved.getLayer("dense_1").trainable = false; // freezes the encoder; without this line it is fine-tuned
  await classifier.compile({
    engine,
    optimizer: adam(),
    loss: "categorical_crossentropy",
    metrics: ["accuracy"],
  });
  await classifier.fit(digits, { epochs: 5, batchSize: 25 });

  const separate = sequential([
    Input([784]),
    Dense(32, { activation: "sigmoid" }),
    Dense(10, { activation: "softmax" }),
  ]);
  await separate.compile({ engine, optimizer: adam(), loss: "categorical_crossentropy" });
  separate.setWeights(await encoder.getWeights()); // a copy, by name: dense_1 alone. Keras: set_weights
  // guide end
  return { autoencoder, saved, encoder, decoder, decoded, classifier, separate };
}
