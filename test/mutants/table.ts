/** @file The table of the mutation check: what became of every mutant. */
import type { Mutant } from "../../lessons/mutants/mutant.ts";
import type { Verdict } from "./run-tests.ts";

export interface Fate {
  /** unreachable: this adapter does not run the shader. invalid: the row is wrong, nothing was learnt */
  readonly kind: "caught" | "survived" | "unreachable" | "invalid";
  /** the test that noticed, or what is wrong */
  readonly detail: string;
}

/** What the tests say of a mutant. WGSL that does not compile is none: any test would notice. */
export function fateOf(verdict: Verdict): Fate {
  if (verdict.outcome === "green") return { kind: "survived", detail: "" };
  if (verdict.message.includes("does not compile")) return { kind: "invalid", detail: "does not compile" };
  return { kind: "caught", detail: verdict.test };
}

const words: Readonly<Record<Fate["kind"], string>> = {
  caught: "",
  survived: "SURVIVED",
  unreachable: "NOT REACHABLE on this adapter: ",
  invalid: "INVALID: ",
};

/** Formats the rows; the widths are those of the longest entries, so that rows can be printed one by one. */
export class Table {
  readonly #widths: readonly [number, number];

  constructor(mutants: readonly Mutant[]) {
    const longest = (lengths: readonly number[]) => Math.max(...lengths);
    this.#widths = [
      longest(mutants.map((mutant) => shaderOf(mutant).length)),
      longest(mutants.map(({ what }) => what.length)),
    ];
  }

  get header(): string {
    return this.#line("shader", "mutant", "caught by", "s");
  }

  row(mutant: Mutant, { kind, detail }: Fate, seconds: number): string {
    return this.#line(shaderOf(mutant), mutant.what, words[kind] + detail, seconds.toFixed(1));
  }

  #line(shader: string, what: string, outcome: string, seconds: string): string {
    const [first, second] = this.#widths;
    return `${shader.padEnd(first)}  ${what.padEnd(second)}  ${seconds.padStart(5)}  ${outcome}`;
  }
}

/** The last line. */
export function totals(fates: readonly Fate[]): string {
  const count = (kind: Fate["kind"]) => fates.filter((fate) => fate.kind === kind).length;
  const extra = (["unreachable", "invalid"] as const)
    .filter((kind) => count(kind) > 0)
    .map((kind) => `, ${count(kind)} ${kind}`);
  return `${count("caught")} caught, ${count("survived")} survived${extra.join("")}`;
}

function shaderOf({ file }: Mutant): string {
  return file.replace(/^kernels\//, "").replace(/\.wgsl$/, "");
}
