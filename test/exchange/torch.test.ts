/** @file Weights with PyTorch's names and axes: out and back in, what the names look like, and what wrappers add to them. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { loadTorchWeights, toTorchWeights } from "../../exchange/index.ts";
import * as m from "../../models/index.ts";
import { serializeSafetensors } from "../../models/weights/safetensors-format.ts";
import { useEngine } from "../support/engine.ts";
import { properties } from "../support/properties.ts";

const engine = useEngine();

/** Two models of the same layers with weights of their own. */
function twins(make: () => m.Layer[]): readonly [m.Model, m.Model] {
  const [a, b] = [1, 2].map((seed) => {
    const model = m.sequential([m.Input([7, 6, 4]), ...make()]);
    model.initialize(engine(), seed);
    const values = model.weights.map(({ path, variable }, i) => {
      return [
        path,
        Float32Array.from({ length: variable.size }, (_, j) => seed + Math.sin(i + j * 1.7)),
      ] as const;
    });
    model.setWeights(new Map(values));
    return model;
  });
  return [a!, b!];
}

async function expectSame(a: m.Model, b: m.Model): Promise<void> {
  expect(await b.getWeights()).toEqual(await a.getWeights());
  a.dispose();
  b.dispose();
}

const padding = fc.constantFrom("same" as const, "valid" as const);
const imageLayer: fc.Arbitrary<() => m.Layer> = fc.oneof(
  fc
    .record({ padding, useBias: fc.boolean(), groups: fc.constantFrom(1, 2) })
    .map((options) => () => m.Conv2D(4, [2, 3], { ...options, padding: "same" })),
  padding.map((way) => () => m.Conv2DTranspose(4, 2, { padding: way })),
  fc.boolean().map((useBias) => () => m.SeparableConv2D(4, 3, { padding: "same", useBias })),
  fc.boolean().map((useBias) => () => m.DepthwiseConv2D(2, { useBias, padding: "same" })),
  fc.constant(() => m.BatchNormalization()),
  fc.constant(() => m.GroupNormalization({ groups: 2 })),
  fc.constant(() => m.LayerNormalization()),
  fc.constant(() => m.PReLU({ sharedAxes: [1, 2] })),
  fc.constant(() => m.Activation("relu")),
);
const rowLayer: fc.Arbitrary<() => m.Layer> = fc.oneof(
  fc.boolean().map((useBias) => () => m.Dense(5, { useBias })),
  fc.constant(() => m.BatchNormalization()),
  fc.constant(() => m.PReLU()),
  fc.constant(() => m.Dropout(0.2)),
);

it("weights of random networks come back to the last bit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(imageLayer, { minLength: 1, maxLength: 4 }),
      fc.array(rowLayer, { maxLength: 3 }),
      async (images, rows) => {
        const make = () => [
          ...images.map((one) => one()),
          m.Flatten(),
          ...rows.map((one) => one()),
          m.Dense(3),
        ];
        const [a, b] = twins(make);
        const entries = await toTorchWeights(a);
        expect(new Set(entries.map(({ name }) => name)).size).toBe(a.weights.length);
        await loadTorchWeights(b, serializeSafetensors(entries));
        await expectSame(a, b);
      },
    ),
    properties,
  );
});

it("modules and shapes are PyTorch's", async () => {
  const [a, b] = twins(() => [m.Conv2D(3, 2), m.PReLU({ sharedAxes: [1, 2] }), m.SeparableConv2D(5, [2, 3])]);
  expect((await toTorchWeights(a)).map(({ name, shape }) => [name, shape])).toEqual([
    ["conv2d_1.weight", [3, 4, 2, 2]],
    ["conv2d_1.bias", [3]],
    ["p_re_lu_1.weight", [3]],
    ["separable_conv2d_1.depthwise.weight", [3, 1, 2, 3]],
    ["separable_conv2d_1.pointwise.weight", [5, 3, 1, 1]],
    ["separable_conv2d_1.pointwise.bias", [5]],
  ]);
  a.dispose();
  b.dispose();
});

it.each([
  "module.",
  "_orig_mod.",
  "_orig_mod.module.",
  "module._orig_mod.",
])("%s before all names is taken off, before some it is a part of them", async (prefix) => {
  const [a, b] = twins(() => [m.Conv2D(3, 2), m.Flatten(), m.Dense(2)]);
  const entries = await toTorchWeights(a);
  const wrapped = entries.map((entry) => ({ ...entry, name: prefix + entry.name }));
  const rows = await loadTorchWeights(b, serializeSafetensors(wrapped));
  expect(rows.map(({ torch }) => torch)).toEqual(entries.map(({ name }) => name));
  const some = entries.map((entry, i) => (i < 2 ? { ...entry, name: prefix + entry.name } : entry));
  expect((await loadTorchWeights(b, serializeSafetensors(some)))[0]!.torch).toBe(`${prefix}conv2d_1.weight`);
  await expectSame(a, b);
});

it("a PReLU with a slope for each place is no module of PyTorch", async () => {
  const [a, b] = twins(() => [m.PReLU()]);
  await expect(toTorchWeights(a)).rejects.toThrow(
    "p_re_lu_1/alpha: PyTorch's PReLU has a slope for each channel",
  );
  a.dispose();
  b.dispose();
});
