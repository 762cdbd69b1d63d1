/** @file A training step in slow motion: every launch of the recording that is replayed, one after the other. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { grouped, lab, opened, pause, state, texts } from "../page.ts";
import { Operand } from "../parts/operand.tsx";
import { isMeasuring, measureStep, stepTrace } from "../step-traces.ts";
import type { OperandValues, StepTrace } from "../worker/protocol.ts";

/** A launch stays on for so long while it plays. */
const playMilliseconds = 700;

export function SlowMotion() {
  const text = texts.value;
  const facts = opened.value;
  const trace = stepTrace.value;
  const at = useSignal(0);
  const playing = useSignal(false);
  useEffect(() => {
    if (facts && trace?.batch !== facts.batchSize) void measureStep(facts.batchSize);
  }, [facts]);
  const count = trace?.rows.length ?? 0;
  const isPlaying = playing.value;
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setInterval(() => {
      if (at.value + 1 < count) at.value++;
      else playing.value = false;
    }, playMilliseconds);
    return () => clearInterval(timer);
  }, [isPlaying, count]);
  if (!trace || !facts)
    return <p class="empty">{isMeasuring.value ? text.measuring : text.states.opening}</p>;
  const row = Math.min(at.value, count - 1);
  const show = (to: number) => {
    at.value = Math.max(0, Math.min(to, count - 1));
  };
  return (
    <div class="slow-motion">
      <h2>{text.stepOf(trace.batch)}</h2>
      <div class="buttons">
        <button type="button" class="main" onClick={() => startOrStop()}>
          {isPlaying ? text.freeze : text.play}
        </button>
        <button type="button" onClick={() => show(row - 1)}>
          {text.back}
        </button>
        <button type="button" onClick={() => show(row + 1)}>
          {text.forward}
        </button>
        <button type="button" onClick={() => measureStep(facts.batchSize)} disabled={isMeasuring.value}>
          {text.measureAgain}
        </button>
      </div>
      <input
        type="range"
        class="scrubber"
        min="0"
        max={count - 1}
        value={row}
        aria-label={text.launch}
        aria-valuetext={trace.rows[row]!.name}
        onInput={({ currentTarget }) => show(Number(currentTarget.value))}
      />
      <Timeline trace={trace} row={row} onChoose={show} />
      <Launch trace={trace} row={row} />
      <Numbers launch={row} />
      <Launches trace={trace} row={row} onChoose={show} />
    </div>
  );

  function startOrStop(): void {
    if (!isPlaying && row === count - 1) at.value = 0;
    playing.value = !isPlaying;
  }
}

interface Props {
  readonly trace: StepTrace;
  readonly row: number;
  readonly onChoose: (row: number) => void;
}

/** The step from left to right, every launch as wide as it took long. */
function Timeline({ trace, row, onChoose }: Props) {
  return (
    <div class="timeline" aria-hidden="true">
      {trace.rows.map(({ share, bound, name }, i) => (
        <button
          type="button"
          tabIndex={-1}
          key={i}
          class={bound}
          data-chosen={i === row}
          style={{ flexGrow: Math.max(share, 0.002) }}
          title={name}
          onClick={() => onChoose(i)}
        />
      ))}
    </div>
  );
}

/** All that is known of a launch. */
function Launch({ trace, row }: Omit<Props, "onChoose">) {
  const text = texts.value;
  const launch = trace.rows[row]!;
  const facts = [
    [text.kernel, launch.name],
    [text.operands, launch.operands || "–"],
    [text.workgroups, launch.workgroups.join(" x ") || "–"],
    [text.time, `${launch.microseconds.toFixed(1)} µs`],
    [text.operations, grouped(launch.flops)],
    [text.bytes, grouped(launch.bytes)],
    [text.speed, `${launch.gflops.toPrecision(3)} GFLOP/s, ${launch.gbytes_per_s.toPrecision(3)} GB/s`],
    [text.ceiling, `${(100 * launch.ceiling_fraction).toFixed(1)} % (${text.bounds[launch.bound]})`],
  ];
  return (
    <dl class="launch" aria-live="polite">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The operands' numbers, while training waits. */
function Numbers({ launch }: { readonly launch: number }) {
  const text = texts.value;
  const operands = useSignal<readonly OperandValues[]>([]);
  const isTraining = state.value === "training";
  useEffect(() => {
    let isWanted = true;
    const show = (found: readonly OperandValues[] | undefined) => {
      if (isWanted) operands.value = found ?? [];
    };
    // a training that is closed meanwhile has nothing to show
    if (!isTraining) void lab.launchValues(launch).then(show, () => show([]));
    return () => {
      isWanted = false;
    };
  }, [launch, isTraining, opened.value]);
  if (isTraining)
    return (
      <p>
        <button type="button" onClick={() => pause()}>
          {text.showNumbers}
        </button>
      </p>
    );
  return (
    <section class="operands" aria-label={text.readsAndWrites}>
      <h2>{text.readsAndWrites}</h2>
      {operands.value.map((operand, i) => (
        <Operand key={i} operand={operand} />
      ))}
    </section>
  );
}

function Launches({ trace, row, onChoose }: Props) {
  const text = texts.value;
  return (
    <div class="scrolled list">
      <table>
        <thead>
          <tr>
            {["#", text.kernel, text.time, text.share, text.operations, text.bytes, text.ceiling].map(
              (name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {trace.rows.map(({ name, microseconds, share, flops, bytes, ceiling_fraction }, i) => (
            <tr key={i} aria-current={i === row ? "true" : undefined}>
              <td>{i + 1}</td>
              <th scope="row">
                <button type="button" class="plain" onClick={() => onChoose(i)}>
                  <code>{name}</code>
                </button>
              </th>
              <td>{microseconds.toFixed(1)} µs</td>
              <td>{(100 * share).toFixed(1)} %</td>
              <td>{flops > 0 ? grouped(flops) : "–"}</td>
              <td>{grouped(bytes)}</td>
              <td>{(100 * ceiling_fraction).toFixed(0)} %</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
