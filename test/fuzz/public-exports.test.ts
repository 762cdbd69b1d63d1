/**
 * @file Calls every function and every class that the packages export with what nobody should pass: nothing, null, NaN, a string, an empty
 * object, and the same after a right first argument. What is refused is refused by an error of wgrad that names the function;
 * what is accepted leaves nothing on the GPU.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as applications from "../../applications/index.ts";
import * as datasets from "../../datasets/index.ts";
import type { Engine } from "../../engine/device.ts";
import { WgradError } from "../../engine/errors.ts";
import * as machine from "../../engine/index.ts";
import { Tensor } from "../../engine/tensor.ts";
import * as exchange from "../../exchange/index.ts";
import * as kernels from "../../kernels/index.ts";
import * as lessons from "../../lessons/index.ts";
import * as models from "../../models/index.ts";
import * as report from "../../report/index.ts";
import * as experiment from "../../runner/own/index.ts";
import { tinyNetwork } from "../models/tiny.ts";
import { useEngine } from "../support/engine.ts";
import { familyOf, isExempt, takesText } from "./public-exceptions.ts";

const engine = useEngine();
const folder = mkdtempSync(join(tmpdir(), "wgrad-exports-"));
const before = process.cwd();
beforeAll(() => {
  process.chdir(folder); // a name that is accepted is that of a file
  vi.stubEnv("WGRAD_DATA", folder);
  vi.spyOn(console, "warn").mockImplementation(() => {});
});
afterAll(() => {
  process.chdir(before);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const fileName = "garbage";
const bare: unknown = Object.create(null);
const garbage: readonly unknown[] = [
  ...[undefined, null, 7, -1.5, Number.NaN, Number.POSITIVE_INFINITY, "", fileName, true, 12n],
  ...[{}, { a: 1 }, [], [1, 2], [Number.NaN], ["x"], [null], [[1, 2], [3]], () => 1, new Map(), new Date(0)],
  ...[new Float32Array(3), new Uint8Array(4), new ArrayBuffer(8), Promise.resolve(1), Symbol("junk"), bare],
];

type Call = readonly unknown[];

/** Nothing; each kind once and twice; and after something that many functions take first. */
function calls(engine: Engine, model: unknown): readonly (() => Call)[] {
  const firsts: readonly (() => unknown)[] = [
    () => engine.zeros([2, 3]),
    () => engine.zeros([1, 4, 4, 2]),
    () => engine,
    () => model,
    () => [0, 1, 1],
  ];
  const after = (first: () => unknown) => garbage.map((value) => () => [first(), value]);
  const third = garbage.map((value) => () => [engine.zeros([2, 3]), engine.zeros([2, 3]), value]);
  const alone = garbage.flatMap((value) => [() => [value], () => [value, value]]);
  return [() => [], ...alone, ...firsts.flatMap(after), ...third];
}

const isClass = (value: object): boolean => /^class\b/.test(Function.prototype.toString.call(value));

type Target = readonly [name: string, call: (...args: Call) => unknown];

/** The functions of a package, its classes, and what is static in these. */
function targetsIn(exported: Readonly<Record<string, unknown>>): Target[] {
  return Object.entries(exported).flatMap(([name, value]): Target[] => {
    if (typeof value !== "function") return [];
    if (!isClass(value)) return [[name, value as Target[1]]];
    const make = value as unknown as new (...args: Call) => unknown;
    const statics = Object.getOwnPropertyNames(value).filter(
      (key) => typeof Reflect.get(value, key) === "function" && key !== "prototype",
    );
    const bound = (key: string): Target => [
      `${name}.${key}`,
      (...args) => (Reflect.get(value, key) as Target[1]).call(value, ...args),
    ];
    return [[name, (...args) => new make(...args)], ...statics.map(bound)];
  });
}

/** What is wrong with the error, or undefined. */
function complaint(name: string, args: Call, error: unknown): string | undefined {
  if (error instanceof WgradError) {
    const { message } = error;
    const said = familyOf(name).test(message) || message.includes(fileName);
    return said ? undefined : `does not name itself: ${message.slice(0, 150)}`;
  }
  const texts = args.slice(...takesText(name));
  const isNoText = (value: unknown) => typeof value === "symbol" || value === bare;
  if (error instanceof TypeError && texts.some(isNoText)) return undefined;
  return String(error).slice(0, 150);
}

function written(args: Call): string {
  const word = (value: unknown) =>
    typeof value === "object" && value !== null
      ? `a ${value.constructor?.name ?? "bare object"}`
      : String(value);
  return args.map(word).join(", ");
}

/** Frees what is new and belongs to whoever called, as a tensor that outlived the scope. */
function dispose(result: unknown, given: Call): void {
  if (typeof result !== "object" || result === null || result === engine() || given.includes(result)) return;
  if (result instanceof Tensor ? isUsable(result) : "dispose" in result)
    (result as { dispose(): void }).dispose();
}

function isUsable(tensor: Tensor): boolean {
  try {
    tensor.assertUsable("");
    return true;
  } catch {
    return false;
  }
}

/** Everything that is wrong with one function, each kind of complaint once. */
async function complaintsOf([name, call]: Target, model: unknown): Promise<string[]> {
  const found = new Map<string, string>();
  const note = (text: string, args: Call) => found.has(text) || found.set(text, written(args));
  for (const make of calls(engine(), model)) {
    const inUse = engine().memory.bytesInUse;
    const args = make();
    try {
      const result = await call(...args);
      engine().scopes.clear();
      dispose(result, args);
    } catch (error) {
      const text = complaint(name, args, error);
      if (text !== undefined) note(text, args);
    }
    engine().scopes.clear();
    const left = engine().memory.bytesInUse - inUse;
    if (left !== 0) note(`left ${left} bytes on the GPU`, args);
  }
  await engine().sync();
  return [...found].map(([text, args]) => `${name}(${args}): ${text}`);
}

const packages = {
  engine: machine,
  models,
  kernels,
  applications,
  exchange,
  datasets,
  lessons,
  report,
  experiment,
};
const seen = new Set<unknown>();

describe("what the packages export refuses garbage", () => {
  it.each(Object.entries(packages))("%s", async (_, exported) => {
    const fresh = Object.entries(exported).filter(([, value]) => !seen.has(value));
    for (const [, value] of fresh) seen.add(value);
    const targets = targetsIn(Object.fromEntries(fresh)).filter(([name]) => !isExempt(name));
    const model = tinyNetwork();
    await model.compile({ engine: engine(), optimizer: "sgd", loss: "categorical_crossentropy" });
    const complaints: string[] = [];
    for (const target of targets) complaints.push(...(await complaintsOf(target, model)));
    model.dispose();
    expect(complaints).toEqual([]);
  });
});
