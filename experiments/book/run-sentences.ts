/** @file Sentences about trials of a sweep and about confused pairs, which result.json lists beside `measured`. */
import { z } from "zod";
import { numbersOf } from "../saved-run/saved-run.ts";
import { type Evidence, largest, type Sentence, smallest } from "./evidence.ts";
import { writeList } from "./language.ts";
import { said } from "./said.ts";

const trialsSchema = z.array(
  z.looseObject({
    name: z.string(),
    measured: z.record(z.string(), z.unknown()).default({}),
  }),
);

const pairsSchema = z.array(z.object({ first: z.string(), second: z.string(), count: z.number() }));

export interface TrialFigures {
  readonly name: string;
  readonly measured: Readonly<Record<string, number>>;
}

/** The trials that have figures. */
export function trialsOf(run: Evidence): TrialFigures[] {
  const parsed = trialsSchema.safeParse(run.run.result?.trials ?? []);
  if (!parsed.success) return [];
  return parsed.data
    .map(({ name, measured }) => ({ name, measured: numbersOf(measured) }))
    .filter(({ measured }) => Object.keys(measured).length > 0);
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
  if (!best || !worst || best.name === worst.name) return [];
  const [fast, slow] = [smallest(valued("seconds")), largest(valued("seconds"))];
  const [low, high] = [run.write(key, best.value), run.write(key, worst.value)];
  const name = run.name(key);
  return [
    run.in({
      en: `Of ${trials.length} trials, "${best.name}" has the lowest ${name}, ${low}, and "${worst.name}" the highest, ${high}.`,
      es: `De ${trials.length} ensayos, "${best.name}" tiene el menor ${name}, ${low}, y "${worst.name}" el mayor, ${high}.`,
    }),
    fast && slow && fast.name !== slow.name
      ? run.in({
          en: `Training took from ${run.write("seconds", fast.value)} ("${fast.name}") to ${run.write("seconds", slow.value)} ("${slow.name}").`,
          es: `El entrenamiento duró entre ${run.write("seconds", fast.value)} ("${fast.name}") y ${run.write("seconds", slow.value)} ("${slow.name}").`,
        })
      : undefined,
  ];
}

/** The pairs of classes that were confused most. */
export function confusedPairs(run: Evidence): Sentence[] {
  const parsed = pairsSchema.safeParse(run.run.result?.confused_pairs ?? []);
  if (!parsed.success || parsed.data.length === 0) return [];
  const pairs = parsed.data.map(({ first, second, count }) =>
    run.in({
      en: said`${first} and ${second} (${run.count(count)})`,
      es: said`${first} y ${second} (${run.count(count)})`,
    }),
  );
  const listed = writeList(
    pairs.filter((pair) => pair !== undefined),
    run.language,
  );
  return [
    run.in({
      en: `Taken for each other most often, in both directions together: ${listed}.`,
      es: `Los pares que más se confunden, sumando ambos sentidos: ${listed}.`,
    }),
  ];
}
