/** @file Typed access to the attributes of a case. Each reader throws FileError if the value is of another kind. */
import { FileError } from "../../engine/errors.ts";
import type { GoldenCase } from "./cases.ts";

export class Attributes {
  readonly #case: GoldenCase;

  constructor(golden: GoldenCase) {
    this.#case = golden;
  }

  number(name: string): number {
    return this.#get(name, "a number", (value) => typeof value === "number");
  }

  /** undefined where the attribute is missing or null */
  optionalNumber(name: string): number | undefined {
    return this.has(name) ? this.number(name) : undefined;
  }

  boolean(name: string): boolean {
    return this.#get(name, "true or false", (value) => typeof value === "boolean");
  }

  string(name: string): string {
    return this.#get(name, "a string", (value) => typeof value === "string");
  }

  numbers(name: string): readonly number[] {
    return this.#get(name, "a list of numbers", isNumbers);
  }

  pair(name: string): readonly [number, number] {
    return this.#get(name, "two numbers", isPair);
  }

  pairs(name: string): readonly (readonly [number, number])[] {
    return this.#get(name, "a list of pairs", (value) => Array.isArray(value) && value.every(isPair));
  }

  padding(): "same" | "valid" {
    return this.#get("padding", '"same" or "valid"', (value) => value === "same" || value === "valid");
  }

  has(name: string): boolean {
    return this.#case.attrs[name] !== undefined && this.#case.attrs[name] !== null;
  }

  /** an object as attributes of its own */
  inner(name: string): Attributes {
    const attrs = this.#get<Record<string, unknown>>(name, "an object", (value) => typeof value === "object");
    return new Attributes({ ...this.#case, attrs });
  }

  #get<T>(name: string, expected: string, fits: (value: unknown) => boolean): T {
    const value = this.#case.attrs[name];
    if (fits(value)) return value as T;
    throw new FileError(`${this.#case.name}: ${name} should be ${expected}, is ${JSON.stringify(value)}.`);
  }
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}

function isPair(value: unknown): boolean {
  return isNumbers(value) && value.length === 2;
}
