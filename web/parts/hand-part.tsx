/** @file One prediction of a lesson by hand: the numbers that go in, the hidden one, and, once it is predicted, the sum that made it. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type HandExample, handExamples } from "../../lessons/by-hand/examples.ts";
import { exactly } from "../../lessons/microscope/numbers.ts";
import { filled, type TextPage } from "../../report/markdown.ts";
import type { HandPart } from "../lessons/list.ts";
import { readNumber, verdictOf } from "../lessons/predictions.ts";
import {
  answerByHand,
  askFor,
  asksOf,
  changeValue,
  hasWebGpu,
  isChanged,
  predict,
  predictionOf,
  resetValues,
  valuesOf,
} from "../lessons/state.ts";
import { texts } from "../page.ts";
import type { HandAnswer } from "../worker/lessons.ts";
import { Asking } from "./asking.ts";
import { Descent } from "./descent.tsx";
import { Chain } from "./explanation.tsx";
import { Inline, Paragraphs } from "./inline.tsx";
import { InputTable, numberName, ResultTable } from "./number-table.tsx";

interface Props {
  readonly lesson: string;
  readonly part: HandPart;
  readonly page: TextPage;
  /** its number, from 1 */
  readonly number: number;
  readonly isCurrent: boolean;
}

export function HandPartView({ lesson, part, page, number, isCurrent }: Props) {
  const { example } = part;
  const { results }: HandExample = handExamples[example];
  const [result, at] = asksOf(lesson, part);
  const name = numberName(result, results.find((each) => each.name === result)!.shape, at);
  const key = `${example} ${name}`;
  const answer = useAnswer(part, result, at);
  const { isShown } = predictionOf(key);
  const section = page.sections.find(({ id }) => id === part.id)!;
  const after = page.messages.get(`${part.id}.after`);
  const slots = { asked: name, value: answer.value && exactly(answer.value.asked.value) };
  return (
    <section class="part" aria-current={isCurrent ? "step" : undefined} data-part={part.id}>
      <h3>
        {number}. {section.title}
      </h3>
      <div class="prose">
        <Paragraphs of={section.paragraphs} />
        <p class="asks">
          <Inline text={filled(section.question, slots) ?? section.question} />
        </p>
        <Predict name={name} predictionKey={key} answer={answer.value} />
        {answer.problem !== undefined && <p class="notice">{answer.problem}</p>}
        {isShown && answer.value && after !== undefined && (
          <p class="after">
            <Inline text={filled(after, slots) ?? after} />
          </p>
        )}
      </div>
      <Numbers lesson={lesson} part={part} answer={answer.value} asked={[result, at]} />
      {isShown && answer.value && (
        <div class="sum scrolled" aria-live="polite">
          <Asking value={undefined}>
            <Chain chain={answer.value.asked.chain} />
          </Asking>
        </div>
      )}
    </section>
  );
}

/** Asks for the numbers whenever they are others. */
function useAnswer({ example }: HandPart, result: string, at: number) {
  const answer = useSignal<{ readonly value?: HandAnswer; readonly problem?: string }>({});
  const values = valuesOf(example);
  useEffect(() => {
    let isWanted = true;
    answer.value = {}; // of other numbers
    answerByHand(example, values, [result, at]).then(
      (value) => {
        if (isWanted) answer.value = value ? { value } : {};
      },
      (error: unknown) => {
        if (isWanted) answer.value = { problem: error instanceof Error ? error.message : String(error) };
      },
    );
    return () => {
      isWanted = false;
    };
  }, [example, values, result, at]);
  return answer.value;
}

function Predict(props: {
  readonly name: string;
  readonly predictionKey: string;
  readonly answer: HandAnswer | undefined;
}) {
  const { name, predictionKey: key, answer } = props;
  const text = texts.value.lessons;
  const { typed, checked, isShown } = predictionOf(key);
  const verdict = answer && checked !== undefined ? verdictOf(checked, answer.asked.value) : undefined;
  const number = readNumber(typed);
  const check = (event: Event) => {
    event.preventDefault();
    if (number === undefined || !answer) return;
    const isRight = verdictOf(number, answer.asked.value) === "right";
    predict(key, { checked: number, isShown: isShown || isRight });
  };
  return (
    <form class="predict" onSubmit={check}>
      <label>
        <code>{name}</code> =
        <span class="blank" />
        <input
          type="text"
          inputMode="decimal"
          autocomplete="off"
          aria-label={text.prediction(name)}
          aria-invalid={typed !== "" && number === undefined}
          value={typed}
          onInput={({ currentTarget }) => predict(key, { typed: currentTarget.value })}
        />
      </label>
      <button type="submit" class="main" disabled={number === undefined || !answer}>
        {text.check}
      </button>
      <button type="button" disabled={!answer || isShown} onClick={() => predict(key, { isShown: true })}>
        {text.show}
      </button>
      <p class="verdict" role="status" data-verdict={verdict}>
        {verdict && text.verdicts[verdict](name)}
        {isShown && answer && (
          <strong>
            {" "}
            {name} = {exactly(answer.asked.value)}
          </strong>
        )}
      </p>
    </form>
  );
}

function Numbers(props: {
  readonly lesson: string;
  readonly part: HandPart;
  readonly answer: HandAnswer | undefined;
  readonly asked: HandPart["asks"];
}) {
  const { lesson, part, answer, asked } = props;
  const { example } = part;
  const text = texts.value.lessons;
  const { inputs, results }: HandExample = handExamples[example];
  const values = valuesOf(example);
  const lit = new Set(answer?.asked.factors);
  const isShown = (name: string) => predictionOf(`${example} ${name}`).isShown;
  const change = (input: string) =>
    hasWebGpu ? (at: number, value: number) => changeValue(example, input, at, value) : undefined;
  return (
    <div class="tables">
      {inputs
        .filter(({ name }) => part.inputs.includes(name))
        .map(({ name, shape }) => (
          <InputTable
            key={name}
            name={name}
            shape={shape}
            lit={lit}
            values={values[name]!}
            onChange={change(name)}
          />
        ))}
      {results
        .filter(({ name }) => part.results.includes(name))
        .map(({ name, shape }) => (
          <ResultTable
            key={name}
            name={name}
            shape={shape}
            lit={lit}
            values={answer?.numbers[name]}
            asked={name === asked[0] ? asked[1] : undefined}
            isShown={isShown}
            onAsk={hasWebGpu ? (at) => askFor(lesson, part, name, at) : undefined}
          />
        ))}
      {answer?.numbers.grid && <Way answer={answer} first={values.w![0]!} isShown={isShown} />}
      <p class="quiet screen">
        {hasWebGpu ? text.changeNumbers : text.recordedNumbers}{" "}
        {isChanged(example) && (
          <button type="button" onClick={() => resetValues(example)}>
            {text.firstNumbers}
          </button>
        )}
      </p>
    </div>
  );
}

/** Of an optimizer: points behind a number that is hidden are hidden too. */
function Way(props: {
  readonly answer: HandAnswer;
  readonly first: number;
  readonly isShown: (name: string) => boolean;
}) {
  const { answer, first, isShown } = props;
  const { grid, curve, L: losses, path: after } = answer.numbers;
  const hasShown = [...after!.keys()].some((at) => isShown(`path[${at}]`));
  return (
    <Descent
      title={texts.value.lessons.way}
      grid={grid!}
      curve={curve!}
      weights={[first, ...after!]}
      losses={losses!}
      shown={hasShown ? losses!.length : 1}
    />
  );
}
