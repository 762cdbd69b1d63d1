/**
 * @file Kernels broken on purpose: what the gradient check says of them, and what becomes of a training. Each has an engine of its
 * own, which alone gets the broken text; the open training's engine never hears of it.
 */
import { proxyMarker } from "comlink";
import { createEngine, type Engine } from "../../engine/index.ts";
import { kernelId } from "../../engine/source.ts";
import { type CaseCheck, checkCase } from "../../lessons/gradcheck/check.ts";
import type { GradcheckCase } from "../../lessons/gradcheck/checked-op.ts";
import { operations } from "../../lessons/gradcheck/operations.ts";
import { brokenSource, changedLines } from "../../lessons/mutants/changed-lines.ts";
import type { Mutant } from "../../lessons/mutants/mutant.ts";
import { type BugHunt, huntFor } from "./break-game.ts";
import type {
  BreakEvent,
  Broken,
  Candidate,
  CheckRow,
  MutantFacts,
  ShippedCheck,
  Verdict,
} from "./break-protocol.ts";
import { rowsOf } from "./break-rows.ts";
import { factsOf, idOf, mutantNamed, mutantsHere } from "./mutant-names.ts";
import { bringsKernel, type Practice, practiceFor, practise } from "./practice.ts";

type Tell = (event: BreakEvent) => void;

/** A case of an op as the shipped kernels pass it. */
interface CheckedCase {
  readonly op: string;
  readonly example: GradcheckCase;
  readonly check: CaseCheck;
}

/** Losses of a training with the shipped kernels. */
interface ShippedTraining {
  readonly losses: readonly number[];
  readonly kernels: readonly string[];
}

/** of the check's inputs and of the trainings */
const seed = 1;

/** Cases of a hidden error at most: a kernel that half of the ops launch takes long to check, and tells little of where to look. */
const mostHunted = 12;

export class Breakage {
  /** the page asks for its methods, not for a copy */
  readonly [proxyMarker] = true as const;
  #shipped: Promise<readonly CheckedCase[]> | undefined;
  readonly #trainings = new Map<string, Promise<ShippedTraining>>();
  readonly #rowsOf = new Map<Mutant, readonly CheckRow[]>();
  #hunt: BugHunt | undefined;
  #stopping = new AbortController();

  /** Checks all ops with the shipped kernels, once. */
  async shipped(tell: Tell): Promise<ShippedCheck> {
    const cases = await this.#checkShipped(tell);
    const rows = cases.flatMap(({ op, check }) => rowsOf(op, check, check));
    const { kernels } = await this.#trainShipped(practiceFor(""), () => {});
    const launched = new Set([...kernels, ...cases.flatMap(({ check }) => check.kernels)]);
    const facts = mutantsHere().map(factsOf);
    const runs = ({ kernel }: MutantFacts) => launched.has(kernel) || bringsKernel(kernel);
    return {
      rows: rows.length,
      red: rows.filter(({ isRed }) => isRed).length,
      mutants: facts.filter(runs),
      idle: facts.filter((each) => !runs(each)),
    };
  }

  /** The mutant's lines. Throws UsageError for an id that names none. */
  describe(id: string): Broken {
    const mutant = mutantNamed(id);
    const { file, tests } = mutant;
    return { ...factsOf(mutant), file, tests, lines: changedLines(mutant) };
  }

  /** Checks the ops that launch the mutant's kernel, then trains with it and without. Another call ends this one. */
  async run(id: string, tell: Tell): Promise<void> {
    const signal = this.#begin();
    await this.#run(mutantNamed(id), tell, signal);
  }

  /** Hides a mutant, chosen by the seed among those that turn a row red, and tells what it does; candidates are lines that may be it. */
  async hide(gameSeed: number, tell: Tell): Promise<readonly Candidate[]> {
    const signal = this.#begin();
    const cases = await this.#checkShipped(tell);
    const { kernels } = await this.#trainShipped(practiceFor(""), () => {});
    const running = mutantsHere().filter((mutant) => {
      const uses = casesOf(cases, mutant).length;
      const kernel = kernelId(mutant.file);
      return uses > 0 && uses <= mostHunted && (kernels.includes(kernel) || bringsKernel(kernel));
    });
    const isRed = async (mutant: Mutant) => {
      signal.throwIfAborted();
      return (await this.#rows(mutant, signal)).some((row) => row.isRed);
    };
    const hunt = await huntFor(gameSeed, running, isRed);
    signal.throwIfAborted();
    this.#hunt = hunt;
    void this.#run(hunt.mutant, tell, signal).catch(() => {});
    return hunt.candidates;
  }

  /** Whether a candidate is the hidden line, and what it was. Undefined while none is hidden. */
  guess(candidate: number): Verdict | undefined {
    const hunt = this.#hunt;
    if (!hunt) return undefined;
    const broken = this.describe(idOf(hunt.mutant));
    return { right: candidate === hunt.answer, candidate: hunt.answer, broken };
  }

  stop(): void {
    this.#stopping.abort();
  }

  #begin(): AbortSignal {
    this.stop();
    this.#hunt = undefined;
    this.#stopping = new AbortController();
    return this.#stopping.signal;
  }

