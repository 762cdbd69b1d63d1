/** @file Recorded launches: what they read and wrote can be read afterwards, and what was there before is as it was. */
import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import { kernel, run } from "../../../engine/kernel.ts";
import { LaunchRecord } from "../../../engine/record/launch-record.ts";
import { watchLaunches, withoutTrace } from "../../../engine/record/undo.ts";
import { mul, scale, sum } from "../../../kernels/index.ts";
import { naiveOnly, withNaiveKernels } from "../../../kernels/tuning/mode.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();

const double = kernel(
  "test/double",
  { updates: ["x"] },
  `@group(0) @binding(0) var<storage, read_write> x: array<f32>;
  @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
    if (id.x < arrayLength(&x)) { x[id.x] = 2.0 * x[id.x]; }
  }`,
);

describe("a record of launches", () => {
  it("has every version of what is changed in place, and puts the first back", async () => {
    const x = engine().tensor([1, 2, 3]);
    const twice = () => {
      run(double, { x }, {}, { invocations: 3 });
      run(double, { x }, {}, { invocations: 3 });
      scale(x, 10);
    };
    const { record } = LaunchRecord.take(engine(), () => engine().scope(twice));
    expect([...(await x.data())]).toEqual([1, 2, 3]);
    run(double, { x }, {}, { invocations: 3 }); // what comes after is not in the record
    const values = async (index: number, side: "before" | "after") => [
      ...(await record.values(record.launches[index]!.operands[0]!, index, side)),
    ];
    expect(await values(0, "before")).toEqual([1, 2, 3]);
    expect(await values(0, "after")).toEqual([2, 4, 6]);
    expect(await values(1, "before")).toEqual([2, 4, 6]);
    expect(await values(1, "after")).toEqual([4, 8, 12]);
    expect(await values(2, "before")).toEqual([4, 8, 12]);
    const { operands, index } = record.launches[2]!;
    expect([...(await record.values(operands[1]!, index, "after"))]).toEqual([40, 80, 120]);
    record.dispose();
    expect([...(await x.data())]).toEqual([2, 4, 6]);
  });

  it("knows parts of one buffer apart", async () => {
    const whole = engine().zeros([128]);
    const parts = [whole.slice(0, [2]), whole.slice(64, [2])];
    const write = () => {
      for (const [i, part] of parts.entries()) engine().copy(engine().tensor([i + 1, i + 2]), part);
      scale(whole, 1);
    };
    const { record } = LaunchRecord.take(engine(), () => engine().scope(write));
    const [first, second, third] = record.launches;
    expect([...(await record.values(first!.operands[1]!, 0, "after"))]).toEqual([1, 2]);
    expect([...(await record.values(second!.operands[1]!, 1, "after"))]).toEqual([2, 3]);
    expect((await record.values(third!.operands[0]!, 2, "before"))[64]).toBe(2);
    expect((await whole.data())[64]).toBe(0);
    record.dispose();
  });

  it("refuses an upload over what was there, and a second watch", () => {
    const x = engine().tensor([1]);
    expect(() => LaunchRecord.take(engine(), () => engine().upload(x, Float32Array.of(2)))).toThrow(
      /an upload changes memory/,
    );
    const inner = () => withoutTrace(engine(), () => {});
    expect(() => watchLaunches(engine(), { made() {}, launched() {} }, inner)).toThrow(/somebody watches/);
    expect(engine().watch).toBeUndefined();
  });

  it("leaves no trace when the body throws", async () => {
    const x = engine().tensor([1, 2]);
    const failing = () => {
      run(double, { x }, {}, { invocations: 2 });
      throw new Error("in the middle");
    };
    expect(() => LaunchRecord.take(engine(), failing)).toThrow("in the middle");
    expect([...(await x.data())]).toEqual([1, 2]);
  });
});

describe("what the microscope needs of others", () => {
  it("is told of every gradient when it is whole", async () => {
    const x = engine().tensor([3]);
    const told: number[][] = [];
    const names = new Map<object, string>();
    const body = () => {
      const square = mul(x, x);
      names.set(square, "square");
      return sum(mul(square, square));
    };
    const arrived: [string | undefined, Promise<unknown>][] = [];
    gradients(engine(), body, [x], { arrived: (y, dy) => arrived.push([names.get(y), dy.data()]) });
    for (const [name, values] of arrived) if (name) told.push([...((await values) as Float32Array)]);
    expect(told).toEqual([[18]]); // d x^4 / d x^2 = 2 x^2
  });

  it("has naive kernels for the time of a call", () => {
    const before = naiveOnly();
    expect(withNaiveKernels(() => withNaiveKernels(() => true) && naiveOnly())).toBe(true);
    expect(() =>
      withNaiveKernels(() => {
        throw new Error("x");
      }),
    ).toThrow("x");
    expect(naiveOnly()).toBe(before);
  });
});
