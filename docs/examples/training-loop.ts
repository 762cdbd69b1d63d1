/** @file A training loop of one's own: a minimizer for the weights of a model, step by step and recorded. The guide quotes it. */
import type { Engine } from "../../engine/index.ts";
import { binaryCrossentropy } from "../../kernels/losses/index.ts";
import { adam, Dense, Input, minimizer, sequential } from "../../models/index.ts";

/** Learns which of two numbers have the same sign. Returns the losses of the steps and the trained model. */
export async function trainingLoop(engine: Engine) {
  const points = [1, 1, -1, -1, 1, -1, -1, 1];
  // guide begin
  const net = sequential([Input([2]), Dense(8, { activation: "tanh" }), Dense(1, { activation: "sigmoid" })]);
  net.initialize(engine, 1); // draws the weights from seed 1, as compile() does
  const [x, y] = [engine.tensor(points, [4, 2]), engine.tensor([1, 1, 0, 0], [4, 1])];
  const loss = () => binaryCrossentropy(net.run(x, { training: true, stream: 0 }), y);

  const training = minimizer(adam({ learningRate: 0.05 }), net.trainableWeights);
  const losses: number[] = [];
  for (let step = 0; step < 50; step++) {
    const value = engine.scope(() => training.minimize(loss)); // loss, gradients, update
    losses.push((await value.data())[0]!);
  }
  await training.check(); // throws if a gradient was not finite
  // guide end

  // guide recorded begin
  const step = engine.record(() => training.minimize(loss)); // this runs it too
  step.replay(49);
  losses.push((await step.result.data())[0]!); // of the last step
  step.dispose();
  // guide recorded end
  training.dispose();
  return { losses, net };
}
