/**
 * @file Who works with which weights. A call that changes them has them alone; calls that only read go on side by side.
 * fit() lets others in while it waits for what its user wrote, a callback or a generator: it goes on when they are done.
 */
import { WgradError } from "../engine/errors.ts";
import type { Variable } from "./variable.ts";

/** What a call works with: weights, and the model itself, which stands for its optimizer. */
export interface Work {
  readonly model: object;
  /** for messages */
  readonly name: string;
  readonly changes: readonly object[];
  readonly reads: readonly object[];
}

/** A weight of a model, and whether a layer or a model that it is in is not trainable. */
interface HeldWeight {
  readonly variable: Variable;
  readonly frozen: boolean;
}

/**
 * Of a call on a model whose weights are in `store`. Reading changes nothing. Training leaves alone what was frozen at
 * compile(); what was frozen later it still changes, as in Keras. Replacing ends the store, and with it the weights that no
 * other model has.
 */
export function workOf(
  model: { readonly name: string; readonly weights: readonly HeldWeight[] },
  store: { readonly entries: readonly HeldWeight[] } | undefined,
  kind: "reading" | "training" | "replacing",
): Work {
  const { name, weights } = model;
  const variables = weights.map(({ variable }) => variable);
  if (kind === "reading") return { model, name, changes: [], reads: [model, ...variables] };
  const entries = store?.entries ?? [];
  if (kind === "replacing") {
    const own = entries.map(({ variable }) => variable).filter(({ holders }) => holders === 1);
    return { model, name, changes: [model, ...own], reads: [] };
  }
  const kept = new Set(entries.filter(({ frozen }) => frozen).map(({ variable }) => variable));
  const reads = weights.filter(({ frozen, variable }) => frozen && kept.has(variable));
  const read = new Set(reads.map(({ variable }) => variable));
  return { model, name, changes: [model, ...variables.filter((each) => !read.has(each))], reads: [...read] };
}

const claims = new WeakMap<object, Set<Claim>>();

export class Claim {
  readonly call: string;
  readonly work: Work;
  readonly #changes: ReadonlySet<object>;
  readonly #things: ReadonlySet<object>;
  /** calls of user code under way */
  #pauses = 0;
  /** what user code has begun in a pause */
  readonly #guests = new Set<Promise<void>>();
  readonly #finished: Promise<void>;
  #finish: () => void = () => {};

  /** Until release(). Throws WgradError if another call is at work with one of the things and one of the two changes it. */
  constructor(call: string, work: Work) {
    this.call = call;
    this.work = work;
    this.#changes = new Set(work.changes);
    this.#things = new Set([...work.changes, ...work.reads]);
    this.#finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const hosts = [...this.#things].flatMap((thing) =>
      othersAt(thing).filter((other) => this.#meets(other, thing)),
    );
    for (const host of hosts) host.#guests.add(this.#finished);
    for (const thing of this.#things) claims.set(thing, new Set([...othersAt(thing), this]));
  }

  /** Runs what the user wrote. Calls on the model that it begins may go on without being awaited: this waits for their end. */
  async letOthers<T>(userCode: () => T | Promise<T>): Promise<T> {
    this.#pauses++;
    try {
      return await userCode();
    } finally {
      while (this.#guests.size > 0) {
        const guests = [...this.#guests];
        await Promise.all(guests);
        for (const guest of guests) this.#guests.delete(guest);
      }
      this.#pauses--;
    }
  }

  release(): void {
    for (const thing of this.#things) claims.get(thing)!.delete(this);
    this.#finish();
  }

  /** True if both work with `thing` and `other` waits meanwhile. Throws WgradError if they cannot both. */
  #meets(other: Claim, thing: object): boolean {
    if (!this.#changes.has(thing) && !other.#changes.has(thing)) return false;
    const ownOptimizer = thing === this.work.model && this.#changes.has(thing);
    if (other.#pauses > 0 && !ownOptimizer) return true;
    throw inUse(this.call, other);
  }
}

/** Runs `body` with a claim. */
export async function claimed<T>(call: string, work: Work, body: (claim: Claim) => Promise<T>): Promise<T> {
  const claim = new Claim(call, work);
  try {
    return await body(claim);
  } finally {
    claim.release();
  }
}

/** Throws WgradError if a call is at work with one of the weights, unless it waits for user code; `call` would change them. */
export function checkUnclaimed(call: string, weights: readonly Variable[]): void {
  new Claim(call, { model: {}, name: "", changes: weights, reads: [] }).release();
}

function othersAt(thing: object): readonly Claim[] {
  return [...(claims.get(thing) ?? [])];
}

function inUse(call: string, { call: other, work }: Claim): WgradError {
  return new WgradError(
    `${call}: ${other}() of ${work.name} has not finished, and it works with the same weights. Await it first (is an await ` +
      "missing?). Callbacks of fit() may evaluate and predict; a copy to train at the same time is made by clone().",
  );
}
