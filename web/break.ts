/** @file The broken kernel that the page looks at: chosen, or hidden to be found; what the check and a training made of it. */
import { batch, effect, signal } from "@preact/signals";
import { proxy } from "comlink";
import { lab, place } from "./page.ts";
import type {
  BreakEvent,
  Broken,
  Candidate,
  CheckRow,
  ShippedCheck,
  TrainingSide,
  Verdict,
} from "./worker/break-protocol.ts";

type Sides<T> = Readonly<Record<TrainingSide, T>>;
type Trained = Extract<BreakEvent, { kind: "trained" }>;

/** ops that the shipped kernels were checked for so far */
export const checking = signal<{ readonly done: number; readonly of: number } | undefined>(undefined);
export const shippedCheck = signal<ShippedCheck | undefined>(undefined);
/** of the chosen mutant; while one is hidden, of the guess's answer */
export const broken = signal<Broken | undefined>(undefined);
export const checkRows = signal<readonly CheckRow[] | undefined>(undefined);
const none: Sides<readonly number[]> = { shipped: [], broken: [] };
/** of each step */
export const practiceLosses = signal(none);
export const trained = signal<Partial<Sides<Trained>>>({});
/** lines that may be the hidden error */
export const candidates = signal<readonly Candidate[] | undefined>(undefined);
export const verdict = signal<Verdict | undefined>(undefined);
export const breakProblem = signal<string | undefined>(undefined);

/** of what was asked last: an older answer is not heard */
let turn = 0;

/** Follows the place while the view is seen: the check with the shipped kernels, then the chosen or the hidden error. */
export function watchBreak(): () => void {
  const unwatch = effect(() => {
    const { mutant, hunt } = place.value;
    void show(mutant, hunt);
  });
  return () => {
    unwatch();
    turn++;
    void lab.breakage.stop();
  };
}

async function show(mutant: string | undefined, hunt: number | undefined): Promise<void> {
  const own = ++turn;
  batch(() => {
    broken.value = checkRows.value = candidates.value = verdict.value = breakProblem.value = undefined;
    practiceLosses.value = none;
    trained.value = {};
  });
  const tell = proxy((event: BreakEvent) => {
    if (own === turn) heard(event);
  });
  try {
    const shipped = await lab.breakage.shipped(tell);
    if (own !== turn) return;
    checking.value = undefined;
    shippedCheck.value = shipped;
    if (hunt !== undefined) {
      const lines = await lab.breakage.hide(hunt, tell);
      if (own === turn) candidates.value = lines;
    } else if (mutant !== undefined) {
      const facts = await lab.breakage.describe(mutant);
      if (own !== turn) return;
      broken.value = facts;
      await lab.breakage.run(mutant, tell);
    }
  } catch (error) {
    if (own === turn) breakProblem.value = error instanceof Error ? error.message : String(error);
  }
}

function heard(event: BreakEvent): void {
  if (event.kind === "checking") checking.value = event;
  else if (event.kind === "rows") checkRows.value = event.rows;
  else if (event.kind === "trained") trained.value = { ...trained.value, [event.side]: event };
  else {
    const { side, losses } = event;
    practiceLosses.value = { ...practiceLosses.value, [side]: [...practiceLosses.value[side], ...losses] };
  }
}

/** Asks whether this candidate is the hidden line. */
export async function guess(candidate: number): Promise<void> {
  const answer = await lab.breakage.guess(candidate);
  batch(() => {
    verdict.value = answer;
    broken.value = answer?.broken;
  });
}
