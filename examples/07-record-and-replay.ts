/** @file 7 of 10: a step is recorded once and replayed: the same numbers to the last bit, without preparing them again. */
import { createEngine, gradients, sgd, type Tensor } from "wgrad";
import { dense, softmaxCrossEntropy } from "wgrad/kernels";
import { classes, randomNumbers, spiral } from "./spiral.ts";

const engine = await createEngine();
const { points, labels } = spiral();
const x = engine.tensor(points, [300, 2]);
const target = engine.tensor(labels, [300], "u32");
const optimizer = sgd({ learningRate: 0.5 });
engine.step.set({ learningRate: optimizer.learningRate });

/** Weights of 2 -> 100 -> 3, the same in every call, and a step of gradient descent on them. */
function network(): { readonly parameters: readonly Tensor[]; readonly step: () => Tensor } {
  const random = randomNumbers(3);
  const draw = (size: number) => Array.from({ length: size }, () => random() - 0.5);
  const [w1, b1] = [engine.tensor(draw(200), [2, 100]), engine.zeros([100])];
  const [w2, b2] = [engine.tensor(draw(300), [100, classes]), engine.zeros([classes])];
  const parameters = [w1, b1, w2, b2];
  const loss = () =>
    softmaxCrossEntropy(dense(dense(x, w1, { bias: b1, activation: "relu" }), w2, { bias: b2 }), target);
  const step = () => {
    const { value, gradients: found } = gradients(engine, loss, parameters);
    optimizer.apply(parameters.map((weight, i) => ({ parameters: weight, gradients: found[i]!, slots: {} })));
    return value;
  };
  return { parameters, step };
}

// Eagerly: in every step every op checks its shapes, takes buffers, binds them and is encoded.
const eager = network();
for (let i = 0; i < 100; i++) engine.scope(eager.step);

// Recorded: all that is done once, and the first step with it. A list of launches remains, and their buffers.
const recorded = network();
const recording = engine.record(recorded.step);
console.log("one training step, and what each launch writes:");
for (const { label, operands } of recording.dispatches) {
  const changed = operands.filter(({ role }) => role === "write" || role === "update");
  console.log(
    `  ${label.padEnd(38)} ${changed.map(({ name, shape }) => `${name} [${shape.join()}]`).join(", ")}`,
  );
}
recording.replay(99); // encoded and submitted in one go; recording.result is the loss of the last step
console.log("loss after 100 steps:", (await recording.result.data())[0]!.toFixed(4));

let different = 0;
for (const [i, tensor] of eager.parameters.entries()) {
  const [values, others] = [await tensor.data(), await recorded.parameters[i]!.data()];
  for (const [place, value] of values.entries()) if (value !== others[place]) different++;
}
console.log("weights that differ from those trained eagerly:", different);

// What each costs the host. (The GPU's own work is the same.)
const milliseconds = async (work: () => void) => {
  const start = performance.now();
  work();
  await engine.sync();
  return (performance.now() - start) / 200;
};
const often = (step: () => void) => () => {
  for (let i = 0; i < 200; i++) step();
};
const slow = await milliseconds(often(() => void engine.scope(eager.step)));
const fast = await milliseconds(() => recording.replay(200));
console.log(`a step takes ${slow.toFixed(2)} ms eagerly, ${fast.toFixed(2)} ms replayed`);
recording.dispose();
engine.dispose();

// Nothing in a recording may depend on values: what changes from step to step (learning rate, seed, place in the data) is in
// engine.step, on the GPU. engine/record/recording.ts is the whole of it. `npm run train -- svhn-c --trace` lists a real step;
// WGRAD_KERNELS=naive shows this one in the shaders that are easiest to read.
// Next: examples/08-write-an-op.ts, an op with a shader of your own.
