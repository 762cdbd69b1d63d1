/** @file Ops that select or compare, on NaN, infinities and -0: reductions, pooling, softmax, accuracies, on either class of adapter. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../engine/device.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { categoricalAccuracy, confusionUpdate, topKAccuracy } from "../../../kernels/metrics/index.ts";
import { largestIndex, topKReference } from "../../../kernels/metrics/metrics.reference.ts";
import {
  avgPool2dGradientReference,
  avgPool2dReference,
} from "../../../kernels/pool2d/average-pool2d.reference.ts";
import { avgPool2d, globalMaxPool2d, maxPool2d } from "../../../kernels/pool2d/index.ts";
import {
  maxPool2dGradientReference,
  maxPool2dReference,
} from "../../../kernels/pool2d/max-pool2d.reference.ts";
import { argMax, max, mean, min, sum, variance } from "../../../kernels/reduce/index.ts";
import {
  argMaxReference,
  type ReduceName,
  reduceGradientReference,
  reduceReference,
} from "../../../kernels/reduce/reduce.reference.ts";
import { type Array64, array64 } from "../../../kernels/reference.ts";
import { logSoftmax, softmax } from "../../../kernels/softmax/index.ts";
import { softmaxGradientReference, softmaxReference } from "../../../kernels/softmax/softmax.reference.ts";
import { type Padding, resolveWindow } from "../../../kernels/window.ts";
import { useEngine } from "../../support/engine.ts";
import { runWithGradients } from "../../support/gradient.ts";
import { expectSurvives, extreme, hostileArray, spoiled, strange } from "../../support/hostile.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";

const few = { ...properties, numRuns: Math.ceil(properties.numRuns / 2) };
const all = [...strange, ...extreme];

async function onBothClasses(engine: Engine, body: () => Promise<void>): Promise<void> {
  await body();
  await asGpu(engine, body);
}

describe("reductions of hostile values", () => {
  const engine = useEngine();
  const names = { max, min, sum, mean, variance };
  /** Few columns, whole vectors of columns, rows of any length, rows long enough for a workgroup, several stages. */
  const forms: [number[], number[]][] = [
    [[3, 5, 2], [1]],
    [
      [2, 3, 8],
      [0, 1],
    ],
    [[4, 7], [1]],
    [[2, 300], [1]],
    [
      [2, 3, 4],
      [0, 2],
    ],
  ];

  it.each(Object.entries(names))("%s", async (name, op) => {
    const values = name === "max" || name === "min" ? all : strange;
    for (const [shape, axes] of forms) {
      const check = (x: Array64) =>
        onBothClasses(engine(), () =>
          expectSurvives(
            engine(),
            (t) => op(t, { axes }),
            (t) => reduceReference(name as ReduceName, t, axes),
            (dy, t) => [reduceGradientReference(name as ReduceName, dy, t, axes)],
            [x],
            `${name} over ${axes}`,
            1e-5,
          ),
        );
      await fc.assert(fc.asyncProperty(hostileArray(shape, values), check), { ...few, numRuns: 3 });
      await check(spoiled(randomArray(shape, 1), 2)); // few of them, so that some results are numbers
    }
  });

  it.each(["max", "min"] as const)("%s finds a NaN wherever it stands in a long row", async (name) => {
    for (const place of [0, 1, 63, 64, 4095, 5000, 9000]) {
      const x = randomArray([9001], place);
      x.data[place] = Number.NaN;
      await onBothClasses(engine(), async () => {
        const { y, gradients } = await runWithGradients(
          engine(),
          (t) => names[name](t),
          [x],
          array64([], [3]),
        );
        expect(y[0], `at ${place}`).toBeNaN();
        expect(gradients[0]!.indexOf(3), `at ${place}`).toBe(place);
        expect(gradients[0]!.reduce((total, value) => total + value)).toBe(3);
      });
    }
  });

  it("argMax gives the place of the first NaN, or of the first largest value", async () => {
    await fc.assert(
      fc.asyncProperty(hostileArray([3, 4, 2], strange), fc.nat(2), async (x, axis) => {
        const y = await argMax(engine().tensor(x.data, x.shape), axis).data();
        expect([...y]).toEqual(argMaxReference(x, axis));
      }),
      properties,
    );
    expect([...(await argMax(engine().tensor([1, Number.NaN, 2, Number.NaN])).data())]).toEqual([1]);
  });
});

interface Pool {
  readonly shape: readonly number[];
  readonly size: readonly [number, number];
  readonly stride: number;
  readonly padding: Padding;
}

