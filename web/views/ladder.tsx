/** @file The ladder: from the naive kernel to the matrix units, each rung as a part of this GPU's measured peak. */
import { climb, downloadLadder, facts, isClimbing, rungs, timedNow, wantedLadders } from "../ladder.ts";
import { nameOf } from "../ladder-file.ts";
import { go, grouped, texts } from "../page.ts";
import { duration } from "../parts/duration.ts";
import { type LadderName, ladderNames, type MeasuredRung } from "../worker/kernels-protocol.ts";

export function Ladder() {
  const text = texts.value;
  const measured = facts.value;
  const shown = ladderNames.filter((name) => rungs.value[name]);
  return (
    <div class="ladder">
      <section>
        <Choices />
        <p class="quiet">{text.ladderHint}</p>
      </section>
      <section>
        {measured && (
          <p>
            {nameOf(measured.adapter)}.{" "}
            <span class="quiet">{text.peakIs(measured.ceilings.f32GigaFlops.toPrecision(4))}</span>
          </p>
        )}
        {shown.map((name) => (
          <Rungs key={name} name={name} rungs={rungs.value[name]!} />
        ))}
      </section>
    </div>
  );
}

function Choices() {
  const text = texts.value;
  const wanted = wantedLadders.value;
  const toggle = (name: LadderName) => {
    const next = ladderNames.filter((other) => wanted.includes(other) !== (other === name));
    if (next.length > 0) go({ ladders: next.length === ladderNames.length ? undefined : next.join(".") });
  };
  const now = timedNow.value;
  return (
    <>
      <fieldset disabled={isClimbing.value}>
        {ladderNames.map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              name={name}
              checked={wanted.includes(name)}
              onChange={({ currentTarget }) => {
                toggle(name);
                currentTarget.checked = wantedLadders.value.includes(name); // one stays
              }}
            />
            {text.ladderNames[name]}
          </label>
        ))}
      </fieldset>
      <div class="buttons">
        <button type="button" class="main" disabled={isClimbing.value} onClick={climb}>
          {text.climb}
        </button>
        <button type="button" disabled={isClimbing.value || !facts.value} onClick={downloadLadder}>
          {text.downloadLadder}
        </button>
      </div>
      <p
        class="quiet climbing"
        role="status"
        data-state={isClimbing.value ? "climbing" : facts.value && "done"}
      >
        {isClimbing.value
          ? now
            ? text.climbing(text.ladderNames[now.ladder], now.variant)
            : text.measuringCeilings
          : facts.value && text.climbed}
      </p>
    </>
  );
}

function Rungs({ name, rungs }: { readonly name: LadderName; readonly rungs: readonly MeasuredRung[] }) {
  const text = texts.value;
  const first = rungs.find((rung) => "row" in rung)?.row;
  return (
    <div class="scrolled">
      <table class="rungs" data-ladder={name}>
        <caption>
          {text.ladderNames[name]}{" "}
          {first && <span class="quiet">{text.problemOf(first.workload, first.batch)}</span>}
        </caption>
        <thead>
          <tr>
            <th scope="col">{text.rung}</th>
            <th scope="col" class="drawn-rung">
              {text.ofPeak}
            </th>
            <th scope="col">%</th>
            <th scope="col">GFLOP/s</th>
            <th scope="col">{text.medianTime}</th>
          </tr>
        </thead>
        <tbody>
          {rungs.map((rung) => (
            <Rung key={rung.variant} rung={rung} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Rung({ rung }: { readonly rung: MeasuredRung }) {
  const text = texts.value;
  const { variant } = rung;
  if (!("row" in rung))
    return (
      <tr data-rung={variant}>
        <th scope="row">{variant}</th>
        <td colSpan={4} class="not-timed">
          {"missing" in rung ? text.rungMissing[rung.missing] : text.rungWrong(rung.wrong)}
        </td>
      </tr>
    );
  const { gflops, ms } = rung.row;
  const share = gflops / facts.value!.ceilings.f32GigaFlops;
  return (
    <tr data-rung={variant} data-gflops={gflops}>
      <th scope="row">{variant}</th>
      <td class="drawn-rung">
        <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
          <rect width="100" height="10" class="peak" />
          <rect width={Math.min(100, 100 * share)} height="10" class="reached" />
        </svg>
      </td>
      <td>{(100 * share).toPrecision(3)}</td>
      <td>{gflops >= 1000 ? grouped(Math.round(gflops)) : gflops.toPrecision(3)}</td>
      <td>{duration(ms.median)}</td>
    </tr>
  );
}
