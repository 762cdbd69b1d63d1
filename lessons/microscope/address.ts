/** @file Addresses of numbers in a network: conv2d_1/kernel[2,1,0,7], conv2d_1[0,4,5,7], input[0,4,5,2], loss. */
import { formatShape, nearest, UsageError } from "../../engine/errors.ts";
import type { NamedStep, NamedTensor } from "../../engine/record/named-step.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";

/** A named tensor and one element of it. */
export interface Addressed {
  readonly place: NamedTensor;
  readonly index: readonly number[];
  /** row-major */
  readonly at: number;
  /** in the form in which it is always found again */
  readonly address: string;
}

/** The element that an address names. Throws UsageError, with what there is, if it names none. */
export function resolveAddress(step: Pick<NamedStep, "places">, address: string): Addressed {
  const [, name, list] = /^([^[\]]+)(?:\[([^[\]]*)\])?$/.exec(address.trim()) ?? [];
  if (name === undefined) {
    throw new UsageError(
      `--at ${address}: an address is a name and its indices, as in conv2d_1/kernel[2,1,0,7], conv2d_1[0,4,5,7] or loss.`,
    );
  }
  const place = findPlace(step, name);
  const { shape } = place.tensor;
  const index =
    list === undefined || list.trim() === "" ? [] : list.split(",").map((text) => wholeNumber(address, text));
  if (index.length !== shape.length) throw wrongRank(address, place, index.length);
  for (const [axis, value] of index.entries()) {
    if (value < shape[axis]!) continue;
    throw new UsageError(
      `--at ${address}: index ${value} of axis ${axis} is beyond its size, ${shape[axis]}. ${describePlace(place)}.`,
    );
  }
  const at = index.reduce((sum, value, axis) => sum * shape[axis]! + value, 0);
  return { place, index, at, address: addressOf(place, index) };
}

/** What there is to ask about: name, shape and what the axes are, one line each. */
export function listPlaces({ places }: Pick<NamedStep, "places">): string[] {
  return places.map(describePlace);
}

function addressOf({ name }: NamedTensor, index: readonly number[]): string {
  return index.length === 0 ? name : `${name}[${index.join(",")}]`;
}

function findPlace({ places }: Pick<NamedStep, "places">, name: string): NamedTensor {
  const plain = name.replace(/\/output$/, "");
  const found = places.find((place) => place.name === name) ?? places.find((place) => place.name === plain);
  if (found) return found;
  const names = places.map((place) => place.name);
  const near = nearest(name, names);
  const hint = near ? `Did you mean "${near}"? ` : "";
  throw new UsageError(`--at ${name}: there is nothing of that name. ${hint}There are ${names.join(", ")}.`);
}

function wholeNumber(address: string, text: string): number {
  if (/^\s*\d+\s*$/.test(text)) return Number(text);
  throw new UsageError(`--at ${address}: an index is a whole number from 0, got "${text.trim()}".`);
}

function wrongRank(address: string, place: NamedTensor, given: number): UsageError {
  const { shape } = place.tensor;
  const example = addressOf(
    place,
    shape.map((size) => Math.floor((size - 1) / 2)),
  );
  const indices = shape.length === 1 ? "1 index" : `${shape.length} indices`;
  return new UsageError(
    `--at ${address}: expects ${indices}, got ${given}. ${describePlace(place)}, for example ${example}.`,
  );
}

/** conv2d_1/kernel [5,5,3,16] (kh,kw,c,k) */
function describePlace(place: NamedTensor): string {
  const { shape } = place.tensor;
  if (sizeOf(shape) === 1 && shape.length === 0) return `${place.name}, one number`;
  return `${place.name} ${formatShape(shape)} (${axesOf(place, shape).join(",")})`;
}

function axesOf({ kind, name }: NamedTensor, shape: Shape): readonly string[] {
  const rank = shape.length;
  if (kind === "weight") {
    if (rank === 4) return name.includes("transpose") ? ["kh", "kw", "k", "c"] : ["kh", "kw", "c", "k"];
    return rank === 2 ? ["in", "out"] : rank === 1 ? ["c"] : shape.map((_, axis) => `axis ${axis}`);
  }
  if (rank === 4) return ["n", "h", "w", "c"];
  return rank === 2 ? ["n", "c"] : ["n", ...shape.slice(1).map((_, axis) => `axis ${axis + 1}`)];
}
