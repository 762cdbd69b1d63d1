/** @file The formulas that the lab shows give the shapes and weights of the layers, and the operations that the kernels declare. */
import { describe, expect, it } from "vitest";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import { jsonCopy } from "../../models/exact-json.ts";
import type { Model } from "../../models/model.ts";
import { pageExperiments } from "../../runner/lab/page-run.ts";
import { type LayerCosts, layerCosts } from "../../web/layer-costs.ts";
import { experiments } from "../../web/worker/experiments.ts";
import type { LayerFacts } from "../../web/worker/protocol.ts";
import { useEngine } from "../support/engine.ts";

function factsOf(model: Model): LayerFacts[] {
  return model.summary().rows.map(({ name, type, outputShape, parameters, inputs }) => {
    const config = jsonCopy(name, model.getLayer(name).getConfig());
    return { name, className: type, inputs, outputShape, parameters, config };
  });
}

function costsOf(model: Model): (readonly [LayerFacts, LayerCosts])[] {
  const layers = factsOf(model);
  const shapes = new Map(layers.map(({ name, outputShape }) => [name, outputShape]));
  return layers.map((layer) => [layer, layerCosts(layer, shapes.get(layer.inputs[0]!) ?? layer.outputShape)]);
}

/** Both sides of "(32 + 4 - 5) / 1 + 1 = 32". */
function sides(formula: string): [number, number] {
  const [left, right] = formula.replace("floor", "Math.floor").split(" = ") as [string, string];
  return [new Function(`return ${left}`)(), Number(right)];
}

const networks = (["quick", "full"] as const).flatMap((profile) =>
  experiments
    .flatMap((experiment) => pageExperiments(experiment, profile))
    .map(({ id, network }) => [`${id}, ${profile}`, () => network(profile)] as const),
);

describe("costs of the layers", () => {
  const engine = useEngine();

  it.each(networks)("of %s are right on both sides", (_, network) => {
    for (const [{ outputShape, parameters }, { size, weights }] of costsOf(network())) {
      if (size !== undefined) {
        const [left, right] = sides(size);
        expect(left).toBe(right);
        expect(right).toBe(outputShape[0]);
      }
      if (parameters === 0) expect(weights).toBeUndefined();
      else expect(sides(weights!)).toEqual([parameters, parameters]);
    }
  });

  it("count the products that the kernels declare", () => {
    const model = svhnC.network("quick");
    model.initialize(engine(), 1);
    const plan = engine().plan(() => {
      model.callAll([engine().zeros([1, 32, 32, 3])], { training: false, stream: 0 });
    });
    const counted = costsOf(model).reduce((sum, [, { flops }]) => sum + flops, 0);
    // activations and softmax, which the formulas leave out, are a small part; a bias is counted by both or by none
    expect(plan.flops / counted).toBeGreaterThan(0.97);
    expect(plan.flops / counted).toBeLessThan(1.03);
    model.dispose();
  });
});
