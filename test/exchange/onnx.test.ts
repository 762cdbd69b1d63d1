import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FileError } from "../../engine/errors.ts";
import { createEngine, type Engine } from "../../engine/index.ts";
import { toOnnx } from "../../exchange/index.ts";
import { readOnnxModel } from "../../exchange/onnx/read-model.ts";
import * as m from "../../models/index.ts";
import { checkThroughOnnx, numbers } from "./through-onnx.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ adapter: "auto" });
});
afterAll(() => engine.dispose());

const check = (model: m.Model, options: { exact?: boolean } = {}) => checkThroughOnnx(engine, model, options);

const image = (...layers: m.Layer[]) => m.sequential([m.Input([7, 6, 4]), ...layers]);
const row = (...layers: m.Layer[]) => m.sequential([m.Input([5]), ...layers]);

function merge(layer: m.Layer): m.Model {
  const [a, b, c] = [m.input([4, 3, 2]), m.input([4, 3, 2]), m.input([4, 3, 2])];
  const two = layer.className === "Subtract";
  return m.model({ inputs: two ? [a, b] : [a, b, c], outputs: layer.apply(two ? [a, b] : [a, b, c]) });
}

function shared(): m.Model {
  const [a, b] = [m.input([6, 6, 3]), m.input([6, 6, 3])];
  const inner = m.sequential([
    m.Input([6, 6, 3]),
    m.Conv2D(4, 3, { activation: "relu" }),
    m.GlobalAveragePooling2D(),
  ]);
  return m.model({
    inputs: [a, b],
    outputs: m.Dense(2).apply(m.Concatenate().apply([inner.apply(a), inner.apply(b)])),
  });
}

function tied(): m.Model {
  const coder = m.Dense(3, { activation: "sigmoid" });
  return row(coder, m.DenseTranspose(coder, { activation: "tanh" }));
}

const networks: Readonly<Record<string, () => m.Model>> = {
  conv2d: () => image(m.Conv2D(3, 3)),
  "conv2d same stride": () => image(m.Conv2D(3, [3, 2], { strides: 2, padding: "same", activation: "relu" })),
  "conv2d groups": () => image(m.Conv2D(6, 3, { groups: 2, useBias: false })),
  "conv2d dilation": () => image(m.Conv2D(3, 2, { dilationRate: [2, 3], activation: "tanh" })),
  depthwise: () => image(m.DepthwiseConv2D(3, { depthMultiplier: 2, padding: "same" })),
  separable: () => image(m.SeparableConv2D(5, 3, { activation: "relu" })),
  "transposed valid": () => image(m.Conv2DTranspose(3, 3, { strides: 2 })),
  "transposed same": () =>
    image(m.Conv2DTranspose(3, [3, 2], { strides: 2, padding: "same", activation: "sigmoid" })),
  "transposed wide stride": () => image(m.Conv2DTranspose(3, 2, { strides: 3 })),
  maxpool: () => image(m.MaxPooling2D(2)),
  "maxpool same": () => image(m.MaxPooling2D(3, { strides: 2, padding: "same" })),
  "average pool": () => image(m.AveragePooling2D(2)),
  "average pool same": () => image(m.AveragePooling2D(3, { strides: 2, padding: "same" })),
  "global pools": () => image(m.GlobalAveragePooling2D(), m.Dense(3)),
  "global max pool": () => image(m.GlobalMaxPooling2D()),
  "batch norm": () => image(m.BatchNormalization({ epsilon: 0.01 })),
  "batch norm of rows": () => row(m.BatchNormalization()),
  "layer norm": () => image(m.LayerNormalization()),
  "group norm": () => image(m.GroupNormalization({ groups: 2 })),
  "flatten dense": () => image(m.Flatten(), m.Dense(4, { activation: "softmax" })),
  "dense without bias": () => row(m.Dense(4, { useBias: false, activation: "elu" })),
  "dense on images": () => image(m.Dense(3)),
  "reshape permute": () => row(m.Dense(12), m.Reshape([2, 3, 2]), m.Permute([3, 1, 2]), m.Flatten()),
  "repeat vector": () => row(m.RepeatVector(3), m.Dense(2)),
  rescaling: () => image(m.Rescaling(0.3, { offset: 0.1 }), m.Conv2D(2, 1)),
  padding: () =>
    image(
      m.ZeroPadding2D([
        [1, 2],
        [0, 3],
      ]),
      m.Cropping2D([
        [2, 0],
        [1, 1],
      ]),
    ),
  upsampling: () => image(m.UpSampling2D([2, 3])),
  dropouts: () => image(m.Dropout(0.3), m.SpatialDropout2D(0.2), m.GaussianNoise(0.1)),
  softmax: () => image(m.Softmax({ axis: 1 })),
  "softmax of channels": () => image(m.Conv2D(3, 1, { activation: "softmax" })),
  prelu: () => image(m.PReLU({ sharedAxes: [1, 2] }), m.LeakyReLU({ negativeSlope: 0.1 })),
  "prelu of places": () => image(m.PReLU()),
  "relu with a threshold": () =>
    image(m.ReLU({ threshold: 0.2, negativeSlope: 0.1 }), m.ReLU({ threshold: 0.3, maxValue: 0.7 })),
  relu: () => image(m.ReLU({ maxValue: 0.5 }), m.ReLU()),
  "nested and shared": shared,
  tied,
};
for (const make of [m.Add, m.Subtract, m.Multiply, m.Average, m.Maximum, m.Minimum, m.Concatenate])
  Object.assign(networks, { [make.name]: () => merge(make()) });
