/** @file Sentences about what result.json lists: trials of a sweep, confused pairs, figures of one kind. */
import { z } from "zod";
import { numbersOf } from "../../runner/store/saved-run.ts";
import { formatList } from "../format.ts";
import { labelOf, labelText } from "../label.ts";
import { type Evidence, largest, type Sentence, smallest } from "./evidence.ts";
import { writtenNumber } from "./figure-names.ts";

const trialsSchema = z.array(
  z.looseObject({
    name: z.string(),
    factors: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
    seed: z.number().optional(),
    measured: z.record(z.string(), z.unknown()).default({}),
  }),
);
type Trial = z.infer<typeof trialsSchema>[number];

const pairsSchema = z.array(z.object({ classes: z.tuple([z.string(), z.string()]), mistakes: z.number() }));

interface TrialFigures {
  /** as the report's charts call it */
  readonly name: string;
  readonly measured: Readonly<Record<string, number>>;
}

/** The trials that have figures. */
function trialsOf(run: Evidence): TrialFigures[] {
  const parsed = trialsSchema.safeParse(run.run.result?.trials ?? []);
  if (!parsed.success) return [];
  return parsed.data
    .map((trial, _, all) => ({
      name: trialName(trial, all, run),
      measured: numbersOf(trial.measured),
    }))
    .filter(({ measured }) => Object.keys(measured).length > 0);
}

/** What is varied; the seed too, where trials differ by nothing else. */
function trialName({ name, factors, seed }: Trial, all: readonly Trial[], run: Evidence): string {
  const values = Object.values(factors).map((value) => labelText(labelOf(String(value)), run.language));
  if (values.length === 0) return name;
  const same = all.filter((other) => JSON.stringify(other.factors) === JSON.stringify(factors));
  const drawn = same.length > 1 ? run.say("phrases.seed", { seed: String(seed) }) : undefined;
  return [...values, ...(drawn ? [drawn] : [])].join(" / ");
}

/** The best and the worst trial by a figure, and by the time they took. */
export function trialSentences(run: Evidence, key = "test_error"): Sentence[] {
  const trials = trialsOf(run);
  const valued = (name: string) =>
    trials.flatMap((trial) => {
      const value = trial.measured[name];
      return value === undefined ? [] : [{ name: trial.name, value }];
    });
  const [best, worst] = [smallest(valued(key)), largest(valued(key))];
  if (!best || !worst || trials.length < 2) return [];
  const [low, high] = [run.write(key, best.value), run.write(key, worst.value)];
  const counted = { count: run.count(trials.length), name: run.name(key) };
  if (best.value === worst.value) return [run.say("phrases.trials-alike", { ...counted, value: low })];
  // Kernels are compiled in the first epoch of the first trial that needs them, so sums of seconds say little.
  const [fast, slow] = [smallest(valued("epoch_seconds")), largest(valued("epoch_seconds"))];
  const took = (value: number) => run.write("epoch_seconds", value);
  return [
    run.say("phrases.trials", { ...counted, best: best.name, worst: worst.name, low, high }),
    fast && slow && fast.name !== slow.name
      ? run.say("phrases.trial-times", {
          ...{ least: took(fast.value), most: took(slow.value) },
          ...{ fast: fast.name, slow: slow.name },
        })
      : undefined,
  ];
}

/** Above this error the pairs tell of a network that has not learned, not of classes that look alike. */
const hardlyTrained = 0.7;

function untrained(run: Evidence): Sentence {
  const error = run.value("test_error");
  if (error === undefined || error < hardlyTrained) return undefined;
  return run.say("phrases.untrained", { error: run.percent(error) });
}

/** The pairs of classes that were confused most. */
export function confusedPairs(run: Evidence): Sentence[] {
  const parsed = pairsSchema.safeParse(run.run.result?.confused_pairs ?? []);
  if (!parsed.success || parsed.data.length === 0) return [];
  const pairs = parsed.data.map(({ classes: [first, second], mistakes }) =>
    run.say("phrases.confused-pair", { first, second, mistakes: run.count(mistakes) }),
  );
  const list = formatList(
    pairs.filter((pair) => pair !== undefined),
    run.language,
  );
  return [run.say("phrases.confused", { list }), untrained(run)];
}

/** Figures of one kind in a row: "0.21 at 2, 0.14 at 8". The first group of the pattern says at what. */
export function listed(run: Evidence, pattern: RegExp): Sentence {
  const members = run.family(pattern);
  if (members.length === 0) return undefined;
  const texts = members.map(({ key, groups, value }) =>
    run.say("phrases.value-at", {
      value: run.write(key, value),
      at: writtenNumber(groups[0] ?? "", run.language),
    }),
  );
  return formatList(
    texts.filter((text) => text !== undefined),
    run.language,
  );
}

/** For which values of the first group the first kind of figure is smaller than the second, and for which it is not. */
function compared(run: Evidence, pattern: RegExp, other: RegExp): { smaller: string; larger: string } {
  const theirs = new Map(run.family(other).map(({ groups, value }) => [groups[0], value]));
  const both = run.family(pattern).flatMap(({ groups, value }) => {
    const against = theirs.get(groups[0]);
    return against === undefined || groups[0] === undefined ? [] : [{ at: groups[0], value, against }];
  });
  const names = (chosen: typeof both) =>
    formatList(
      chosen.map(({ at }) => writtenNumber(at, run.language)),
      run.language,
    );
  return {
    smaller: names(both.filter(({ value, against }) => value < against)),
    larger: names(both.filter(({ value, against }) => value >= against)),
  };
}

/** What `versus` compares: the names of both, and what the numbers are of. */
interface Compared {
  readonly own: Sentence;
  readonly other: Sentence;
  /** d' if absent */
  readonly parameter?: string;
}

/** Where one kind of squared error is smaller than another, in words. */
export function versus(run: Evidence, pattern: RegExp, other: RegExp, names: Compared): Sentence {
  const { smaller, larger } = compared(run, pattern, other);
  const slots = { parameter: "d'", ...names, smaller, larger };
  if (smaller) return run.say(larger ? "phrases.smaller-at-some" : "phrases.smaller-at-all", slots);
  return larger ? run.say("phrases.smaller-at-none", slots) : undefined;
}
