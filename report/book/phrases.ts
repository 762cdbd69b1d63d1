/** @file Sentences about training that many answers share. Each is undefined where the run does not show what it says. */
import { formatFixed, formatList } from "../format.ts";
import type { Evidence, Sentence } from "./evidence.ts";

/** Final errors of the sets. */
export function outcome(run: Evidence): Sentence {
  const { test_error: test } = run.run.measured;
  const train = run.last("train_error");
  const validation = run.last("val_error");
  const sameSet = validation === run.last("test_error");
  const others = [
    run.say("phrases.error-on-training", { error: run.percent(train) }),
    sameSet ? undefined : run.say("phrases.error-on-validation", { error: run.percent(validation) }),
  ].filter((text) => text !== undefined);
  const figures = { epochs: run.count(run.epochs), test: run.percent(test) };
  if (others.length === 0) return run.say("phrases.outcome", figures);
  return run.say("phrases.outcome-of-sets", { ...figures, others: formatList(others, run.language) });
}

/** Where the curve of the test error (or validation error) is lowest, and whether it rises afterwards. */
export function bestEpoch(run: Evidence): Sentence {
  const name = run.lowest("test_error") ? "test_error" : "val_error";
  const [best, last] = [run.lowest(name), run.last(name)];
  if (!best || last === undefined || run.epochs === undefined || run.epochs < 2) return undefined;
  const set = run.say(name === "test_error" ? "phrases.test-set" : "phrases.validation-set");
  if (best.epoch === run.epochs) return run.say("phrases.best-is-last", { set });
  const figures = {
    ...{ set, error: run.percent(best.value) },
    ...{ epoch: run.count(best.epoch), epochs: run.count(run.epochs) },
  };
  if (last - best.value > 0.01) {
    return run.say("phrases.best-then-rises", { ...figures, last: run.percent(last) });
  }
  return run.say("phrases.best-then-stays", figures);
}

/** How far training and test error are apart at the end, and what that means. */
export function overfitting(run: Evidence): Sentence {
  const train = run.last("train_error");
  const test = run.value("test_error") ?? run.last("test_error") ?? run.last("val_error");
  if (train === undefined || test === undefined) return undefined;
  const gap = test - train;
  const points = formatFixed(100 * Math.abs(gap), 1, run.language);
  if (gap > 0.05) return run.say("phrases.overfitting", { points });
  return run.say(gap < -0.02 ? "phrases.training-error-above" : "phrases.little-overfitting", { points });
}

/** Measured beside published, figure by figure. */
export function againstPublished(run: Evidence): Sentence {
  const figures = (run.run.result?.published ?? []).map(({ measure, published }) =>
    run.say("phrases.one-against-published", {
      name: run.name(measure),
      measured: run.written(measure),
      published: run.write(measure, published),
    }),
  );
  const known = figures.filter((figure) => figure !== undefined);
  if (known.length === 0) return undefined;
  return run.say("phrases.against-published", { list: formatList(known, run.language) });
}

/** Time of training. */
export function duration(run: Evidence): Sentence {
  return run.say("phrases.duration", { time: run.time(), adapter: run.run.config.adapter.description });
}

/** What most training experiments show. */
export function trainingSentences(run: Evidence): Sentence[] {
  return [outcome(run), bestEpoch(run), overfitting(run), againstPublished(run)];
}
