/** @file What the reader predicts: read as it is typed, and compared with the number. */

/** "right", or where the number lies from what was typed. */
export type Verdict = "right" | "larger" | "smaller";

/** A typed number, with a point or a comma; undefined for what is none. */
export function readNumber(typed: string): number | undefined {
  const text = typed.trim().replace(",", ".").replace("−", "-").replace(/\s*%$/, "");
  return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : undefined;
}

/** By hand two digits behind the point are enough. */
export function verdictOf(typed: number, value: number): Verdict {
  if (Math.abs(typed - value) <= 0.0051 * Math.max(1, Math.abs(value))) return "right";
  return value > typed ? "larger" : "smaller";
}
