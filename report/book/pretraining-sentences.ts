/** @file Sentences about pre-trained classifiers: errors before, between and after, beside training from random weights. */
import type { Evidence, Sentence } from "./evidence.ts";
import { bookTexts } from "./texts.ts";

const alone = "no_pre_training_test_error";

/** Each way of pre-training, and whether it ended below the network without. */
export function pretrainedSentences(run: Evidence): Sentence[] {
  const ways = run.family(/(.+)_before_error/).map(({ groups }) => groups[0]!);
  return [
    ...ways.map((way) =>
      run.say("phrases.pretrained", {
        way: wayName(run, way),
        before: run.written(`${way}_before_error`),
        head: run.written(`${way}_head_error`),
        after: run.written(`${way}_test_error`),
      }),
    ),
    run.say("phrases.not-pretrained", { error: run.written(alone) }),
    ...ways.map((way) => verdict(run, way)),
  ];
}

function verdict(run: Evidence, way: string): Sentence {
  const [after, without] = [run.value(`${way}_test_error`), run.value(alone)];
  if (after === undefined || without === undefined) return undefined;
  const key = after < without ? "phrases.pretraining-lowered" : "phrases.pretraining-did-not";
  return run.say(key, { way: wayName(run, way) });
}

/** The name of a way that has a text of its own, such as tanh has not. */
function wayName({ language }: Evidence, way: string): string {
  const texts = bookTexts(language);
  const key = `phrases.way-${way}`;
  return texts.messages.has(key) ? texts.word(key) : way;
}
