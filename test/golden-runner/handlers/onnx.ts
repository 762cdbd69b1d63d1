/** @file Kind onnx: a model file in, its outputs on the case's inputs. */
import { join } from "node:path";
import type { Engine, Shape } from "../../../engine/index.ts";
import { permuted } from "../../../exchange/onnx/constants.ts";
import { loadOnnxModel } from "../../../exchange/onnx/read-model.ts";
import { Attributes } from "../attributes.ts";
import { type GoldenCase, numbersOf } from "../cases.ts";
import { type Check, compareOutputs } from "../compare.ts";

const folder = process.env.WGRAD_GOLDEN ?? new URL("../../golden", import.meta.url).pathname;

export function supportsOnnx(op: string): boolean {
  return op === "import";
}

export async function runOnnx(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  const model = await loadOnnxModel(join(folder, new Attributes(golden).string("model")));
  model.initialize(engine, 0);
  try {
    const given = [...golden.tensors.values()].filter(({ role }) => role === "input");
    const turns = given.some(({ shape }, i) => channelsMove(shape, model.inputs[i]!.shape));
    const inputs = given.map((tensor, i) => {
      const { shape } = tensor;
      const data = Float32Array.from(numbersOf(tensor));
      return [model.inputNames[i]!, turns ? permuted({ shape, data }, [0, 2, 3, 1]).data : data] as const;
    });
    const outputs = Object.values(
      await model.predictOutputs(Object.fromEntries(inputs) as Record<string, Float32Array>),
    );
    const wanted = [...golden.tensors.values()].filter(({ role }) => role === "output");
    const results = wanted.map(({ name, shape }, i) => {
      const [n] = shape;
      const own = model.outputs[i]!.shape;
      return [
        name,
        turns && own.length === 3
          ? permuted({ shape: [n!, ...own], data: outputs[i]! }, [0, 3, 1, 2]).data
          : outputs[i]!,
      ] as const;
    });
    return compareOutputs(golden, Object.fromEntries(results));
  } finally {
    model.dispose();
  }
}

/** True if the case has [n, c, h, w] where the model has [h, w, c]. */
function channelsMove([, ...sample]: Shape, own: Shape): boolean {
  return own.length === 3 && own.some((size, i) => size !== sample[i]);
}
