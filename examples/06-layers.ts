/** @file 6 of 10: the same network as layers. What was written out in example 5 is behind compile() and fit(). */
import { adam, createEngine, Dense, EarlyStopping, Input, sequential } from "wgrad";
import { accuracy, spiral } from "./spiral.ts";

const engine = await createEngine();
const { points, labels } = spiral();

// Keras's names and defaults: glorot_uniform weights, zero biases, and shapes without the axis of the samples.
const model = sequential([
  Input([2]),
  Dense(100, { activation: "relu" }),
  Dense(3, { activation: "softmax" }),
]);
await model.compile({
  engine,
  optimizer: adam({ learningRate: 0.01 }),
  loss: "sparse_categorical_crossentropy", // targets are numbers of classes
  metrics: ["accuracy"],
  seed: 1, // initial weights and the order of the samples
});
console.log(model.summaryText());

// fit() shuffles, cuts batches, records one training step and replays it. The data stay on the GPU.
const data = { inputs: points, inputShape: [2], labels, classes: 3 };
const history = await model.fit(data, {
  epochs: 60,
  batchSize: 50,
  callbacks: [EarlyStopping({ monitor: "loss", patience: 10 })],
});
for (const epoch of [1, 20, 40, 60]) {
  const at = history.epoch.indexOf(epoch);
  if (at >= 0) console.log(`epoch ${epoch}: loss ${history.history.loss![at]!.toFixed(4)}`);
}

// predict() gives the probabilities of the classes; evaluate() what compile() asked for, over all samples.
const probabilities = await model.predict(data);
console.log("accuracy", accuracy(probabilities, labels));
console.log("evaluate", await model.evaluate(data));
model.dispose();
engine.dispose();

// Next: examples/07-record-and-replay.ts, what fit() does with a step, and why it is fast.
