/** @file A kernel with a small error: its lines, the rows of the gradient check that turn red, and what becomes of a training. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import {
  breakProblem,
  broken,
  candidates,
  checking,
  checkRows,
  guess,
  practiceLosses,
  shippedCheck,
  trained,
  verdict,
  watchBreak,
} from "../break.ts";
import { go, place, texts } from "../page.ts";
import { CheckTable } from "../parts/check-table.tsx";
import { Difference } from "../parts/difference.tsx";
import { LinePlot } from "../parts/line-plot.tsx";
import type { MutantFacts } from "../worker/break-protocol.ts";

export function Break() {
  useEffect(watchBreak, []);
  const isGame = place.value.hunt !== undefined;
  return (
    <div class="break">
      <section>
        {isGame ? <Game /> : <Choice />}
        <State />
        <Explained />
      </section>
      <section>
        <Curves />
      </section>
      <section class="wide">
        <CheckTable rows={checkRows.value} />
      </section>
    </div>
  );
}

/** What an error is called, and what its kernel is. */
function nameOf({ what, kernel }: MutantFacts): string {
  const words = texts.value.break.errors[what];
  return `${words?.name ?? what} (${kernel})`;
}

function byFolder(mutants: readonly MutantFacts[]): ReadonlyMap<string, readonly MutantFacts[]> {
  const folders = new Map<string, MutantFacts[]>();
  for (const mutant of mutants) {
    const [folder] = mutant.kernel.split("/");
    folders.set(folder!, [...(folders.get(folder!) ?? []), mutant]);
  }
  return folders;
}

function Choice() {
  const text = texts.value.break;
  const shipped = shippedCheck.value;
  const known = ({ what }: MutantFacts) => what in text.errors;
  const usual = shipped?.mutants.filter(known) ?? [];
  const others = byFolder(shipped?.mutants.filter((each) => !known(each)) ?? []);
  const groups: (readonly [string, readonly MutantFacts[]])[] = [
    [text.usualErrors, usual],
    ...[...others].map(([folder, mutants]) => [text.otherErrors(folder), mutants] as const),
    [text.idleErrors, shipped?.idle ?? []],
  ];
  return (
    <div class="field">
      <label>
        {text.chooseError}
        <select
          value={place.value.mutant ?? ""}
          disabled={!shipped}
          onChange={({ currentTarget }) => go({ mutant: currentTarget.value || undefined })}
        >
          <option value="">{text.noError}</option>
          {groups.map(
            ([name, mutants]) =>
              mutants.length > 0 && (
                <optgroup key={name} label={name}>
                  {mutants.map((mutant) => (
                    <option key={mutant.id} value={mutant.id}>
                      {nameOf(mutant)}
                    </option>
                  ))}
                </optgroup>
              ),
          )}
        </select>
      </label>
      <button
        type="button"
        disabled={!shipped}
        onClick={() => go({ mutant: undefined, hunt: place.value.seed })}
      >
        {text.findBug}
      </button>
    </div>
  );
}

function Game() {
  const text = texts.value.break;
  const lines = candidates.value;
  const said = verdict.value;
  const chosen = useSignal(0);
  const another = () => go({ hunt: (place.value.hunt! + 1) % 1_000_000_000 });
  return (
    <form
      class="game"
      onSubmit={(event) => {
        event.preventDefault();
        void guess(chosen.value);
      }}
    >
      <p>{lines ? text.gameHint : !breakProblem.value && text.hiding}</p>
      {lines?.map(({ kernel, line, code }, i) => (
        <label key={`${kernel}:${line}`} data-answer={said && i === said.candidate}>
          <input
            type="radio"
            name="line"
            checked={chosen.value === i}
            onChange={() => {
              chosen.value = i;
            }}
          />
          <span>
            <span class="quiet">
              {kernel}, {text.line} {line}
            </span>
            <code>{code}</code>
          </span>
        </label>
      ))}
      <div class="buttons">
        <button type="submit" class="main" disabled={!lines}>
          {text.guessThis}
        </button>
        <button type="button" onClick={another}>
          {text.anotherBug}
        </button>
        <button type="button" onClick={() => go({ hunt: undefined })}>
          {text.leaveGame}
        </button>
      </div>
      {said && (
        <p role="status" class="verdict" data-right={said.right}>
          {said.right ? text.rightGuess : text.wrongGuess}
        </p>
      )}
    </form>
  );
}

/** How far the checks are, and what they say. */
function State() {
  const text = texts.value.break;
  const shipped = shippedCheck.value;
  const now = checking.value;
  const rows = checkRows.value;
  const red = rows?.filter(({ isRed }) => isRed).length;
  return (
    <div role="status" class="said">
      {!shipped && now && <p>{text.checkingShipped(now.done, now.of)}</p>}
      {shipped && (
        <p data-rows={shipped.rows} data-shipped-red={shipped.red}>
          {text.shippedVerdict(shipped.rows, shipped.red)}
        </p>
      )}
      {shipped && broken.value && !rows && <p>{text.checkingBroken}</p>}
      {rows && red !== undefined && (
        <p data-red={red}>
          {text.brokenVerdict(rows.length, red)}
          {red === 0 && broken.value && ` ${text.noRowNotices(broken.value.tests.join(", "))}`}
        </p>
      )}
      {breakProblem.value && <p class="notice">{breakProblem.value}</p>}
    </div>
  );
}

/** The error in words, and its lines. */
function Explained() {
  const text = texts.value.break;
  const shown = broken.value;
  if (!shown) return null;
  const words = text.errors[shown.what];
  return (
    <article>
      <h2>{words?.name ?? shown.what}</h2>
      {words && <p>{words.why}</p>}
      <Difference file={shown.file} lines={shown.lines} />
    </article>
  );
}

function Curves() {
  const text = texts.value.break;
  const { shipped, broken: other } = practiceLosses.value;
  const longer = shipped.length > other.length ? shipped : other;
  const filled = (values: readonly number[]) => longer.map((_, step) => values[step] ?? null);
  const end = trained.value.broken;
  return (
    <>
      <LinePlot
        title={text.practiceCurve}
        x={longer.map((_, step) => step)}
        xLabel={texts.value.step}
        series={[
          { label: text.shippedLines, role: "training", values: filled(shipped) },
          { label: text.brokenLines, role: "validation", values: filled(other) },
        ]}
        height={220}
      />
      <p class="quiet" role="status" data-trained={end !== undefined}>
        {end && !end.launches && text.launchedNot}
        {end?.fallen !== undefined && `${text.fellBroken} ${end.fallen}`}
      </p>
    </>
  );
}
