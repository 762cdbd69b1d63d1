/** @file No gradient is lost without a word: what is differentiable, what says that it is not, and what may not be changed. */
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import { createEngine, gradients, type Tensor } from "../../../engine/index.ts";
import { augmentImages, corrupt, transformImages } from "../../../kernels/augment/index.ts";
import { batchNorm } from "../../../kernels/batch-norm/index.ts";
import { add, mul, scale } from "../../../kernels/elementwise/index.ts";
import { binaryCrossentropy, meanSquaredError, softmaxCrossEntropy } from "../../../kernels/losses/index.ts";
import {
  absoluteError,
  binaryAccuracy,
  categoricalAccuracy,
  roundedAccuracy,
  squaredError,
  topKAccuracy,
} from "../../../kernels/metrics/index.ts";
import { argMax, columnSum, sum } from "../../../kernels/reduce/index.ts";
import { gather, oneHot, reshape, stopGradient } from "../../../kernels/shape/index.ts";
import { useEngine } from "../../support/engine.ts";
import { product } from "../ops.ts";

const engine = useEngine();
const slopesOf = async (body: () => Tensor, ...sources: Tensor[]) =>
  Promise.all(gradients(engine(), body, sources).gradients.map(async (slope) => [...(await slope.data())]));
const counted = (size: number) => Array.from({ length: size }, (_, i) => i + 1);

describe("views are differentiable", () => {
  it("view(), to any shape", async () => {
    const x = engine().tensor([1, 2, 3]);
    const squares = (y: Tensor) => sum(mul(y, y));
    expect(await slopesOf(() => squares(x.view([3, 1])), x)).toEqual([[2, 4, 6]]);
    expect(await slopesOf(() => squares(reshape(x.view([1, 3]), [3])), x)).toEqual([[2, 4, 6]]);
  });

  it("slice(), the rest of whose gradient is 0", async () => {
    const x = engine().tensor(counted(130));
    const expected = counted(130).map((value) => (value > 64 && value <= 67 ? 2 * value : 0));
    const squares = () => sum(mul(x.slice(64, [3]), x.slice(64, [3])));
    expect(await slopesOf(squares, x)).toEqual([expected]);
  });

  it("a slice and the whole, added up", async () => {
    const x = engine().tensor(counted(66));
    const both = () => add(sum(x), scale(sum(x.slice(64, [2])), 10));
    expect(await slopesOf(both, x)).toEqual([counted(66).map((value) => (value > 64 ? 11 : 1))]);
  });
});

const order = () => engine().tensor([0, 1], [2], "u32");

/** Ops with a result of floats and no gradient, of x [2, 2, 2, 1] > 0. */
const cutting: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  "augment/transform-images": (x) => augmentImages(x, order(), { horizontalFlip: true, stream: 1 }),
  "augment/transform-images (given)": (x) => transformImages(x, [{ flipHorizontal: true }, {}]),
  "augment/corrupt": (x) => corrupt(x, order(), { kind: "gaussian", stddev: 1 }, { stream: 1, fresh: false }),
  "metrics/element-means (squared)": (x) => squaredError(x.view([4, 2]), engine().zeros([4, 2])),
  "metrics/element-means (absolute)": (x) => absoluteError(x.view([4, 2]), engine().zeros([4, 2])),
  "metrics/element-means (binary)": (x) => binaryAccuracy(x.view([4, 2]), engine().zeros([4, 2])),
  "metrics/element-means (rounded)": (x) => roundedAccuracy(x.view([4, 2]), engine().zeros([4, 2])),
  "metrics/class-hits": (x) => categoricalAccuracy(x.view([4, 2]), engine().zeros([4, 2])),
  "metrics/class-hits (k)": (x) => topKAccuracy(x.view([4, 2]), engine().zeros([4, 2]), 1),
  "reduce/": (x) => columnSum(x.view([4, 2])),
  "engine-ops/": (x) => product(x, x), // a kernel of a layer's author, without differentiable()
};

describe("a kernel without a rule", () => {
  it.each(Object.entries(cutting))("is refused where a gradient would flow: %s", (name, op) => {
    const x = engine().tensor(counted(8), [2, 2, 2, 1]);
    const body = () => sum(op(x));
    expect(() => gradients(engine(), body, [x])).toThrow(ArgumentError);
    expect(() => gradients(engine(), body, [x])).toThrow("which has no gradient");
    const kernel = name.replace(/ .*/, "");
    if (!kernel.endsWith("/")) expect(() => gradients(engine(), body, [x])).toThrow(kernel);
    // beside the result it may be used, and of a constant
    const beside = () => {
      op(x);
      return sum(x);
    };
    expect(() => gradients(engine(), beside, [x])).not.toThrow();
    expect(() => gradients(engine(), () => add(sum(x), sum(op(stopGradient(x)))), [x])).not.toThrow();
  });

  it("is seen behind other ops and on one of several ways", () => {
    const x = engine().tensor([1, 2], [1, 2]);
    const behind = () => add(sum(x), sum(scale(reshape(squaredError(x, engine().zeros([1, 2])), [1, 1]), 3)));
    expect(() => gradients(engine(), behind, [x])).toThrow("metrics/element-means");
  });

  it("gives integers, which are constant", async () => {
    const x = engine().tensor([1, 5, 2, 9, 3, 4], [2, 3]);
    const hot = () => sum(mul(x, oneHot(argMax(x), 3)));
    expect(await slopesOf(hot, x)).toEqual([[0, 1, 0, 1, 0, 0]]);
    const picked = () => sum(gather(x, argMax(x, 0)));
    expect((await slopesOf(picked, x)).flat().reduce((a, b) => a + b, 0)).toBe(9);
  });

  it("a copy", () => {
    const x = engine().tensor([1, 2]);
    const copied = () => {
      const y = engine().zeros([2]);
      engine().copy(x, y);
      return sum(y);
    };
    expect(() => gradients(engine(), copied, [x])).toThrow("copy(), which has no gradient");
  });
});

