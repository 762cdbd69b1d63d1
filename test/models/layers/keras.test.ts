/** @file Outputs and gradients of layers beside Keras's: test/golden-maker/keras_layers.py has drawn the fixture. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import type { DType, Tensor } from "../../../engine/tensor.ts";
import { mul } from "../../../kernels/elementwise/index.ts";
import { sum } from "../../../kernels/reduce/index.ts";
import * as w from "../../../models/index.ts";
import { layerClasses } from "../../../models/saving/build.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { camelCased } from "../../support/keras-config.ts";

interface Values {
  readonly shape: number[];
  readonly values: number[];
}

interface KerasCase {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly automatic_name: string;
  readonly inputs: readonly Values[];
  readonly weights: Readonly<Record<string, Values>>;
  readonly dy: Values;
  readonly output: Values;
  readonly input_gradients: readonly Values[];
  readonly weight_gradients: Readonly<Record<string, Values>>;
}

const path = join(import.meta.dirname, "keras-layers.json");
const { layers, origin } = JSON.parse(readFileSync(path, "utf8")) as { origin: string; layers: KerasCase[] };

describe(`layers of ${origin}`, () => {
  const engine = useEngine();

  it.each(
    layers.map((item) => [`${item.class_name} ${JSON.stringify(item.config)}`, item] as const),
  )("%s", async (_, item) => {
    const layer = layerClasses().get(item.class_name)!.fromConfig(camelCased(item.config));
    const inputs = item.inputs.map(({ shape }) => w.input(shape.slice(1)));
    const model = w.model({ inputs, outputs: layer.apply(inputs) });
    expect(layer.name).toBe(`${item.automatic_name}_1`);
    expect(layer.variables.map(({ name, shape }) => [name, shape])).toEqual(
      Object.entries(item.weights).map(([name, { shape }]) => [name, shape]),
    );
    layer.setWeights(
      new Map(Object.entries(item.weights).map(([name, { values }]) => [name, Float32Array.from(values)])),
    );
    await model.compile({ optimizer: "sgd", loss: "mse", engine: engine() });
    const tensors = item.inputs.map(({ values, shape }) => engine().tensor(values, shape));
    const dy = engine().tensor(item.dy.values, item.dy.shape);
    let y: Tensor<DType> = dy;
    const loss = () => {
      const output = engine().keep(model.callAll(tensors, { training: false, stream: 0 })[0]!);
      y = output;
      return sum(mul(output, dy));
    };
    const weights = layer.variables.filter(({ trainable }) => trainable);
    const found = gradients(engine(), loss, [...tensors, ...weights.map(({ tensor }) => tensor)]);
    expect(y.shape).toEqual(item.output.shape);
    const close = async (actual: Tensor<DType>, { values }: Values, what: string) =>
      expectClose(
        (await actual.data()) as Float32Array,
        values,
        { terms: 30, scale: Math.max(...values.map(Math.abs)) },
        what,
      );
    await close(y, item.output, "output");
    y.dispose();
    for (const [i, expected] of item.input_gradients.entries())
      await close(found.gradients[i]!, expected, `gradient of input ${i}`);
    for (const [i, { name }] of weights.entries())
      await close(found.gradients[tensors.length + i]!, item.weight_gradients[name]!, `gradient of ${name}`);
    model.dispose();
  });
});
