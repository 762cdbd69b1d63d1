/** @file What moves numbers and computes nothing: each is a sum of one term, or a constant. */
import { constant } from "../expression.ts";
import type { KernelRule, OpenLaunch } from "../rule.ts";

/** Index along one axis of five, of which the first has no given size. */
function unravel(at: number, sizes: readonly number[]): number[] {
  const index: number[] = [];
  let rest = at;
  for (const size of sizes.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return [rest, ...index];
}

const axes = [0, 1, 2, 3, 4];

/** Five constants of one name; `last` counts vectors of four where the kernel does. */
function numbers(launch: OpenLaunch, name: string, from = 0): number[] {
  return axes.slice(from).map((axis) => launch.constant(`${name}_${axis}`));
}

/** The kernels count in vectors of four where they can: the element within the vector stays. */
function inUnits(
  launch: OpenLaunch,
  at: number,
): { readonly unit: number; readonly lane: number; readonly i: number } {
  const unit = launch.flag("VECTOR") ? 4 : 1;
  return { unit, lane: at % unit, i: Math.floor(at / unit) };
}

function stridedSource(launch: OpenLaunch, at: number): number {
  const { unit, lane, i } = inUnits(launch, at);
  const index = unravel(i, numbers(launch, "SIZE", 1));
  const strides = numbers(launch, "STRIDE");
  const source = index.reduce((sum, value, axis) => sum + value * strides[axis]!, launch.constant("OFFSET"));
  return source * unit + lane;
}

const stridedCopyRule: KernelRule = {
  kernel: "shape/strided-copy",
  line: (launch) =>
    launch.flag("VECTOR") ? "y[i] = x[source(i)]" : "y[i] = vec4<element_type>(load(4u * i)",
  formula: (launch, _, at) => launch.read("x", stridedSource(launch, at)),
  *uses(launch, _, at) {
    for (let i = 0; i < launch.size("y"); i++)
      if (stridedSource(launch, i) === at) yield { output: "y", at: i };
  },
};

/** Where in x an element of y comes from; undefined where the constant stands. */
function placedSource(launch: OpenLaunch, at: number): number | undefined {
  const { unit, lane, i } = inUnits(launch, at);
  const index = unravel(i, numbers(launch, "OUT", 1));
  const [sizes, begins, steps] = [numbers(launch, "IN"), numbers(launch, "BEGIN"), numbers(launch, "STEP")];
  const from = index.map((value, axis) => (value - begins[axis]!) / steps[axis]!);
  if (from.some((value, axis) => value < 0 || !Number.isInteger(value) || value >= sizes[axis]!))
    return undefined;
  return from.reduce((sum, value, axis) => sum * sizes[axis]! + value, 0) * unit + lane;
}

function placedTarget(launch: OpenLaunch, at: number): number {
  const { unit, lane, i } = inUnits(launch, at);
  const [sizes, begins, steps] = [numbers(launch, "IN"), numbers(launch, "BEGIN"), numbers(launch, "STEP")];
  const outs = numbers(launch, "OUT", 1);
  const index = unravel(i, sizes.slice(1)).map((value, axis) => begins[axis]! + value * steps[axis]!);
  return (
    index.reduce((sum, value, axis) => (axis === 0 ? value : sum * outs[axis - 1]! + value), 0) * unit + lane
  );
}

const floatOfBits = (bits: number) => new Float32Array(Uint32Array.of(bits).buffer)[0]!;

const placeRule: KernelRule = {
  kernel: "shape/place",
  line: (launch) =>
    launch.flag("VECTOR") ? "if (at == NOWHERE) { y[i]" : "y[i] = vec4<element_type>(load(4u * i)",
  formula(launch, _, at) {
    const source = placedSource(launch, at);
    return source === undefined
      ? constant(floatOfBits(launch.constant("FILL")), "FILL")
      : launch.read("x", source);
  },
  uses: (launch, _, at) => [{ output: "y", at: placedTarget(launch, at) }],
};

/** Both sides as they lie in a row of y, in elements. */
function sidesOf(launch: OpenLaunch) {
  const unit = launch.flag("VECTOR") ? 4 : 1;
  const [left, right] = [launch.constant("LEFT") * unit, launch.constant("RIGHT") * unit];
  return { left, right, width: left + right };
}

const concatRule: KernelRule = {
  kernel: "shape/concat",
  line: (launch) =>
    launch.flag("VECTOR") ? "if (j < LEFT) { y[i]" : "y[i] = vec4<element_type>(load(4u * i)",
  formula(launch, _, at) {
    const { left, right, width } = sidesOf(launch);
    const [row, j] = [Math.floor(at / width), at % width];
    return j < left ? launch.read("a", row * left + j) : launch.read("b", row * right + j - left);
  },
  uses(launch, binding, at) {
    const { left, right, width } = sidesOf(launch);
    const own = binding === "a" ? left : right;
    return [{ output: "y", at: Math.floor(at / own) * width + (at % own) + (binding === "a" ? 0 : left) }];
  },
};

/** Copies and clears of the engine, which no shader does. */
const commandRules: readonly KernelRule[] = [
  {
    kernel: "copy",
    line: () => "",
    formula: (launch, _, at) => launch.read("source", at),
    uses: (_launch, _binding, at) => [{ output: "target", at }],
  },
  { kernel: "clear", line: () => "", formula: () => constant(0), uses: () => [] },
];

export const copyRules: readonly KernelRule[] = [stridedCopyRule, placeRule, concatRule, ...commandRules];
