/** @file A kernel's WGSL to be edited: what the compiler and the check say of it, how fast it is, and a training by it. */
import { useEffect, useRef } from "preact/hooks";
import type { TraceRow } from "../../runner/trace/trace.ts";
import {
  check,
  checkSeed,
  chosen,
  comparison,
  hasPassed,
  isEdited,
  kernelList,
  launched,
  loadKernels,
  messages,
  openKernel,
  outcome,
  progress,
  reset,
  shipped,
  text,
  time,
  timing,
  trainShipped,
  trainWithIt,
  work,
  write,
} from "../kernels.ts";
import { go, opened, place, state, steps, texts } from "../page.ts";
import { duration } from "../parts/duration.ts";
import { CodeEditor } from "../parts/editor.tsx";
import { Roofline } from "../parts/roofline.tsx";
import type { KernelFacts, KernelOutcome } from "../worker/kernels-protocol.ts";

export function KernelsView() {
  const jump = useRef<((line: number) => void) | undefined>(undefined);
  const kernel = chosen.value?.kernel;
  useEffect(() => void loadKernels(), [opened.value, state.value]);
  useEffect(() => {
    if (kernel !== undefined) void openKernel(kernel);
  }, [kernel]);
  if (kernel === undefined) return <p class="empty">{texts.value.openingKernels}</p>;
  return (
    <div class="kernels">
      <section>
        <KernelChoice />
        <Tools />
        <Outcome goTo={(line) => jump.current?.(line)} />
        <TrainingByIt />
        <Times />
      </section>
      <section>
        {shipped.value !== undefined && (
          <CodeEditor
            label={texts.value.textOf(kernel)}
            text={text.value}
            messages={messages.value}
            onChange={write}
            jump={jump}
          />
        )}
        <Messages goTo={(line) => jump.current?.(line)} />
      </section>
    </div>
  );
}

