/** @file Holds the rules against what kernels computed: every number of a launch, and that where from and where to are inverse. */
import fc from "fast-check";
import { expect } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import type { Engine } from "../../../engine/device.ts";
import { LaunchRecord, type RecordedLaunch } from "../../../engine/record/launch-record.ts";
import { type Shape, sizeOf } from "../../../engine/shape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { mul, sum } from "../../../kernels/index.ts";
import { withNaiveKernels } from "../../../kernels/tuning/mode.ts";
import { type Expression, elementsOf } from "../../../lessons/microscope/expression.ts";
import { evaluate, unitsApart } from "../../../lessons/microscope/float32.ts";
import { openLaunch } from "../../../lessons/microscope/open-launch.ts";
import { type KernelRule, type OpenLaunch, termWith } from "../../../lessons/microscope/rule.ts";
import { ruleOf } from "../../../lessons/microscope/rules.ts";

/**
 * Of kernels with functions that adapters compute in their own way (exp, log, division, roots): the error allowed, as a part of the
 * largest number that is added up or returned. All others have to come to the same bits.
 */
const ownFunctions: Readonly<Record<string, number>> = {
  "elementwise/unary": 4e-6,
  "elementwise/unary-gradient": 4e-6,
  "elementwise/binary": 1e-6,
  "elementwise/binary-gradient": 1e-6,
  "softmax/rows": 2e-6,
  "softmax/rows.registers": 2e-6,
  "softmax/rows-gradient": 1e-6,
  "losses/softmax-cross-entropy": 2e-6,
  "losses/softmax-cross-entropy-gradient": 2e-6,
  "losses/categorical-crossentropy": 2e-6,
  "losses/categorical-crossentropy-gradient": 1e-6,
  "losses/pointwise": 4e-6,
  "losses/pointwise-gradient": 4e-6,
  "dropout/gaussian-noise": 1e-3, // WGSL lets a cosine be off by 2^-11, and SwiftShader makes use of that
  "batch-norm/normalize": 1e-6,
  "batch-norm/backward": 1e-6,
  "batch-norm/backward-sums": 1e-6,
  "batch-norm/moments": 1e-6,
  "batch-norm/merge-moments": 1e-6,
  "optimizers/momentum": 1e-7, // lavapipe adds up Nesterov's three terms in an order of its own
  "optimizers/adam": 1e-6,
  "optimizers/adamax": 1e-6,
  "optimizers/nadam": 1e-6,
  "optimizers/adadelta": 1e-6,
  "optimizers/adagrad": 1e-6,
  "optimizers/rmsprop": 1e-6,
  "optimizers/clip": 1e-6,
};

/** Records an op forward and backward, with every element of y in the loss by a factor of its own. */
export function recordOp(engine: Engine, sources: readonly Tensor[], op: () => Tensor): LaunchRecord {
  const pass = () => {
    gradients(
      engine,
      () => {
        const y = op();
        if (y.size === 1) return y.view([]);
        const factors = Float32Array.from({ length: y.size }, (_, i) => Math.sin(i + 1));
        return sum(mul(y, engine.tensor(factors, y.shape)));
      },
      sources,
    );
  };
  return LaunchRecord.take(engine, () => withNaiveKernels(() => engine.scope(pass))).record;
}

/** Checks every launch that there is a rule for, and adds the kernels' ids to `seen`. */
export async function checkLaunches(record: LaunchRecord, seen: Set<string> = new Set()): Promise<void> {
  for (const launch of record.launches) {
    const rule = ruleOf(launch.what);
    if (!rule) continue;
    seen.add(launch.what);
    await checkLaunch(record, launch, rule);
  }
}

async function checkLaunch(record: LaunchRecord, launch: RecordedLaunch, rule: KernelRule): Promise<void> {
  const open = await openLaunch(record, launch);
  const outputs = launch.operands.filter(
    ({ role, dtype }) => (role === "write" || role === "update") && dtype === "f32",
  );
  const uses = new Map<string, Set<string>>();
  for (const { name } of outputs) {
    for (let at = 0; at < open.size(name); at++) {
      const formula = rule.formula(open, name, at);
      checkNumber(launch, open, name, at, formula);
      for (const element of elementsOf(formula)) {
        const from = `${element.side} ${element.binding}[${element.at}]`;
        if (!uses.has(from)) uses.set(from, new Set());
        uses.get(from)!.add(`${name}[${at}]`);
      }
    }
  }
  checkUses(launch, open, rule, uses);
}