  async #run(mutant: Mutant, tell: Tell, signal: AbortSignal): Promise<void> {
    const heard: Tell = (event) => {
      if (!signal.aborted) tell(event);
    };
    heard({ kind: "rows", rows: await this.#rows(mutant, signal) });
    const kernel = kernelId(mutant.file);
    const practice = practiceFor(kernel);
    const { kernels } = await this.#trainShipped(practice, heard);
    const launches = kernels.includes(kernel);
    heard({ kind: "trained", side: "shipped", fallen: undefined, launches });
    await onEngine({ [kernel]: brokenSource(mutant) }, async (engine) => {
      const told = (more: readonly number[]) => heard({ kind: "losses", side: "broken", losses: more });
      const { fallen } = await practise(engine, practice, seed, told, signal);
      heard({ kind: "trained", side: "broken", fallen, launches });
    });
  }

  /** Of all cases that launch the kernel, with the broken one in its place; found once. */
  async #rows(mutant: Mutant, signal: AbortSignal): Promise<readonly CheckRow[]> {
    const known = this.#rowsOf.get(mutant) ?? (await this.#check(mutant, signal));
    this.#rowsOf.set(mutant, known);
    return known;
  }

  async #check(mutant: Mutant, signal: AbortSignal): Promise<readonly CheckRow[]> {
    const cases = await this.#checkShipped(() => {});
    return onEngine({ [kernelId(mutant.file)]: brokenSource(mutant) }, async (engine) => {
      const rows: CheckRow[] = [];
      for (const { op, example, check } of casesOf(cases, mutant)) {
        signal.throwIfAborted();
        rows.push(...rowsOf(op, check, await checkCase(engine, example, seed)));
      }
      return rows;
    });
  }

  #checkShipped(tell: Tell): Promise<readonly CheckedCase[]> {
    this.#shipped ??= onEngine({}, async (engine) => {
      const cases: CheckedCase[] = [];
      for (const [done, { name, cases: examples }] of operations.entries()) {
        tell({ kind: "checking", done, of: operations.length });
        for (const example of examples)
          cases.push({ op: name, example, check: await checkCase(engine, example, seed) });
      }
      return cases;
    }).catch((error) => {
      this.#shipped = undefined; // a device that was lost: the next question asks another one
      throw error;
    });
    return this.#shipped;
  }

  /** Trained once; later the losses are told at once. */
  async #trainShipped(practice: Practice, tell: Tell): Promise<ShippedTraining> {
    const key = JSON.stringify(practice);
    const known = this.#trainings.get(key);
    const told = (losses: readonly number[]) => tell({ kind: "losses", side: "shipped", losses });
    const training = known ?? trainShipped(practice, told);
    this.#trainings.set(key, training);
    try {
      const done = await training;
      if (known) told(done.losses);
      return done;
    } catch (error) {
      this.#trainings.delete(key);
      throw error;
    }
  }
}

/** The cases that launch the mutant's kernel. */
function casesOf(cases: readonly CheckedCase[], { file }: Mutant): readonly CheckedCase[] {
  return cases.filter(({ check }) => check.kernels.includes(kernelId(file)));
}

async function trainShipped(
  practice: Practice,
  told: (losses: readonly number[]) => void,
): Promise<ShippedTraining> {
  return onEngine({}, async (engine) => {
    const losses: number[] = [];
    const heard = (more: readonly number[]) => {
      losses.push(...more);
      told(more);
    };
    const { kernels } = await practise(engine, practice, seed, heard, new AbortController().signal);
    return { losses, kernels };
  });
}

/** Works with an engine that has these shaders in the place of its own, and with nothing else. */
async function onEngine<T>(
  shaders: Readonly<Record<string, string>>,
  work: (engine: Engine) => Promise<T>,
): Promise<T> {
  const engine = await createEngine({ shaders });
  try {
    return await work(engine);
  } finally {
    engine.dispose();
  }
}
