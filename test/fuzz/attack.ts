/**
 * @file Calls a function with sound arguments of which one or two are spoilt. It must say what is wrong by a WgradError that
 * names the function, or return a result that holds; nothing else may be thrown, and the GPU must have no complaint.
 */
import fc from "fast-check";
import { expect } from "vitest";
import { WgradError } from "../../engine/errors.ts";
import { tensorsIn } from "../../engine/memory/scope.ts";
import { properties } from "../support/properties.ts";
import { anyJunk, type Junk, type Surroundings } from "./junk.ts";

/** A public function, and how it is called. */
export interface Target {
  readonly name: string;
  /** arguments that it takes, made anew for every call */
  sound(surroundings: Surroundings): readonly unknown[];
  /** typed as what is sound; what is passed may be anything */
  readonly call: (...args: never[]) => unknown;
  /** what an error must contain; the name unless given */
  readonly says?: RegExp;
  /** places that stay sound: with junk there the call would be sound too, and never end */
  readonly keeps?: readonly string[];
  /** objects that nobody writes by hand: they are replaced as a whole or not at all */
  readonly wholes?: readonly string[];
}

/** A way into the arguments: "1.strides.0" */
type Place = readonly (string | number)[];

interface Spoiling {
  /** which of the places there are */
  readonly place: number;
  readonly junk: Junk;
  /** a misspelt option is added there instead, if it is an object */
  readonly misspell: boolean;
}

const spoilings: fc.Arbitrary<readonly Spoiling[]> = fc.array(
  fc.record({ place: fc.nat(1000), junk: anyJunk, misspell: fc.boolean() }),
  { minLength: 1, maxLength: 2 },
);

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Every argument, and every entry of the lists and plain objects among them. */
function placesIn(value: unknown, path: Place = []): Place[] {
  const here = path.length > 0 ? [path] : [];
  if (Array.isArray(value))
    return [...here, ...value.slice(0, 6).flatMap((item, i) => placesIn(item, [...path, i]))];
  if (!isPlain(value)) return here;
  return [...here, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]))];
}

function at(value: unknown, path: Place): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)?.[key], value);
}

/** A copy with another value at the place. */
function put(value: unknown, [key, ...rest]: Place, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const inner = put((value as Record<string | number, unknown>)[key], rest, replacement);
  if (Array.isArray(value)) return value.with(key as number, inner);
  return { ...(value as object), [key]: inner };
}

function spoil(
  args: readonly unknown[],
  spoilings: readonly Spoiling[],
  surroundings: Surroundings,
  { keeps = [], wholes = [] }: Target,
): unknown[] {
  const isOpen = (path: Place) => {
    const name = path.join(".");
    return !keeps.includes(name) && !wholes.some((whole) => name.startsWith(`${whole}.`));
  };
  let spoilt: unknown = args;
  for (const { place, junk, misspell } of spoilings) {
    const places = placesIn(spoilt).filter(isOpen);
    const chosen = places[place % places.length];
    if (!chosen) continue;
    const found = at(spoilt, chosen);
    const replacement = misspell && isPlain(found) ? { ...found, mispelt: 1 } : junk.make(surroundings);
    spoilt = put(spoilt, chosen, replacement);
  }
  return spoilt as unknown[];
}

async function outcome(call: () => unknown): Promise<{ value: unknown } | { error: unknown }> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}

/** Throws if a call that got through gave tensors that cannot be, or left the GPU with an error. */
async function checkResult(value: unknown, { engine }: Surroundings): Promise<void> {
  for (const { shape } of tensorsIn(value)) {
    const sound = shape.every((size) => Number.isInteger(size) && size >= 1);
    expect(sound, `a tensor of shape ${JSON.stringify(shape)}`).toBe(true);
  }
  await engine.sync();
}

/** Runs the property: eight times as many runs as others, since most of them end before the GPU is asked. */
export async function attack(target: Target, surroundings: Surroundings): Promise<void> {
  const { name, sound, call, says = new RegExp(name) } = target;
  const { engine } = surroundings;
  const run = call as (...args: readonly unknown[]) => unknown;
  const clean = await outcome(() => run(...sound(surroundings)));
  if ("error" in clean) throw new Error(`${name} refuses sound arguments`, { cause: clean.error });
  await checkResult(clean.value, surroundings);
  engine.scopes.clear();
  const property = fc.asyncProperty(spoilings, async (list) => {
    const args = spoil(sound(surroundings), list, surroundings, target);
    const result = await outcome(() => run(...args));
    if ("value" in result) await checkResult(result.value, surroundings);
    else if (!(result.error instanceof WgradError)) throw result.error;
    else {
      await engine.sync();
      expect(result.error.message).toMatch(says);
    }
    engine.scopes.clear();
  });
  await fc.assert(property, { ...properties, numRuns: 8 * properties.numRuns });
}
