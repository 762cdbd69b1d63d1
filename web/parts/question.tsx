/** @file A question of the assignment: a guess first, then the figure of a run beside the published one, and where it is alive. */
import { formatCount, formatList } from "../../report/format.ts";
import { type Answer, answerOf, slotsOf, writeFigure } from "../lessons/answers.ts";
import type { QuestionLesson } from "../lessons/list.ts";
import { readNumber } from "../lessons/predictions.ts";
import type { ResultFile, Results } from "../lessons/results.ts";
import { committed, hasWebGpu, predict, predictionOf } from "../lessons/state.ts";
import type { LessonTexts } from "../lessons/texts.ts";
import { experiments, openLink, place, texts } from "../page.ts";
import { Inline, Paragraphs } from "./inline.tsx";

interface Props {
  readonly lesson: QuestionLesson;
  readonly words: LessonTexts;
}

export function QuestionView({ lesson, words }: Props) {
  const results = committed.value;
  const { id, question } = lesson;
  const text = words.questions.get(id)!;
  if (!results) return <p class="empty">{texts.value.lessons.loading}</p>;
  const answer = answerOf(question, results);
  const { isShown } = predictionOf(id);
  return (
    <section class="part question" aria-current="step" data-part={id}>
      <div class="prose">
        <p class="asks">
          <Inline text={text.question} />
        </p>
        <p>
          <Inline text={words.say(`${id}.ask`, slotsOf(answer, place.value.language))} />
        </p>
        <Guessed lesson={lesson} words={words} answer={answer} results={results} />
        {isShown && (
          <div class="why">
            <Paragraphs of={text.paragraphs} />
          </div>
        )}
      </div>
      <div class="found">
        {isShown && <Found lesson={lesson} words={words} answer={answer} />}
        <Runs files={answer.files} />
        <Alive lesson={lesson} />
      </div>
    </section>
  );
}

/** Names of what is to be chosen from, in the order of the answer's figures. */
function choicesOf(id: string, answer: Answer, words: LessonTexts): readonly string[] {
  return answer.figures.length > 1 ? answer.figures.map((_, i) => words.say(`${id}.${i + 1}`)) : [];
}

function Guessed({
  lesson: { id },
  words,
  answer,
}: Props & { readonly answer: Answer; readonly results: Results }) {
  const text = texts.value.lessons;
  const { typed, isShown } = predictionOf(id);
  const choices = choicesOf(id, answer, words);
  const isReady = choices.length > 0 ? typed !== "" : readNumber(typed) !== undefined;
  return (
    <form
      class="predict"
      onSubmit={(event) => {
        event.preventDefault();
        predict(id, { isShown: true });
      }}
    >
      {choices.length > 0 ? (
        <fieldset class="choices" disabled={isShown}>
          <legend>{text.guess}</legend>
          {choices.map((label, i) => (
            <label key={label}>
              <input
                type="radio"
                name={id}
                checked={typed === String(i)}
                onChange={() => predict(id, { typed: String(i) })}
              />
              {label}
            </label>
          ))}
        </fieldset>
      ) : (
        <label>
          {text.guess}
          <span class="blank" />
          <input
            type="text"
            inputMode="decimal"
            autocomplete="off"
            readOnly={isShown}
            aria-label={text.guess}
            aria-invalid={typed !== "" && readNumber(typed) === undefined}
            value={typed}
            onInput={({ currentTarget }) => predict(id, { typed: currentTarget.value })}
          />
          {answer.unit === "percent" && "%"}
        </label>
      )}
      {!isShown && (
        <>
          <button type="submit" class="main" disabled={!isReady}>
            {text.see}
          </button>
          <button type="button" onClick={() => predict(id, { typed: "", isShown: true })}>
            {text.show}
          </button>
        </>
      )}
    </form>
  );
}

