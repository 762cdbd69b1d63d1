import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differentiable, gradients } from "../../../engine/autodiff/tape.ts";
import { ArgumentError, ShapeError, WgradError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";
import { multiply, product, scaleAndAdd, total } from "../ops.ts";

const engine = useEngine();
const values = async (tensors: readonly Tensor[]) =>
  Promise.all(tensors.map(async (tensor) => Array.from(await tensor.data())));
const of = (...numbers: number[]) => engine().tensor(numbers);
const inUse = () => engine().memory.buffersInUse;

describe("gradients", () => {
  it("returns the value and one gradient per source, of its shape", async () => {
    const [a, b] = [engine().tensor([1, 2, 3, 4], [2, 2]), engine().tensor([5, 6, 7, 8], [2, 2])];
    const { value, gradients: slopes } = gradients(engine(), () => total(multiply(a, b)), [a, b]);
    expect(await values([value, ...slopes])).toEqual([[70], [5, 6, 7, 8], [1, 2, 3, 4]]); // 5 + 12 + 21 + 32
    expect(slopes.map(({ shape }) => shape)).toEqual([
      [2, 2],
      [2, 2],
    ]);
  });

  it("follows chains", async () => {
    const x = of(1, 2, -3);
    const cube = () => total(multiply(multiply(x, x), x));
    const { gradients: slopes } = gradients(engine(), cube, [x]);
    expect(await values(slopes)).toEqual([[3, 12, 27]]); // 3 x^2
  });

  it("adds up what comes from several uses, in one op or in several", async () => {
    const x = of(1, 2);
    const y = of(10, 20);
    const { gradients: slopes } = gradients(engine(), () => {
      const square = multiply(x, x);
      return total(multiply(multiply(square, x), multiply(square, y)));
    }, [x, y]);
    // x^5 y: 5 x^4 y and x^5
    expect(await values(slopes)).toEqual([
      [50, 1600],
      [1, 32],
    ]);
  });

  it("agrees with the product rule for products of any of the sources", async () => {
    const factors = fc.array(fc.nat(2), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(factors, fc.nat(1e6), async (indices, seed) => {
        const data = [0, 1, 2].map((i) => randomArray([5], seed + i, 0.5, 2).data);
        const sources = data.map((numbers) => engine().tensor(numbers));
        const body = () => {
          let y: Tensor | undefined;
          for (const index of indices) y = y ? multiply(y, sources[index]!) : sources[index]!;
          return total(y!);
        };
        const { gradients: slopes } = gradients(engine(), body, sources);
        for (const [source, slope] of slopes.entries()) {
          const power = (i: number) => indices.filter((index) => index === i).length;
          const expected = data[0]!.map((_, element) =>
            data.reduce((result, numbers, i) => {
              const n = power(i);
              return result * (i === source ? n * numbers[element]! ** (n - 1) : numbers[element]! ** n);
            }, 1),
          );
          expectClose((await slope.data()) as Float32Array, expected, { terms: 6 }, `source ${source}`);
        }
      }),
      properties,
    );
  });

  it("gives zeros for a source that the value does not depend on", async () => {
    const [x, other] = [of(1, 2), of(5, 6, 7)];
    const { gradients: slopes } = gradients(engine(), () => total(x), [x, other]);
    expect(await values(slopes)).toEqual([
      [1, 1],
      [0, 0, 0],
    ]);
  });

  it("is 1 for a source that is the value itself", async () => {
    const x = engine().tensor([7], []);
    expect(await values(gradients(engine(), () => x, [x]).gradients)).toEqual([[1]]);
  });

  it("stays away from what is no source: its gradient is not even asked for", async () => {
    const [x, fixed] = [of(1, 2), of(3, 4)];
    const asked: boolean[] = [];
    const spy = (a: Tensor, b: Tensor) =>
      differentiable(product(a, b), {
        inputs: [a, b],
        backward: (dy, want) => {
          asked.push(want(0) !== undefined, want(1) !== undefined);
          return [product(dy, b), undefined];
        },
      });
    const { gradients: slopes } = gradients(engine(), () => total(spy(x, fixed)), [x]);
    expect(asked).toEqual([true, false]);
    expect(await values(slopes)).toEqual([[3, 4]]);
  });

  it("takes the last rule that was given for a tensor, with inputs that were computed in between", async () => {
    const x = of(1, 2);
    const body = () => {
      const y = multiply(x, x);
      const z = multiply(x, x);
      differentiable(y, { inputs: [z], backward: (dy) => [dy] }); // y = z
      return total(y);
    };
    expect(await values(gradients(engine(), body, [x]).gradients)).toEqual([[2, 4]]);
  });

  it("records nothing outside of its body", () => {
    const x = of(1);
    let ran = 0;
    const backward = () => {
      ran++;
      return [undefined];
    };
    differentiable(product(x, x), { inputs: [x], backward });
    gradients(engine(), () => total(x), [x]);
    differentiable(product(x, x), { inputs: [x], backward });
    expect(ran).toBe(0);
  });
});

describe("gradients into given tensors", () => {
  /** Two places in one flat buffer, 256-byte aligned, filled with 100. */
  function flat(): { all: Tensor; into: Tensor[] } {
    const all = engine().tensor(new Array(128).fill(100));
    return { all, into: [all.slice(0, [2]), all.slice(64, [2])] };
  }

  it("overwrites them and returns them, also for sources that do not matter", async () => {
    const [a, b] = [of(2, 3), of(1, 1)];
    const { all, into } = flat();
    const { gradients: slopes } = gradients(engine(), () => total(multiply(a, a)), [a, b], { into });
    expect(slopes).toEqual(into);
    expect(await values(into)).toEqual([
      [4, 6],
      [0, 0],
    ]);
    expect((await all.data())[2]).toBe(100);
  });

  it("writes there directly where a rule can: no copy, no sum", () => {
    const [a, b] = [of(2, 3), of(5, 7)];
    const { into } = flat();
    const recording = engine().record(() => {
      gradients(engine(), () => total(multiply(a, b)), [a, b], { into });
    });
    const labels = recording.commands.map(({ label }) => label);
    recording.dispose();
    expect(labels.filter((label) => label === "copy" || label === "engine/autodiff/sum")).toEqual([]);
    expect(labels.filter((label) => label === "test/multiply")).toHaveLength(3);
  });

  it("adds the gradients of micro-batches with `accumulate`", async () => {
    const w = of(2, 3);
    const { into } = flat();
    for (const [i, batch] of [of(1, 2), of(3, 4), of(5, 6)].entries()) {
      const body = () => total(multiply(multiply(w, batch), w));
      gradients(engine(), body, [w], { into: [into[0]!], accumulate: i > 0 });
    }
    expect(await values([into[0]!])).toEqual([[2 * 2 * 9, 2 * 3 * 12]]); // 2 w (sum of the batches)
  });

  it("leaves targets as they are when there is nothing to accumulate", async () => {
    const [a, b] = [of(2, 3), of(1, 1)];
    const { into } = flat();
    gradients(engine(), () => total(a), [a, b], { into, accumulate: true });
    expect(await values(into)).toEqual([
      [101, 101],
      [100, 100],
    ]);
  });

  it("adds within the target when a source is used twice, whichever gradient the rule asks for first", async () => {
    const a = of(2, 3);
    const { into } = flat();
    const backwards = (x: Tensor) =>
      differentiable(product(x, x), {
        inputs: [x, x],
        backward: (dy, want) => {
          const second = want(1)!;
          const right = product(dy, x);
          if ("engine" in second) engine().copy(right, second);
          return [product(dy, x), "engine" in second ? second : right];
        },
      });
    gradients(engine(), () => total(backwards(a)), [a], { into: [into[0]!] });
    expect(await values([into[0]!])).toEqual([[4, 6]]); // 2 a
  });

  it("takes one target per source, of its shape", () => {
    const a = of(2, 3);
    const into = [engine().zeros([3])];
    const wrong = () => gradients(engine(), () => total(a), [a], { into });
    expect(wrong).toThrow(ShapeError);
    expect(wrong).toThrow("gradients: targets [3] for sources [2].");
    expect(() => gradients(engine(), () => total(a), [a], { into: [] })).toThrow(ShapeError);
  });
});

describe("memory of a backward pass", () => {
  it("keeps what rules need beyond its scope and gives it back at the end", async () => {
    const x = of(1, 2);
    const before = inUse();
    const result = gradients(
      engine(),
      () => engine().scope(() => total(multiply(multiply(x, x), multiply(x, x)))),
      [x],
    );
    expect(inUse()).toBe(before + 2); // the value and the gradient
    expect(await values(result.gradients)).toEqual([[4, 32]]);
  });

  it("releases each kept tensor as soon as its rule has run", () => {
    const x = of(1, 2);
    const lengths: number[] = [];
    const link = (input: Tensor): Tensor => {
      const kept = engine().zeros([2]);
      return differentiable(product(input, kept), {
        inputs: [input],
        keeps: [kept],
        backward: (dy) => {
          lengths.push(inUse());
          return [product(dy, kept)];
        },
      });
    };
    gradients(engine(), () => engine().scope(() => total(link(link(link(x))))), [x]);
    expect(lengths[0]! - lengths[1]!).toBe(1);
    expect(lengths[1]! - lengths[2]!).toBe(1);
  });

  it.each(["the body", "the last rule", "the first rule"])("is given back when %s throws", (where) => {
    const x = of(1, 2);
    const before = inUse();
    const link = (input: Tensor, name: string): Tensor => {
      const kept = engine().zeros([2]);
      return differentiable(product(input, kept), {
        inputs: [input],
        keeps: [kept],
        backward: (dy) => {
          if (where === name) throw new Error("on purpose");
          return [product(dy, kept)];
        },
      });
    };
    const body = () => {
      const y = total(link(link(link(x, "the first rule"), "middle"), "the last rule"));
      if (where === "the body") throw new Error("on purpose");
      return y;
    };
    const run = () => engine().scope(() => void gradients(engine(), () => engine().scope(body), [x]));
    expect(run).toThrow("on purpose");
    expect(inUse()).toBe(before);
    expect(engine().tape).toBeUndefined();
  });

  it("is given back when a rule's gradient has the wrong shape", () => {
    const x = of(1, 2);
    const before = inUse();
    const wrong = () =>
      gradients(
        engine(),
        () =>
          total(
            differentiable(product(x, x), { inputs: [x], keeps: [x], backward: (dy) => [dy.view([2, 1])] }),
          ),
        [x],
      );
    expect(() => engine().scope(() => void wrong())).toThrow(
      "backward: a rule returned a gradient of another shape: [2,1] for [2].",
    );
    expect(inUse()).toBe(before);
  });
});

describe("what gradients() refuses", () => {
  it("a value that is no scalar, and lets go of what was kept", () => {
    const x = of(1, 2);
    const before = inUse();
    const vector = () => engine().scope(() => void gradients(engine(), () => multiply(x, x), [x]));
    expect(vector).toThrow(ShapeError);
    expect(vector).toThrow("gradients: the body must return a scalar, got [2].");
    expect(inUse()).toBe(before);
  });

  it("gradients within gradients", () => {
    const x = of(1);
    const inner = () => gradients(engine(), () => total(x), [x]).value;
    expect(() => gradients(engine(), inner, [x])).toThrow(WgradError);
    expect(() => gradients(engine(), inner, [x])).toThrow("gradients: cannot be nested");
    expect(() => gradients(engine(), () => total(x), [x])).not.toThrow();
  });

  it("the same source twice", () => {
    const x = of(1);
    expect(() => gradients(engine(), () => total(x), [x, x])).toThrow(ArgumentError);
  });
});

it("in-place updates of a source after gradients() do not change what was computed", async () => {
  const x = of(1, 2);
  const { gradients: slopes } = gradients(engine(), () => total(multiply(x, x)), [x]);
  scaleAndAdd(x, 0, 50);
  expect(await values(slopes)).toEqual([[2, 4]]);
});
