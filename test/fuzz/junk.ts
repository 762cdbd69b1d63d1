/** @file What people pass by mistake: wrong types, impossible numbers, tensors that cannot be used here. */
import fc from "fast-check";
import type { Engine } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";

/** An engine to test, and tensors that do not belong where they are put. */
export interface Surroundings {
  readonly engine: Engine;
  /** a tensor of another engine */
  readonly foreign: Tensor;
}

export interface Junk {
  /** for counterexamples */
  readonly name: string;
  make(surroundings: Surroundings): unknown;
}

const numbers = [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  -1,
  0,
  1,
  2,
  7,
  0.5,
  -0.25,
  1e-300,
  1e300,
  2 ** 31,
  2 ** 32,
  2 ** 53,
];

class Circular {
  readonly itself = this;
}

/** Written as an option would be. */
const values: readonly unknown[] = [
  undefined,
  null,
  "",
  "3",
  "same",
  "relu",
  "toString",
  true,
  false,
  12n,
  [],
  [1],
  [2, 3],
  [-1, 2],
  [1.5, 2],
  [Number.NaN, 1],
  ["3", 3],
  [[1, 2]],
  [
    [1, 2],
    [3, 4],
  ],
  [undefined, 1],
  {},
  { length: 3 },
  { size: 2, shape: [2, 3], dtype: "f32" },
  new Circular(),
  () => 1,
  new Date(0),
  new Map(),
  new Float32Array(3),
  new BigInt64Array(2),
  new ArrayBuffer(8),
  Promise.resolve(1),
  Symbol("junk"), // comparing or joining one of these three throws an error of JavaScript's own
  { toString: "" },
  Object.create(null),
];

const tensors: readonly Junk[] = [
  { name: "a tensor of another engine", make: ({ foreign }) => foreign },
  {
    name: "a released tensor",
    make: ({ engine }) => {
      const tensor = engine.keep(engine.zeros([2, 3]));
      tensor.dispose();
      return tensor;
    },
  },
  ...(["f32", "i32", "u32", "u8"] as const).flatMap((dtype) =>
    [[], [3], [2, 3], [1, 2, 3], [1, 2, 3, 4]].map((shape) => ({
      name: `a tensor [${shape}] ${dtype}`,
      make: ({ engine }: Surroundings) => engine.zeros(shape, dtype),
    })),
  ),
];

const junk: readonly Junk[] = [
  ...numbers.map((value) => ({ name: String(value), make: () => value })),
  ...values.map((value) => ({ name: nameOf(value), make: () => value })),
  ...tensors,
];

function nameOf(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return String(value);
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return typeof value.constructor === "function" ? value.constructor.name : "an object without a prototype";
  return JSON.stringify(value) ?? String(value);
}

/** Wrong, and now and then right by chance. */
export const anyJunk: fc.Arbitrary<Junk> = fc
  .constantFrom(...junk)
  .map((entry) => ({ ...entry, [fc.toStringMethod]: () => entry.name }));
