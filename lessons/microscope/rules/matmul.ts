/** @file Matrix products: dense layers and their two gradients. */
import { loop, times } from "../expression.ts";
import type { KernelRule, OpenLaunch } from "../rule.ts";

/** Sizes and strides, and where a term's factors are. */
function layoutOf(launch: OpenLaunch) {
  const get = (name: string) => launch.constant(name);
  const [m, n, k] = [get("M"), get("N"), get("K")];
  const strides = { a: [get("A_ROW"), get("A_COLUMN")], b: [get("B_ROW"), get("B_COLUMN")] } as const;
  return { m, n, k, strides };
}

/** Row and column of an element of a matrix that is stored by rows or by columns. */
function placeIn(at: number, rows: number, columns: number, rowStride: number): readonly [number, number] {
  return rowStride === 1 && columns > 1 && rows > 1
    ? [at % rows, Math.floor(at / rows)]
    : [Math.floor(at / columns), at % columns];
}

/** a[batch, i, inner] * b[batch, inner, j] */
function termsOf(launch: OpenLaunch) {
  const { m, n, k, strides } = layoutOf(launch);
  return (batch: number, i: number, inner: number, j: number) =>
    times(
      launch.read("a", batch * m * k + i * strides.a[0] + inner * strides.a[1]),
      launch.read("b", batch * k * n + inner * strides.b[0] + j * strides.b[1]),
    );
}

export const matmulRule: KernelRule = {
  kernel: "dense/matmul.naive",
  line: () => "sum += f32(a[batch * M * K",
  formula(launch, _, at) {
    const { m, n, k } = layoutOf(launch);
    const [batch, i, j] = [Math.floor(at / (m * n)), Math.floor(at / n) % m, at % n];
    const term = termsOf(launch);
    return loop(Array.from({ length: k }, (_, inner) => term(batch, i, inner, j)));
  },
  *uses(launch, binding, at) {
    const { m, n, k, strides } = layoutOf(launch);
    const term = termsOf(launch);
    const place = (batch: number, i: number, j: number) => (batch * m + i) * n + j;
    if (binding === "a") {
      const batch = Math.floor(at / (m * k));
      const [i, inner] = placeIn(at % (m * k), m, k, strides.a[0]);
      for (let j = 0; j < n; j++)
        yield { output: "y", at: place(batch, i, j), term: term(batch, i, inner, j) };
    } else if (binding === "b") {
      const batch = Math.floor(at / (k * n));
      const [inner, j] = placeIn(at % (k * n), k, n, strides.b[0]);
      for (let i = 0; i < m; i++)
        yield { output: "y", at: place(batch, i, j), term: term(batch, i, inner, j) };
    }
  },
};
