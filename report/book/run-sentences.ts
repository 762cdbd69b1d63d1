/** @file Sentences about what result.json lists: trials of a sweep, confused pairs, figures of one kind. */
import { z } from "zod";
import { numbersOf } from "../../runner/store/saved-run.ts";
import { type Evidence, largest, type Sentence, smallest } from "./evidence.ts";
import { writtenNumber } from "./figure-names.ts";
import { type Language, writeList } from "./language.ts";
import { said } from "./said.ts";
import { pictureText } from "./words.ts";

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
      name: trialName(trial, all, run.language),
      measured: numbersOf(trial.measured),
    }))
    .filter(({ measured }) => Object.keys(measured).length > 0);
}

/** What is varied; the seed too, where trials differ by nothing else. */
function trialName({ name, factors, seed }: Trial, all: readonly Trial[], language: Language): string {
  const values = Object.values(factors).map((value) => pictureText(String(value), language));
  if (values.length === 0) return name;
  const same = all.filter((other) => JSON.stringify(other.factors) === JSON.stringify(factors));
  const drawn = { en: `seed ${seed}`, es: `semilla ${seed}` }[language];
  return [...values, ...(same.length > 1 ? [drawn] : [])].join(" / ");
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
  if (best.value === worst.value) {
    const same = run.write(key, best.value);
    return [
      run.in({
        en: `All ${trials.length} trials have the same ${run.name(key)}, ${same}: so far their networks answer alike.`,
        es: `Los ${trials.length} ensayos tienen el mismo ${run.name(key)}, ${same}: de momento sus redes responden igual.`,
      }),
    ];
  }
  // Kernels are compiled in the first epoch of the first trial that needs them, so sums of seconds say little.
  const [fast, slow] = [smallest(valued("epoch_seconds")), largest(valued("epoch_seconds"))];
  const took = (value: number) => run.write("epoch_seconds", value);
  const [low, high] = [run.write(key, best.value), run.write(key, worst.value)];
  const name = run.name(key);
  return [
    run.in({
      en: `Of ${trials.length} trials, "${best.name}" has the lowest ${name}, ${low}, and "${worst.name}" the highest, ${high}.`,
      es: `De ${trials.length} ensayos, "${best.name}" tiene el menor ${name}, ${low}, y "${worst.name}" el mayor, ${high}.`,
    }),
    fast && slow && fast.name !== slow.name
      ? run.in({
          en: `An epoch took from ${took(fast.value)} ("${fast.name}") to ${took(slow.value)} ("${slow.name}").`,
          es: `Una época duró entre ${took(fast.value)} ("${fast.name}") y ${took(slow.value)} ("${slow.name}").`,
        })
      : undefined,
  ];
}

/** Above this error the pairs tell of a network that has not learned, not of classes that look alike. */
const hardlyTrained = 0.7;

function untrained(run: Evidence): Sentence {
  const error = run.value("test_error");
  if (error === undefined || error < hardlyTrained) return undefined;
  return run.in({
    en: `With an error of ${run.percent(error)} they say little about resemblance: a network that has not learned much gives a few favourite answers to everything.`,
    es: `Con un error de ${run.percent(error)} dicen poco sobre el parecido: una red que ha aprendido poco da a todo unas pocas respuestas favoritas.`,
  });
}

/** The pairs of classes that were confused most. */
export function confusedPairs(run: Evidence): Sentence[] {
  const parsed = pairsSchema.safeParse(run.run.result?.confused_pairs ?? []);
  if (!parsed.success || parsed.data.length === 0) return [];
  const pairs = parsed.data.map(({ classes: [first, second], mistakes }) =>
    run.in({
      en: said`${first} and ${second} (${run.count(mistakes)})`,
      es: said`${first} y ${second} (${run.count(mistakes)})`,
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
    untrained(run),
  ];
}

/** Figures of one kind in a row: "0.21 at 2, 0.14 at 8". The first group of the pattern says at what. */
export function listed(run: Evidence, pattern: RegExp): Sentence {
  const members = run.family(pattern);
  if (members.length === 0) return undefined;
  const texts = members.map(({ key, groups, value }) =>
    run.in({
      en: `${run.write(key, value)} at ${groups[0]}`,
      es: `${run.write(key, value)} con ${writtenNumber(groups[0] ?? "", "es")}`,
    }),
  );
  return writeList(
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
    writeList(
      chosen.map(({ at }) => writtenNumber(at, run.language)),
      run.language,
    );
  return {
    smaller: names(both.filter(({ value, against }) => value < against)),
    larger: names(both.filter(({ value, against }) => value >= against)),
  };
}

/** Where one kind of squared error is smaller than another, in words; `parameter` is what the numbers are of. */
export function versus(
  run: Evidence,
  pattern: RegExp,
  other: RegExp,
  names: Readonly<Record<Language, readonly [string, string]>>,
  parameter = "d'",
): Sentence {
  const { smaller, larger } = compared(run, pattern, other);
  const [own, theirs] = names[run.language];
  if (smaller && larger) {
    return run.in({
      en: `For ${parameter} = ${smaller} the squared error of ${own} is below that of ${theirs}; for ${larger} it is not.`,
      es: `Con ${parameter} = ${smaller}, el error cuadrático de ${own} queda por debajo del de ${theirs}; con ${larger}, no.`,
    });
  }
  if (smaller) {
    return run.in({
      en: `For every ${parameter} measured (${smaller}) the squared error of ${own} is below that of ${theirs}.`,
      es: `Con todos los ${parameter} medidos (${smaller}), el error cuadrático de ${own} queda por debajo del de ${theirs}.`,
    });
  }
  if (!larger) return undefined;
  return run.in({
    en: `For none of the ${parameter} measured (${larger}) does the squared error of ${own} get below that of ${theirs}.`,
    es: `Con ninguno de los ${parameter} medidos (${larger}) baja el error cuadrático de ${own} del de ${theirs}.`,
  });
}