describe("pooling of hostile values", () => {
  const engine = useEngine();
  const pools: Pool[] = [
    { shape: [1, 4, 6, 4], size: [2, 2], stride: 2, padding: "valid" }, // lanes share their pixels
    { shape: [2, 4, 5, 3], size: [2, 3], stride: 2, padding: "same" }, // they do not
    { shape: [1, 5, 4, 4], size: [3, 3], stride: 1, padding: "same" }, // windows overlap
  ];

  it.each(pools)("maxPool2d and avgPool2d: %j", async ({ shape, size, stride, padding }) => {
    const options = { poolSize: size, strides: stride, padding };
    const window = resolveWindow("test", shape, { window: size, strides: stride, padding });
    const check = async (x: Array64) => {
      await expectSurvives(
        engine(),
        (t) => maxPool2d(t, options),
        (t) => maxPool2dReference(t, window).y,
        (dy, t) => [maxPool2dGradientReference(t, dy, window)],
        [x],
        "maxPool2d",
      );
      await expectSurvives(
        engine(),
        (t) => avgPool2d(t, options),
        (t) => avgPool2dReference(t, window),
        (dy, t) => [avgPool2dGradientReference(t, dy, window)],
        [x],
        "avgPool2d",
        1e-5,
      );
    };
    await fc.assert(fc.asyncProperty(hostileArray(shape, strange), check), few);
    await check(spoiled(randomArray(shape, 3), 4));
  });

  it("globalMaxPool2d sends the gradient to the first NaN", async () => {
    const x = array64([1, 2, 2, 1], [5, Number.NaN, 7, Number.NaN]);
    const dy = array64([1, 1], [2]);
    const { y, gradients } = await runWithGradients(engine(), (t) => globalMaxPool2d(t), [x], dy);
    expect([...y]).toEqual([Number.NaN]);
    expect([...gradients[0]!]).toEqual([0, 2, 0, 0]);
  });
});

describe("softmax of hostile values", () => {
  const engine = useEngine();
  /** Short rows in registers (1, 2 and 4 at a time), longer ones, and another axis; as on a GPU by workgroups. */
  const forms: [number[], number][] = [
    [[5, 3], 1],
    [[3, 10], 1],
    [[3, 4], 1],
    [[2, 70], 1],
    [[2, 130], 1],
    [[2, 5, 3], 1],
  ];

  it.each([
    { name: "softmax", op: softmax, log: false },
    { name: "logSoftmax", op: logSoftmax, log: true },
  ])("$name", async ({ name, op, log }) => {
    for (const [shape, axis] of forms) {
      const check = (x: Array64) =>
        onBothClasses(engine(), () =>
          expectSurvives(
            engine(),
            (t: Tensor) => op(t, axis),
            (t) => softmaxReference(t, axis, log),
            (dy, t) => [softmaxGradientReference(dy, t, axis, log)],
            [x],
            name,
            1e-5,
          ),
        );
      await fc.assert(fc.asyncProperty(hostileArray(shape, all), check), { ...few, numRuns: 2 });
      await fc.assert(fc.asyncProperty(hostileArray(shape, [-Infinity, -1e30, 100, 0]), check), {
        ...few,
        numRuns: 2,
      });
      await check(spoiled(randomArray(shape, 5), 6));
    }
  });
});

describe("accuracies of hostile scores", () => {
  const engine = useEngine();

  it("count no sample with a NaN as a hit, and put it into no class", async () => {
    await fc.assert(
      fc.asyncProperty(hostileArray([12, 4], strange), fc.nat(3), async (scores, label) => {
        const rows = Array.from({ length: 12 }, (_, i) => scores.data.subarray(4 * i, 4 * i + 4));
        const oneHot = rows.flatMap(() => [0, 1, 2, 3].map((c) => (c === label ? 1 : 0)));
        const [p, t] = [engine().tensor(scores.data, [12, 4]), engine().tensor(oneHot, [12, 4])];
        const first = rows.map((row) => (largestIndex(row) === label ? 1 : 0));
        expect([...(await categoricalAccuracy(p, t).data())]).toEqual(first);
        const best = rows.map((row) => topKReference(row, label, 2));
        expect([...(await topKAccuracy(p, t, 2).data())]).toEqual(best);
        const counts = engine().zeros([4, 4], "u32");
        confusionUpdate(counts, p, t);
        const expected = new Uint32Array(16);
        for (const row of rows) if (largestIndex(row) >= 0) expected[4 * label + largestIndex(row)]!++;
        expect(await counts.data()).toEqual(expected);
      }),
      properties,
    );
  });

  it("take a target with a NaN for no class", async () => {
    const p = engine().tensor([0.1, 0.9], [1, 2]);
    const t = engine().tensor([Number.NaN, 1], [1, 2]);
    expect([...(await categoricalAccuracy(p, t).data())]).toEqual([0]);
  });
});
