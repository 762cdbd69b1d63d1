import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import { corruptReference } from "../../../kernels/augment/augment.reference.ts";
import { type Corruption, corrupt } from "../../../kernels/augment/index.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const corruptions = fc.constantFrom<Corruption>(
  { kind: "masking", keep: 0.3 },
  { kind: "gaussian", stddev: 0.5 },
  { kind: "gaussian", stddev: 0.2, clip: true },
);

describe("corrupt", () => {
  const engine = useEngine();

  it("draws the noise that its twin predicts for each sample, fresh or fixed, in any micro-batch", async () => {
    const word = fc.nat(0xffffffff);
    const cases = fc.record({
      corruption: corruptions,
      seed: word,
      epoch: fc.nat(100),
      sample: fc.nat(3),
      fresh: fc.boolean(),
      width: fc.constantFrom(7, 12),
    });
    const order = [4, 9, 1, 0, 7, 3];
    await fc.assert(
      fc.asyncProperty(cases, async ({ corruption, seed, epoch, sample, fresh, width }) => {
        const x = randomArray([3, width], 2, 0, 1);
        engine().step.set({ seed, epoch, position: 1, sample });
        const indices = engine().tensor(order, [6], "u32");
        const y = corrupt(engine().tensor(x.data, x.shape), indices, corruption, { stream: 6, fresh });
        const expected = [0, 1, 2].flatMap((i) =>
          corruptReference(x.data.slice(i * width, (i + 1) * width), corruption, {
            seed,
            epoch: fresh ? epoch : 0,
            stream: 6,
            sample: order[Math.min(1 + sample + i, 5)]!,
          }),
        );
        if (corruption.kind === "masking") expect([...(await y.data())]).toEqual(expected);
        // WGSL grants sin and cos an absolute error of 2^-11; the radius is at most sqrt(2 * 24 * ln 2) = 5.8
        else expectClose(await y.data(), expected, { scale: corruption.stddev * 5.8 * 2 ** 12, ulps: 1 });
      }),
      properties,
    );
  });

  it("keeps the stated part, has the stated deviation, and differs between epochs, streams and samples", async () => {
    const ones = engine().tensor(new Float32Array(40_000).fill(1), [40, 1000]);
    const order = engine().tensor(
      Array.from({ length: 40 }, (_, i) => i),
      [40],
      "u32",
    );
    const draw = async (corruption: Corruption, stream = 0) => [
      ...(await corrupt(ones, order, corruption, { stream, fresh: true }).data()),
    ];
    engine().step.set({ seed: 1, epoch: 0, position: 0, sample: 0 });
    const masking = { kind: "masking", keep: 0.3 } as const;
    const a = await draw(masking);
    const b = await draw(masking, 1);
    const noisy = await draw({ kind: "gaussian", stddev: 0.5 });
    engine().step.set({ epoch: 1 });
    const c = await draw(masking);
    const part = (test: (i: number) => boolean) => a.filter((_, i) => test(i)).length / a.length;
    // five standard deviations of a mean of 40,000 draws: 5 * sqrt(.3 * .7 / 40000) = 0.0115
    expect(Math.abs(part((i) => a[i] === 1) - 0.3)).toBeLessThan(0.0115);
    // independent masks agree in .3^2 + .7^2 = 0.58 of the elements; 5 * sqrt(.58 * .42 / 40000) = 0.0124
    for (const other of [b, c, [...a.slice(1000), ...a.slice(0, 1000)]]) {
      expect(Math.abs(part((i) => a[i] === other[i]) - 0.58)).toBeLessThan(0.0124);
    }
    const mean = noisy.reduce((sum, value) => sum + value - 1, 0) / noisy.length;
    const square = noisy.reduce((sum, value) => sum + (value - 1) ** 2, 0) / noisy.length;
    expect(Math.abs(mean)).toBeLessThan(0.0125); // 5 * 0.5 / sqrt(40000)
    expect(Math.abs(square - 0.25)).toBeLessThan(0.0089); // 5 * 0.25 * sqrt(2 / 40000)
  });

  it("refuses amounts that are none", () => {
    const x = engine().zeros([2, 3]);
    const order = engine().tensor([0, 1], [2], "u32");
    const options = { stream: 0, fresh: true };
    expect(() => corrupt(x, order, { kind: "masking", keep: 1.2 }, options)).toThrow(
      "corrupt: keep must be the probability to stay, from 0 to 1, got 1.2.",
    );
    expect(() => corrupt(x, order, { kind: "gausian", stddev: 1 } as never, options)).toThrow(
      'corrupt: kind must be one of masking, gaussian, got "gausian". Did you mean gaussian?',
    );
    expect(() => corrupt(x, order, { kind: "masking", keep: 1, stddev: 1 } as never, options)).toThrow(
      "corrupt: there is no option stddev.",
    );
    expect(() => corrupt(x, order, { kind: "gaussian", stddev: -1 }, options)).toThrow(ArgumentError);
  });
});
