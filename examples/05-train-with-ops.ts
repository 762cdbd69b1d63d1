/** @file 5 of 10: training with ops alone. Forward, loss, gradients, and one call of an optimizer. */
import { adam, createEngine, minimizer } from "wgrad";
import { dense, softmaxCrossEntropy } from "wgrad/kernels";
import { accuracy, classes, randomNumbers, spiral } from "./spiral.ts";

const engine = await createEngine();
const random = randomNumbers(2);

// The data, once on the GPU: 300 points in the plane on three arms of a spiral. No straight lines divide them.
const { points, labels } = spiral();
const x = engine.tensor(points, [300, 2]);
const target = engine.tensor(labels, [300], "u32");

// The weights of 2 inputs -> 100 hidden -> 3 classes: small random numbers, for equal ones would stay equal for ever.
const weights = (inputs: number, outputs: number) => {
  const limit = Math.sqrt(6 / (inputs + outputs)); // Glorot and Bengio 2010, Keras's default
  const values = Array.from({ length: inputs * outputs }, () => (2 * random() - 1) * limit);
  return engine.tensor(values, [inputs, outputs]);
};
const [w1, b1] = [weights(2, 100), engine.zeros([100])];
const [w2, b2] = [weights(100, classes), engine.zeros([classes])];

// A minimizer is an optimizer with the tensors that it changes. Adam remembers two numbers for each weight, and counts its steps.
const training = minimizer(adam({ learningRate: 0.01 }), [w1, b1, w2, b2]);

const scores = () => dense(dense(x, w1, { bias: b1, activation: "relu" }), w2, { bias: b2 });
const step = () => {
  const { value, gradients } = training.gradients(() => softmaxCrossEntropy(scores(), target));
  training.apply(gradients); // the weights change in place
  return value;
};

for (let i = 0; i <= 200; i++) {
  const loss = engine.scope(step); // what the step made is given back, but for the loss
  if (i % 40 === 0) console.log(`step ${i}: loss ${(await loss.data())[0]!.toFixed(4)}`);
}
console.log("accuracy", accuracy(await scores().data(), labels));
training.dispose();
engine.dispose();

// CS231n reaches 98 % with this network, and 49 % with a single layer. docs/guides/training-loop.md says more of minimizers.
// Next: examples/06-layers.ts, the same network in Keras's words.