/** Kernels by the folder that they lie in. */
function KernelChoice() {
  const words = texts.value;
  const { kernel, op } = chosen.value!;
  const folders = [...new Set(kernelList.value.map((each) => folderOf(each)))];
  const nameOf = ({ kernel, missing }: KernelFacts) =>
    [
      kernel.slice(kernel.indexOf("/") + 1),
      ...(launched.value.includes(kernel) ? [words.trainsHere] : []),
      ...(missing ? [words.notHere] : []),
    ].join(", ");
  const named = place.value.kernel;
  return (
    <>
      {named !== undefined && named !== kernel && <p class="notice">{words.noSuchKernel(named)}</p>}
      <label class="kernel">
        <span>{words.kernel}</span>
        <select value={kernel} onChange={({ currentTarget }) => go({ kernel: currentTarget.value })}>
          {folders.map((folder) => (
            <optgroup key={folder} label={folder}>
              {kernelList.value
                .filter((each) => folderOf(each) === folder)
                .map((each) => (
                  <option key={each.kernel} value={each.kernel}>
                    {nameOf(each)}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
      </label>
      <p class="quiet">
        {op}
        {isEdited.value && <strong> ({words.edited})</strong>}
      </p>
    </>
  );
}

const folderOf = ({ kernel }: KernelFacts) => kernel.slice(0, kernel.indexOf("/"));

function Tools() {
  const words = texts.value;
  const { kernel, missing } = chosen.value!;
  const isBusy = work.value !== undefined;
  return (
    <>
      <div class="buttons">
        <button type="button" class="main" disabled={isBusy || missing !== undefined} onClick={check}>
          {words.check}
        </button>
        <button type="button" disabled={isBusy || !hasPassed.value} onClick={time}>
          {words.timeIt}
        </button>
        <button type="button" disabled={isBusy || !hasPassed.value} onClick={trainWithIt}>
          {words.trainWithIt}
        </button>
        <button type="button" disabled={!isEdited.value} onClick={reset}>
          {words.resetText}
        </button>
        <label>
          {words.seed}
          <input
            type="number"
            min="0"
            max="999999999"
            value={checkSeed.value}
            onChange={({ currentTarget }) => {
              if (currentTarget.checkValidity()) checkSeed.value = Number(currentTarget.value);
            }}
          />
        </label>
      </div>
      {missing && <p class="notice">{words.missingOf[missing]}</p>}
      {hasPassed.value && !launched.value.includes(kernel) && (
        <p class="notice quiet">{words.notLaunched(kernel)}</p>
      )}
      <p class="quiet">{words.checkHint}</p>
    </>
  );
}

/** What the check says, in words. */
function Outcome({ goTo }: { readonly goTo: (line: number) => void }) {
  const words = texts.value;
  const found = outcome.value;
  const [done, all] = progress.value ?? [0, 0];
  if (work.value !== undefined)
    return (
      <p class="outcome" role="status">
        {work.value === "check" ? words.checking : words.timing}{" "}
        {work.value === "check" && all > 0 && <progress aria-label={words.checking} max={all} value={done} />}
      </p>
    );
  if (!found) return null;
  const line = "line" in found ? found.line : undefined;
  return (
    <div class="outcome" role="status" data-outcome={found.kind}>
      <p>
        <strong>{words.outcomes[found.kind]}</strong> {said(found)}{" "}
        {line !== undefined && (
          <button type="button" class="plain link" data-line={line} onClick={() => goTo(line)}>
            {words.lineOf(line)}
          </button>
        )}
      </p>
      {"label" in found && <p class="quiet">{found.label}</p>}
    </div>
  );
}

function said(found: KernelOutcome): string {
  const words = texts.value;
  switch (found.kind) {
    case "passed":
      return words.passedCases(found.cases);
    case "differs":
      return words.differsAt(`${found.what}[${found.index}]`, String(found.got), String(found.expected));
    case "loops":
      return words.loopTurns(found.turns);
    case "outside":
      return words.outsideAt(found.name, found.index);
    case "silent":
      return words.silentFor(found.seconds);
    default:
      return found.message;
  }
}

function Messages({ goTo }: { readonly goTo: (line: number) => void }) {
  const words = texts.value;
  if (messages.value.length === 0) return null;
  return (
    <ul class="messages" aria-label={words.compilerSays} aria-live="polite">
      {messages.value.map(({ type, line, message }) => (
        <li key={`${line} ${message}`} data-type={type} data-line={line}>
          <button type="button" class="plain link" onClick={() => goTo(line)}>
            {words.lineOf(line)}
          </button>{" "}
          {message}
        </li>
      ))}
    </ul>
  );
}

/** The open training, if it is one by an edited text: what differs from that by the shipped one. */
function TrainingByIt() {
  const words = texts.value;
  const edit = opened.value?.edit;
  if (!edit) return null;
  const compared = comparison.value;
  const first = compared?.firstDifference;
  const hashes = compared?.epochs.at(-1);
  return (
    <div
      class="trained"
      data-edit={edit.kernel}
      data-steps={steps.value.length}
      data-compared={compared?.steps ?? 0}
      data-difference={first?.step}
    >
      <p>
        <strong>{words.trainsByEdit(edit.kernel)}</strong>{" "}
        <span class="quiet" title={edit.hash}>
          SHA-256 {edit.hash.slice(0, 8)}
        </span>
      </p>
      <p role="status">
        {!compared?.steps && words.nothingToCompare}
        {!!compared?.steps &&
          (first
            ? words.lossDiffers(first.step, String(first.loss), String(first.other))
            : words.lossesEqual(compared.steps))}
      </p>
      {hashes && (
        <p data-hash={hashes.hash} data-other={hashes.other}>
          {words.weightsAfter(hashes.epoch)} <code title={hashes.hash}>{hashes.hash.slice(0, 8)}</code>
          {hashes.other !== undefined && (
            <>
              {hashes.other === hashes.hash ? " = " : " ≠ "}
              <code title={hashes.other}>{hashes.other.slice(0, 8)}</code>
            </>
          )}
        </p>
      )}
      <button type="button" onClick={trainShipped}>
        {words.trainShipped}
      </button>
    </div>
  );
}

/** In the unit of what bounds the kernel. */
const speedOf = ({ bound, gflops, gbytes_per_s }: TraceRow) =>
  bound === "arithmetic" ? `${gflops.toPrecision(3)} GFLOP/s` : `${gbytes_per_s.toPrecision(3)} GB/s`;

function Times() {
  const words = texts.value;
  const found = timing.value;
  if (!found) return null;
  const { kernels, ceilings } = found;
  const nameOf = (isEdited: boolean, name: string) => (isEdited ? words.thisText : name);
  return (
    <>
      <p class="quiet">{kernels[0]!.problem}</p>
      <div class="scrolled">
        <table class="times">
          <thead>
            <tr>
              {[words.kernel, words.time, words.speed, words.ceiling].map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {kernels.map(({ isEdited, row }, i) => (
              <tr key={i} data-edited={isEdited}>
                <th scope="row">
                  {isEdited ? <strong>{words.thisText}</strong> : row.name.slice(row.name.indexOf("/") + 1)}
                </th>
                <td>{duration(row.microseconds / 1000)}</td>
                <td>{speedOf(row)}</td>
                <td>{(100 * row.ceiling_fraction).toPrecision(2)} %</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Roofline
        title={words.rooflineOfKernel}
        rows={kernels.map(({ isEdited, row }) => ({ ...row, name: nameOf(isEdited, row.name) }))}
        ceilings={ceilings}
        chosen={0}
      />
    </>
  );
}
