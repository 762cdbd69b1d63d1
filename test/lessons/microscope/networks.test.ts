/** @file No launch of the assignment's networks is without a rule, but the one that computes no number of them. */
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import { withNaiveKernels } from "../../../kernels/tuning/mode.ts";
import { ruleOf } from "../../../lessons/microscope/rules.ts";
import { forwardPass } from "../../../models/fit/step.ts";
import { adam } from "../../../models/index.ts";
import { networks } from "../../models/assignment-networks.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();

describe("the launches of a training step", () => {
  it.each(Object.keys(networks))("of %s", async (name) => {
    const on = engine();
    const model = networks[name]!();
    const isClassifier = model.outputs[0]!.shape.length === 1 && model.outputs[0]!.shape[0]! <= 100;
    const loss = isClassifier ? "categorical_crossentropy" : "binary_crossentropy";
    await model.compile({ engine: on, optimizer: adam(), loss });
    const { session } = model;
    session.state.allocateGradients();
    const plan = on.plan(() => {
      const inputs = session.inputs.map(({ shape }) => on.zeros([2, ...shape]));
      const batch = {
        inputs,
        targets: session.outputs.map(({ shape }) => on.zeros([2, ...shape])),
        weights: [],
      };
      const forward = () => forwardPass(session, batch, { training: true, batchSize: 2, first: true }).loss;
      withNaiveKernels(() => {
        gradients(on, forward, [...session.state.sources, ...inputs]);
        session.state.update();
      });
    });
    const kernels = new Set(plan.pipelines.map(({ definition }) => definition.name));
    expect(kernels.size).toBeGreaterThan(5);
    expect([...kernels].filter((kernel) => !ruleOf(kernel))).toEqual(["optimizers/check-gradients"]);
    model.dispose();
  });
});
