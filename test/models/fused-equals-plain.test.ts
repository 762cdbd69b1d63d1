/** @file Every network of the assignment, with fused kernels and with textbook ops: the same loss, gradients and ten steps. */
import { afterEach, expect, it, vi } from "vitest";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import { Batches } from "../../models/data/batches.ts";
import { TrainingLog } from "../../models/fit/log.ts";
import { TrainingStep } from "../../models/fit/step.ts";
import { type Model, sgd } from "../../models/index.ts";
import { useEngine } from "../support/engine.ts";
import { randomArray } from "../support/random.ts";
import { networks } from "./assignment-networks.ts";

const samples = 2;
const steps = 10;

const engine = useEngine();
afterEach(() => void vi.unstubAllEnvs());

/** The losses of some steps, all gradients of the first if they are stored, and how far the weights came. */
async function train(network: () => Model, optimizer: Optimizer, count: number) {
  const model = network();
  const shape = model.inputs[0]!.shape;
  const outputs = model.outputs[0]!.shape;
  const classifies = outputs.length === 1 && outputs[0] !== shape[0];
  const loss = classifies ? "categorical_crossentropy" : "binary_crossentropy";
  await model.compile({ engine: engine(), optimizer, loss, seed: 7 });
  const { session } = model;
  const inputs = Float32Array.from(randomArray([samples, ...shape], 5, 0, 1).data);
  const labels = Array.from({ length: samples }, (_, i) => (3 * i) % outputs[0]!);
  const set = { inputs, inputShape: shape };
  const batches = Batches.open(engine(), classifies ? { ...set, labels, classes: outputs[0]! } : set, true);
  const log = new TrainingLog(engine(), session.objective, count);
  const weights = async () => [...(await model.getWeights()).values()] as Float32Array[];
  const start = await weights();
  const step = await TrainingStep.prepare(session, batches, log, samples, false);
  step.run(1);
  const stored = session.state.gradientBytes > 0 ? session.state.gradients : [];
  const gradients = await Promise.all(
    stored.map(async (gradient) => (await gradient.data()) as Float32Array),
  );
  for (let i = 1; i < count; i++) {
    session.step.set({ position: 0 });
    step.run(1);
  }
  const end = await weights();
  const changes = end.map((values, i) => values.map((value, j) => value - start[i]![j]!));
  const losses = (await log.read(0, count)).map(([counted, sum]) => sum! / counted!);
  const launches = step.recording!.dispatches.length;
  for (const owner of [step, log, batches, model]) owner.dispose();
  return { losses, gradients, changes, launches };
}

const norm = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));

/**
 * The largest distance of two tensors, relative to the expected one or to a hundredth of all of them together: what is 0 but for
 * rounding, as the gradient of a bias before batch normalisation is, agrees in nothing else.
 */
function distance(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  expect(actual.length).toBe(expected.length);
  const all = Math.hypot(...expected.map(norm));
  expect(all).toBeGreaterThan(0);
  const each = expected.map((values, i) => {
    const difference = norm(values.map((value, j) => value - actual[i]![j]!));
    return difference / Math.max(norm(values), all / 100);
  });
  return Math.max(...each);
}

it.each(Object.entries(networks))("%s", { timeout: 600_000 }, async (_, network) => {
  vi.stubEnv("WGRAD_KERNELS", "naive");
  const plain = await train(network, sgd({ learningRate: 0.01 }), steps);
  vi.unstubAllEnvs();
  const fused = await train(network, sgd({ learningRate: 0.01 }), steps);
  expect(fused.launches).toBeLessThan(plain.launches);
  // without stored gradients: the same arithmetic with them, clipped at a bound that is never reached
  const storing = () => train(network, sgd({ learningRate: 0.01, clipValue: 1e30 }), 1);
  const { gradients } = fused.gradients.length > 0 ? fused : await storing();
  // Sums of up to 2^16 terms in another order are off by some 2^8 roundings of 2^-24, and layers add up.
  expect(Math.abs(fused.losses[0]! / plain.losses[0]! - 1), "first loss").toBeLessThan(1e-5);
  expect(distance(gradients, plain.gradients), "gradients").toBeLessThan(1e-4);
  // Later steps start from weights that differ so. A unit of relu near 0 or a tie in a window may then fall to the other side,
  // which is one of some hundred terms of a gradient.
  for (const [i, loss] of plain.losses.entries())
    expect(Math.abs(fused.losses[i]! / loss - 1), `loss of step ${i}`).toBeLessThan(1e-2);
  expect(distance(fused.changes, plain.changes), "changes of the weights").toBeLessThan(3e-2);
});