/** The figures as bars, the guess among them. */
function Found({ lesson: { id }, words, answer }: Props & { readonly answer: Answer }) {
  const text = texts.value.lessons;
  const { language } = place.value;
  const { figures, unit } = answer;
  const { typed } = predictionOf(id);
  const choices = choicesOf(id, answer, words);
  const write = (value: number) => writeFigure(value, unit, language);
  const scale = unit === "percent" ? 0.01 : 1;
  const guessed = choices.length === 0 ? readNumber(typed) : undefined;
  const rows = [
    ...(guessed === undefined ? [] : [{ name: text.yourGuess, value: guessed * scale, isBest: false }]),
    ...figures.flatMap(({ name, value, published, isBest }, i) => [
      { name: choices[i] ?? text.measured, value, isBest: isBest && choices.length > 0, key: name },
      ...(published === undefined
        ? []
        : [
            {
              name: choices[i] ? text.publishedOf(choices[i]) : text.published,
              value: published,
              isBest: false,
            },
          ]),
    ]),
  ];
  const longest = Math.max(...rows.map(({ value }) => Math.abs(value)), 1e-12);
  const best = figures.flatMap(({ isBest }, i) => (isBest && choices[i] ? [choices[i]] : []));
  const chosen = choices.length > 0 && typed !== "" ? figures[Number(typed)] : undefined;
  const slots = { ...slotsOf(answer, language), best: formatList(best, language) };
  return (
    <>
      {chosen && (
        <p class="verdict" role="status" data-verdict={chosen.isBest ? "right" : "wrong"}>
          {chosen.isBest ? text.rightChoice : text.otherChoice}
        </p>
      )}
      <table class="shares figures">
        <caption>{words.say(`${id}.of`, slots)}</caption>
        <tbody>
          {rows.map(({ name, value, isBest }) => (
            <tr key={name} data-best={isBest || undefined}>
              <th scope="row">{name}</th>
              <td class="drawn-share">
                <span class="bar" style={{ width: `${(100 * Math.abs(value)) / longest}%` }} />
                <span>{write(value)}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="after">
        <Inline text={capitalized(words.say(`${id}.shown`, slots))} />
      </p>
    </>
  );
}

/** Which runs the figures are of, and how they fall short of the experiment. */
function Runs({ files }: { readonly files: readonly ResultFile[] }) {
  const text = texts.value.lessons;
  const { language } = place.value;
  const count = (value: number | undefined) => (value === undefined ? "" : formatCount(value, language));
  return (
    <ul class="runs quiet">
      {files.map(({ path, result: { experiment, profile, epochs, dataset, adapter } }) => (
        <li key={path}>
          {text.run({
            experiment,
            isQuick: profile === "quick",
            epochs: count(epochs),
            images: count(dataset?.train),
            adapter: adapter?.class ?? "",
          })}{" "}
          {dataset?.origin !== "official" && text.origins[dataset?.origin ?? "other"]} <code>{path}</code>
        </li>
      ))}
    </ul>
  );
}

/** The view of the lab that shows it, or the command that runs it. */
function Alive({ lesson: { id, question } }: Pick<Props, "lesson">) {
  const text = texts.value.lessons;
  const { alive } = question;
  const own = committed.value?.get(id);
  const isTrainable = experiments.value.some((experiment) => experiment.id === id);
  const full = `?experiment=${id}&profile=full`;
  const link = (query: string, words: string) => (
    <a
      href={`${query}&lang=${place.value.language}`}
      onClick={(event) => {
        event.preventDefault();
        openLink(query);
      }}
    >
      {words}
    </a>
  );
  return (
    <div class="alive screen">
      {hasWebGpu && alive !== undefined && <p>{link(alive, text.alive)}</p>}
      {own?.result.profile === "quick" && (
        <p>
          {text.noFullRun}{" "}
          {hasWebGpu && isTrainable ? (
            link(full, text.trainInFull)
          ) : (
            <code>npm run train -- {id} --profile full</code>
          )}
        </p>
      )}
    </div>
  );
}

/** A sentence may begin with a choice. */
function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