function checkNumber(
  launch: RecordedLaunch,
  open: OpenLaunch,
  name: string,
  at: number,
  formula: Expression,
): void {
  const wrote = open.wrote(name, at).value;
  const ways = (["separate", "fused"] as const).map((way) => evaluate(formula, way));
  if (ways.some((value) => unitsApart(value, wrote) === 0)) return;
  const allowed = ownFunctions[launch.what] ?? 0;
  const scale = Math.max(Math.abs(wrote), ...elementsOf(formula).map(({ value }) => Math.abs(value)), 1);
  const error = Math.abs(ways[0]! - wrote) / scale;
  const where = `${launch.what}: ${name}[${at}] is ${wrote}, the rule comes to ${ways[0]} ${JSON.stringify(launch.constants)}`;
  expect(error, where).toBeLessThanOrEqual(allowed);
}

/** Elements of an operand whose uses are looked at. */
const mostAsked = 60;

/** Every element that is read goes to just those numbers whose formulas have it, in just the term that has it there. */
function checkUses(
  launch: RecordedLaunch,
  open: OpenLaunch,
  rule: KernelRule,
  expected: ReadonlyMap<string, ReadonlySet<string>>,
): void {
  for (const { name, role, dtype, shape } of launch.operands) {
    if (dtype !== "f32") continue;
    const step = Math.max(1, Math.floor(sizeOf(shape) / mostAsked)); // of large operands some
    for (let at = 0; at < sizeOf(shape); at += step) {
      for (const side of ["in", "out"] as const) {
        if (side === "in" ? role === "write" : role === "read") continue;
        const found = side === "in" ? rule.uses(open, name, at) : (rule.usesWithin?.(open, name, at) ?? []);
        const list = [...found];
        const places = list.map((use) => `${use.output}[${use.at}]`);
        const what = `${launch.what}: ${side} ${name}[${at}] of ${JSON.stringify(launch.constants)} goes to`;
        expect(new Set(places).size, `${what} each number once`).toBe(places.length);
        expect(places.toSorted(), what).toEqual(
          [...(expected.get(`${side} ${name}[${at}]`) ?? [])].toSorted(),
        );
        for (const { output, at: to, term } of list) {
          if (!term) continue;
          const own = termWith(rule.formula(open, output, to), { binding: name, at, side });
          expect(JSON.stringify(term), `${what} ${output}[${to}] in the term`).toBe(JSON.stringify(own));
        }
      }
    }
  }
}

/** Numbers from a seed, some of them equal and some 0. */
function numbers(size: number, seed: number, low = -1, high = 1): Float32Array {
  let state = seed * 2654435761 + 1;
  return Float32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + ((state >>> 8) / 2 ** 24) * (high - low);
  });
}

/** A tensor of such numbers. */
export const tensor = (on: Engine, shape: Shape, seed: number, low = -1, high = 1) =>
  on.tensor(numbers(sizeOf(shape), seed, low, high), shape);

/** One op with its arguments, drawn by fast-check. */
export interface Drawn {
  readonly sources: readonly Tensor[];
  readonly op: () => Tensor;
}

/** Runs an op of drawn shapes and checks all its launches. */
export function checkDrawn<T>(
  engine: Engine,
  seen: Set<string>,
  arbitrary: fc.Arbitrary<T>,
  draw: (drawn: T, on: Engine) => Drawn,
  numRuns = 4,
): Promise<void> {
  return fc.assert(
    fc.asyncProperty(arbitrary, async (drawn) => {
      const { sources, op } = draw(drawn, engine);
      const record = recordOp(engine, sources, op);
      try {
        await checkLaunches(record, seen);
      } finally {
        record.dispose();
        engine.scopes.clear();
      }
    }),
    { numRuns, seed: 7 },
  );
}
