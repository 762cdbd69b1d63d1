/** @file The microscope: any number of the next training step as the sum that made it, and its gradient as the sum that made that. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AddressExplanation } from "../../lessons/microscope/explain-address.ts";
import { bitsOf, exactly, shortly } from "../../lessons/microscope/numbers.ts";
import {
  askAt,
  explained,
  explainedPlace,
  isAsking,
  planes,
  problem,
  record,
  recorded,
} from "../magnified.ts";
import { opened, place, proceed, state, texts } from "../page.ts";
import { Chain, NumberLink, OneExplanation, Shares } from "../parts/explanation.tsx";
import { PlaneMap } from "../parts/plane.tsx";
import type { RecordedStep } from "../worker/protocol.ts";

type NamedPlace = RecordedStep["places"][number];

/** In the middle of the tensor: at a border there is little to see. */
const middleOf = ({ name, shape, kind }: NamedPlace) => {
  const index = shape.map((size, axis) => (axis === 0 && kind !== "weight" ? 0 : Math.floor((size - 1) / 2)));
  return index.length > 0 ? `${name}[${index.join(",")}]` : name;
};

export function Microscope() {
  const text = texts.value;
  const isOpen = opened.value !== undefined;
  useEffect(() => {
    if (isOpen) void begin();
  }, [isOpen]);
  const step = recorded.value;
  if (!step) return <p class="empty">{problem.value ?? (isOpen ? text.recording : text.states.opening)}</p>;
  return (
    <div class="microscope">
      <section>
        <Chooser step={step} />
        <Planes />
      </section>
      <section class="scrolled" aria-live="polite" aria-busy={isAsking.value}>
        {problem.value !== undefined && <p class="notice">{problem.value}</p>}
        {explainedPlace.value ? (
          <WithoutAddress />
        ) : (
          explained.value && <WithAddress explanation={explained.value} />
        )}
      </section>
    </div>
  );
}

/** Records the step, and asks about what the link names or about a weight. */
async function begin(): Promise<void> {
  await record();
  const first = recorded.value?.places.find(({ kind }) => kind === "weight");
  if (recorded.value) await askAt(place.value.at || (first ? middleOf(first) : "loss"));
}

/** Which number, and of which step. */
function Chooser({ step }: { readonly step: RecordedStep }) {
  const text = texts.value;
  const address = place.value.at;
  const name = address.split("[")[0];
  const typed = useSignal(address);
  useEffect(() => {
    typed.value = address;
  }, [address]);
  return (
    <>
      <p class="state">
        <span>{text.stepRecorded(step.step, step.launches)}</span>
        {state.value === "paused" && (
          <button type="button" onClick={() => proceed()}>
            {text.proceed}
          </button>
        )}
        {state.value === "training" && (
          <button type="button" class="main" onClick={() => begin()}>
            {text.pauseHere}
          </button>
        )}
      </p>
      <label class="field">
        {text.tensor}
        <select
          value={name}
          onChange={({ currentTarget }) => {
            const chosen = step.places.find((each) => each.name === currentTarget.value);
            if (chosen) void askAt(middleOf(chosen));
          }}
        >
          {step.places.map(({ name: each, shape }) => (
            <option key={each} value={each}>
              {each} [{shape.join(", ")}]
            </option>
          ))}
        </select>
      </label>
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault();
          void askAt(typed.value);
        }}
      >
        <label>
          {text.address}
          <input
            type="text"
            value={typed.value}
            spellcheck={false}
            onInput={({ currentTarget }) => {
              typed.value = currentTarget.value;
            }}
          />
        </label>
        <button type="submit">{text.show}</button>
      </form>
    </>
  );
}

/** Where the number lies: its plane, and that of its gradient, to be clicked or walked over by the arrow keys. */
function Planes() {
  const text = texts.value;
  const shown = planes.value;
  const address = place.value.at;
  const [, name, list] = /^([^[]+)(?:\[(.*)\])?$/.exec(address) ?? [];
  if (!shown || name === undefined || !list) return null;
  const index = list.split(",").map(Number);
  const choose = (to: readonly number[]) => void askAt(`${name}[${to.join(",")}]`);
  return (
    <div class="planes">
      <PlaneMap plane={shown.value} label={`${name}`} index={index} onChoose={choose} />
      {shown.gradient && (
        <PlaneMap
          plane={shown.gradient}
          label={`${text.gradientOf} ${name}`}
          index={index}
          onChoose={choose}
        />
      )}
    </div>
  );
}

function WithAddress({ explanation }: { readonly explanation: AddressExplanation }) {
  const text = texts.value;
  const { address, value, forward, gradient, backward, update, contributors, consequences } = explanation;
  return (
    <>
      <h2>
        <code>{address}</code>
      </h2>
      <Facts explanation={explanation} />
      {forward.length > 0 && (
        <Part title={`${text.theValue}, ${shortly(value)}`}>
          <Chain chain={forward} />
        </Part>
      )}
      {gradient !== undefined && (
        <Part title={`${text.theGradient}, ${shortly(gradient)}`}>
          <Chain chain={backward} />
        </Part>
      )}
      {update && (
        <Part title={text.theUpdate}>
          <OneExplanation explanation={update} />
        </Part>
      )}
      <div class="both">
        <Shares title={text.whereFrom} shares={contributors} />
        <Shares title={text.whereTo} shares={consequences} />
      </div>
    </>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: preact.ComponentChildren }) {
  return (
    <details open>
      <summary>{title}</summary>
      {children}
    </details>
  );
}

/** Value, gradient, central difference and what the step makes of it, side by side. */
function Facts({
  explanation: { value, gradient, difference, update },
}: {
  readonly explanation: AddressExplanation;
}) {
  const text = texts.value;
  const rows: [string, string, string?][] = [[text.value, exactly(value), bitsOf(value)]];
  if (gradient !== undefined) rows.push([text.gradientNorm, exactly(gradient), bitsOf(gradient)]);
  if (difference)
    rows.push([text.centralDifference, shortly(difference.slope), `± ${shortly(difference.resolution)}`]);
  if (update) rows.push([text.afterStep, exactly(update.number.value), bitsOf(update.number.value)]);
  return (
    <dl class="bounds">
      {rows.map(([name, number, more]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {number} <span class="quiet">{more}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** A number that only launches know. */
function WithoutAddress() {
  const text = texts.value;
  const { number, made, contributors, consequences } = explainedPlace.value!;
  return (
    <>
      <h2>
        <NumberLink number={number} /> <span class="quiet">{number.kernel}</span>
      </h2>
      {made ? <OneExplanation explanation={made} /> : <p>{text.before}</p>}
      <div class="both">
        <Shares title={text.whereFrom} shares={contributors} />
        <Shares title={text.whereTo} shares={consequences} />
      </div>
    </>
  );
}
