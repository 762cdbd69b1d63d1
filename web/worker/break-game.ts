/** @file Find the bug: which mutant a seed hides, and the lines that may be it. */
import { WgradError } from "../../engine/errors.ts";
import { elementBits, shuffle, uniform } from "../../engine/random.ts";
import { kernelId, readSource } from "../../engine/source.ts";
import { changedLines } from "../../lessons/mutants/changed-lines.ts";
import type { Mutant } from "../../lessons/mutants/mutant.ts";
import type { Candidate } from "./break-protocol.ts";

export interface BugHunt {
  readonly mutant: Mutant;
  readonly candidates: readonly Candidate[];
  /** index of the mutant's line among them */
  readonly answer: number;
}

/** Lines to choose from. */
const choices = 5;

/** Takes the first that `isRed` in the order of the seed: what no row shows cannot be found. */
export async function huntFor(
  seed: number,
  mutants: readonly Mutant[],
  isRed: (mutant: Mutant) => Promise<boolean>,
): Promise<BugHunt> {
  const order = shuffled(mutants, seed, 0);
  for (const mutant of order) {
    const line = lineOf(mutant);
    if (!line || !(await isRed(mutant))) continue;
    const candidates = shuffled([line, ...decoys(mutant, line, order)].slice(0, choices), seed, 1);
    return { mutant, candidates, answer: candidates.indexOf(line) };
  }
  throw new WgradError("None of the mutants that run on this adapter turns a row of the gradient check red.");
}

/** The shipped line that a mutant changes first; undefined for one that adds a line. */
function lineOf(mutant: Mutant): Candidate | undefined {
  const [first] = changedLines(mutant).before;
  return first && { kernel: kernelId(mutant.file), line: first.number, code: first.code.trim() };
}

/** Other lines in which an error is thinkable: of the same folder's mutants first, then of the shader's own statements. */
function decoys(hidden: Mutant, line: Candidate, mutants: readonly Mutant[]): Candidate[] {
  const folder = kernelId(hidden.file).split("/")[0];
  const near = mutants.filter(({ file }) => kernelId(file).split("/")[0] === folder);
  const lines = near.flatMap((mutant) => lineOf(mutant) ?? []);
  const known = new Set([line.code]);
  return [...lines, ...statementsOf(line.kernel)].filter(({ code }) => {
    const isNew = !known.has(code);
    known.add(code);
    return isNew;
  });
}

function statementsOf(kernel: string): Candidate[] {
  const lines = readSource({ name: kernel }).split("\n");
  return lines.flatMap((code, i) =>
    /^\s+(let|var|\w+ [-+*]?=|return|if) .*[-+*/<>].*;/.test(code)
      ? [{ kernel, line: i + 1, code: code.trim() }]
      : [],
  );
}

function shuffled<T>(values: readonly T[], seed: number, stream: number): T[] {
  const order = Uint32Array.from(values, (_, i) => i);
  shuffle(order, (i) => Math.floor(uniform(elementBits(i, { seed, stream, step: 0 })) * (i + 1)));
  return Array.from(order, (i) => values[i]!);
}