const names = [
  "relu",
  "sigmoid",
  "tanh",
  "leaky_relu",
  "elu",
  "selu",
  "softplus",
  "exponential",
  "silu",
  "gelu",
  "relu6",
  "hard_sigmoid",
  "hard_silu",
  "softsign",
  "log_softmax",
] as const;
for (const name of names)
  Object.assign(networks, { [name]: () => image(m.Conv2D(3, 1), m.Activation(name)) });

describe("every layer", () => {
  const rounds = ["silu", "Average"]; // written as several ops whose sums are rounded elsewhere
  it.each(
    Object.keys(networks),
  )("%s: onnxruntime gives what predict gives, and the file comes back as the same model", async (name) => {
    await check(networks[name]!(), { exact: !rounds.includes(name) });
  });
});

describe("random networks", () => {
  const layer = fc.constantFrom(
    () => m.Conv2D(3, 3, { padding: "same", activation: "relu" }),
    () => m.Conv2D(4, 2, { padding: "same", useBias: false }),
    () => m.BatchNormalization(),
    () => m.MaxPooling2D(2, { padding: "same" }),
    () => m.AveragePooling2D(2, { padding: "same" }),
    () => m.Conv2DTranspose(2, 3, { strides: 2, padding: "same" }),
    () => m.UpSampling2D(2),
    () => m.Dropout(0.5),
    () => m.ZeroPadding2D(1),
    () => m.DepthwiseConv2D(3, { padding: "same" }),
    () => m.Activation("tanh"),
  );
  it("come back from ONNX with the same predictions to the last bit", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(layer, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (makes, flattens) => {
          const layers = makes.map((make) => make());
          await check(
            image(...layers, ...(flattens ? [m.Flatten(), m.Dense(3, { activation: "softmax" })] : [])),
          );
        },
      ),
      { numRuns: 12, seed: 16 },
    );
  }, 60_000);
});

describe("hostile files", () => {
  const count = Number(process.env.WGRAD_MUTATIONS ?? 300);
  it("mutated files are read or refused with a house error", async () => {
    const model = image(
      m.Conv2D(3, 3, { activation: "relu" }),
      m.BatchNormalization(),
      m.Flatten(),
      m.Dense(3),
    );
    await model.compile({ optimizer: "sgd", loss: "mse", engine });
    const sound = await toOnnx(model);
    model.dispose();
    let refused = 0;
    const random = numbers(count * 8, 3);
    for (let i = 0; i < count; i++) {
      const bytes = sound.slice(
        0,
        i % 3 === 0 ? Math.floor(((random[i * 8]! + 1) / 2) * sound.length) : sound.length,
      );
      for (let j = 1; j < 5 && bytes.length > 0; j++) {
        bytes[Math.floor(((random[i * 8 + j]! + 1) / 2) * Math.min(bytes.length, 2500))] = Math.floor(
          (random[i * 8 + j + 3]! + 1) * 128,
        );
      }
      try {
        readOnnxModel(bytes, "mutated.onnx");
      } catch (error) {
        expect(error).toBeInstanceOf(FileError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(count / 3);
  }, 600_000);

  it.each([
    [
      "a number without end",
      [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
      /number without end/,
    ],
    ["a huge declared size", [0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f], /declared/],
    ["no bytes", [], /empty/],
  ])("%s", (_, bytes, says) => {
    expect(() => readOnnxModel(Uint8Array.from(bytes), "hostile.onnx")).toThrow(says);
  });
});