describe("what an op takes for a constant", () => {
  it.each([
    ["a target", (x: Tensor) => meanSquaredError(engine().zeros([2, 2]), x)],
    ["a target beside a prediction", (x: Tensor) => binaryCrossentropy(scale(x, 0.1), x)],
    ["probabilities as targets", (x: Tensor) => softmaxCrossEntropy(x, scale(x, 2))],
    [
      "weights of samples",
      (x: Tensor) => meanSquaredError(x, engine().zeros([2, 2]), { weights: sumRows(x) }),
    ],
  ])("must be one: %s", (_, loss) => {
    const x = engine().tensor([0.1, 0.2, 0.3, 0.4], [2, 2]);
    expect(() => gradients(engine(), () => loss(x), [x])).toThrow("takes for a constant");
    expect(() => gradients(engine(), () => add(sum(x), loss(stopGradient(x))), [x])).not.toThrow();
  });

  it("moving statistics in inference", () => {
    const [x, one, mean, variance] = [[2, 1], [1], [1], [1]].map((shape) =>
      engine().tensor(counted(shape[0]!), shape),
    ) as [Tensor, Tensor, Tensor, Tensor];
    const state = { gamma: one, beta: one, movingMean: mean, movingVariance: variance };
    const body = () => sum(batchNorm(x, state, { training: false }));
    expect(() => gradients(engine(), body, [x, mean])).toThrow("takes for a constant");
    expect(() => gradients(engine(), body, [x])).not.toThrow();
  });
});

const sumRows = (x: Tensor) => sum(x, { axes: [1] });

describe("sources and results that have no gradient", () => {
  it("integers as a source", () => {
    const [x, labels] = [engine().tensor([1, 2]), engine().tensor([1, 2], [2], "u32")];
    expect(() => gradients(engine(), () => sum(x), [x, labels])).toThrow(
      "gradients: sources[1] must be f32 or f16, got u32.",
    );
  });

  it("an integer as the result", () => {
    const x = engine().tensor([1, 2], [1, 2]);
    const index = () => argMax(x).view([]);
    expect(() => gradients(engine(), index, [x])).toThrow(ShapeError);
    expect(() => gradients(engine(), index, [x])).toThrow("gradients: the body must return f32, got u32.");
  });

  it("a result that depends on no source", () => {
    const [x, y] = [engine().tensor([1, 2]), engine().tensor([3])];
    const message = "gradients: the result depends on none of the sources.";
    expect(() => gradients(engine(), () => engine().tensor([3]), [x])).toThrow(message);
    expect(() => gradients(engine(), () => sum(stopGradient(x)), [x, y])).toThrow(message);
    expect(() => gradients(engine(), () => engine().tensor([3]), [])).not.toThrow();
  });

  it("a source of another engine", async () => {
    const other = await createEngine();
    const [x, foreign] = [engine().tensor([1]), other.tensor([1])];
    expect(() => gradients(engine(), () => sum(x), [x, foreign])).toThrow("sources[1] is on another engine");
    other.dispose();
  });
});

describe("values that the backward pass needs", () => {
  const within = (change: (x: Tensor, squared: Tensor) => void) => () => {
    const x = engine().tensor(counted(65));
    return gradients(engine(), () => {
      const squared = mul(x, x);
      change(x, squared);
      return sum(mul(squared, x));
    }, [x]);
  };

  it.each([
    ["upload to a source", (x: Tensor) => engine().upload(x, new Float32Array(2))],
    ["upload to what was computed", (_: Tensor, y: Tensor) => engine().upload(y, new Float32Array(2))],
    ["upload to a part", (x: Tensor) => engine().upload(x.slice(64, [1]), new Float32Array(1))],
    ["clear", (x: Tensor) => engine().clear(x)],
    ["copy", (x: Tensor) => engine().copy(engine().zeros([65]), x)],
    [
      "a kernel's output in the memory of a source",
      (x: Tensor) =>
        void meanSquaredError(engine().zeros([65, 1]), engine().zeros([65, 1]), { perSample: x }),
    ],
  ])("stay: %s is refused", (_, change) => {
    expect(within(change)).toThrow(ArgumentError);
    expect(within(change)).toThrow("takes part in what is being differentiated");
  });

  it("leave others free to change", () => {
    expect(within(() => engine().clear(engine().zeros([3])))).not.toThrow();
  });
});

describe("targets for gradients", () => {
  it("share no memory with a source or one another", () => {
    const flat = engine().zeros([192]);
    const [a, b] = [engine().tensor([1, 2]), engine().tensor([3, 4])];
    const into = (...targets: Tensor[]) =>
      gradients(engine(), () => sum(mul(a, b)), [a, b], { into: targets });
    expect(() => into(flat.slice(0, [2]), flat.slice(0, [2]))).toThrow(
      "gradients: into[1] shares memory with a source or another target.",
    );
    expect(() => into(flat.slice(0, [2]), a)).toThrow("gradients: into[1] shares memory");
    expect(() => into(flat.slice(0, [2]), flat.slice(64, [2]))).not.toThrow();
  });
});
