/** @file The check of a kernel's text: does it compute what the float64 reference does, on random shapes that a seed decides? */
import { placeOf } from "../../engine/host-values.ts";
import { createEngine, type Engine, KernelError } from "../../engine/index.ts";
import { worstDifference } from "./compare.ts";
import { type GuardedShader, type GuardSite, mostTurns, withGuards } from "./guard.ts";
import { type Guard, guardDevice } from "./guarded-device.ts";
import { compilerMessages } from "./messages.ts";
import type { Comparison, KernelProperty, PropertyCase } from "./property.ts";
import { Choices } from "./random.ts";

/** What the check of a text came to. */
export type KernelVerdict =
  | { readonly kind: "passed"; readonly cases: number }
  /** the first case with an element that is not what it should be, and its worst element */
  | {
      readonly kind: "differs";
      /** shapes and options of the case */
      readonly label: string;
      readonly what: string;
      readonly index: readonly number[];
      readonly got: number;
      readonly expected: number;
      readonly allowed: number;
    }
  /** a loop that had not ended after `turns` */
  | { readonly kind: "loops"; readonly label: string; readonly line: number; readonly turns: number }
  /** an index past the end of a buffer that the kernel writes to */
  | {
      readonly kind: "outside";
      readonly label: string;
      readonly line: number;
      readonly name: string;
      readonly index: number;
    }
  /** it does not compile, or does not bind what its op declares */
  | { readonly kind: "refused"; readonly message: string; readonly line?: number };

export interface KernelCheck {
  readonly property: KernelProperty;
  readonly text: string;
  readonly seed: number;
  readonly cases: number;
  /** opens a device of the adapter: the check takes several, and destroys them */
  readonly openDevice: () => Promise<GPUDevice>;
  /** is told how many runs of cases are done, of how many */
  readonly tell?: (done: number, all: number) => void;
}

/**
 * Runs all cases twice: first with guards, so that a loop without an end or a write outside is found and named, then as the text
 * stands. Rejects with DeviceLostError if the device was lost.
 */
export async function checkKernel(check: KernelCheck): Promise<KernelVerdict> {
  const { text, tell = () => {} } = check;
  const all = 2 * check.cases;
  const guarded = await compiledGuards(text, check.openDevice);
  if ("message" in guarded) return { kind: "refused", ...guarded };
  const first = await runCases(check, guarded, (done) => tell(done, all));
  if (first.kind !== "passed") return first;
  return runCases(check, { code: text }, (done) => tell(check.cases + done, all));
}

/** The text with guards, or why it does not compile: without guards no text runs that nobody has proved. */
export async function compiledGuards(
  text: string,
  openDevice: KernelCheck["openDevice"],
): Promise<GuardedShader | { readonly message: string; readonly line: number }> {
  const device = await openDevice();
  const errorIn = async (code: string) =>
    (await compilerMessages(device, code)).find(({ type }) => type === "error");
  try {
    const wrong = await errorIn(text);
    if (wrong) return { message: wrong.message, line: wrong.line };
    let why = { message: "", line: 0 };
    for (const leavesAll of [true, false]) {
      const guarded = withGuards(text, leavesAll);
      const found = await errorIn(guarded.code);
      if (!found) return guarded;
      why = found;
    }
    return {
      line: why.line,
      message: `It compiles, but not with a limit of turns in each loop, and does not run without. Let every loop have an end by break or by its condition. ${why.message}`,
    };
  } finally {
    device.destroy();
  }
}

/** The cases of a seed; the adapter decides which variants can run. */
export function* drawCases(
  property: KernelProperty,
  { adapter }: Engine,
  seed: number,
  cases: number,
): Generator<PropertyCase> {
  const choices = new Choices(seed);
  for (let i = 0; i < cases; i++) yield property.draw(choices, adapter, i);
}

async function runCases(
  { property, seed, cases, openDevice }: KernelCheck,
  { code, sites }: Pick<GuardedShader, "code"> & Partial<GuardedShader>,
  tell: (done: number) => void,
): Promise<KernelVerdict> {
  const device = await openDevice();
  const guard = sites && guardDevice(device, sites.length);
  const engine = await createEngine({ device, shaders: { [property.kernel]: code } });
  try {
    let done = 0;
    for (const each of drawCases(property, engine, seed, cases)) {
      const wrong = await runCase(engine, each, guard, sites);
      if (wrong) return wrong;
      tell(++done);
    }
    return { kind: "passed", cases };
  } catch (error) {
    if (error instanceof KernelError) return { kind: "refused", message: error.message };
    throw error;
  } finally {
    engine.dispose();
    device.destroy();
  }
}

async function runCase(
  engine: Engine,
  { label, run }: PropertyCase,
  guard: Guard | undefined,
  sites: readonly GuardSite[] = [],
): Promise<KernelVerdict | undefined> {
  const compared = await run(engine);
  engine.scopes.clear();
  for (const [number, word] of (await guard?.look()) ?? []) {
    const { kind, line, name = "" } = sites[number]!;
    if (kind === "loop") return { kind: "loops", label, line, turns: mostTurns };
    return { kind: "outside", label, line, name, index: word - 1 };
  }
  for (const comparison of compared) {
    const wrong = differenceOf(comparison, label);
    if (wrong) return wrong;
  }
  return undefined;
}

function differenceOf(
  { what, shape, actual, expected, tolerance }: Comparison,
  label: string,
): KernelVerdict | undefined {
  const worst = worstDifference(actual, expected, tolerance);
  if (!worst) return undefined;
  const { element, got, allowed } = worst;
  return {
    kind: "differs",
    label,
    what,
    index: placeOf(element, shape),
    got,
    expected: worst.expected,
    allowed,
  };
}
