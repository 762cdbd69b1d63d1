/** @file Two trainings of the chosen experiment side by side: what they differ in, both losses, and whether their bits do. */
import { place, texts } from "../page.ts";
import { LinePlot } from "../parts/line-plot.tsx";
import {
  changeRacer,
  fallen,
  losses,
  raceEpochs,
  raceFacts,
  raceMessage,
  racerOf,
  raceState,
  startRace,
  stopRace,
} from "../race.ts";
import { initializerNames, optimizerNames, readRate } from "../racer.ts";
import type { Side } from "../worker/turns.ts";

const sides = [0, 1] as const satisfies readonly Side[];

export function RaceView() {
  return (
    <div class="race">
      <section>
        {sides.map((side) => (
          <Choices key={side} side={side} />
        ))}
        <Controls />
      </section>
      <section>
        <Losses />
        <Epochs />
      </section>
    </div>
  );
}

/** A name of a list, or as the experiment has it. */
function NameChoice<Name extends string>(props: {
  readonly label: string;
  readonly names: readonly Name[];
  readonly value: Name | undefined;
  readonly onChoose: (name: Name | undefined) => void;
}) {
  const { label, names, value, onChoose } = props;
  return (
    <label>
      <span>{label}</span>
      <select
        value={value ?? ""}
        onChange={({ currentTarget }) => onChoose(names.find((name) => name === currentTarget.value))}
      >
        <option value="">{texts.value.asExperiment}</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Choices({ side }: { readonly side: Side }) {
  const text = texts.value;
  const { optimizer, learningRate, initializer, seed } = racerOf(side);
  const rateOf = (value: string) => (value === "" ? undefined : readRate(value));
  return (
    <fieldset class="racer" data-side={side}>
      <legend>{text.side(text.sides[side]!)}</legend>
      <NameChoice
        label={text.optimizer}
        names={optimizerNames}
        value={optimizer}
        onChoose={(name) => changeRacer(side, { optimizer: name })}
      />
      <label>
        <span>{text.learningRate}</span>
        <input
          type="number"
          step="any"
          min="1e-12"
          max="1000"
          placeholder={text.default}
          value={learningRate ?? ""}
          onChange={({ currentTarget }) =>
            currentTarget.checkValidity() && changeRacer(side, { learningRate: rateOf(currentTarget.value) })
          }
        />
      </label>
      <NameChoice
        label={text.initializer}
        names={initializerNames}
        value={initializer}
        onChoose={(name) => changeRacer(side, { initializer: name })}
      />
      <label>
        <span>{text.seed}</span>
        <input
          type="number"
          min="0"
          max="999999999"
          placeholder={String(place.value.seed)}
          value={seed ?? ""}
          onChange={({ currentTarget: { value, validity } }) =>
            validity.valid && changeRacer(side, { seed: value === "" ? undefined : Number(value) })
          }
        />
      </label>
    </fieldset>
  );
}

function Controls() {
  const text = texts.value;
  const now = raceState.value;
  const isOn = now === "opening" || now === "racing";
  const facts = raceFacts.value;
  return (
    <>
      <div class="buttons">
        <button type="button" class="main" onClick={() => (isOn ? stopRace() : startRace())}>
          {isOn ? text.stopRace : text.startRace}
        </button>
      </div>
      <p class="state" role="status" data-race={now}>
        {now && <strong>{text.raceStates[now]}</strong>} {raceMessage.value}
        {facts &&
          sides.map((side) => (
            <span key={side}>
              {text.racedWith(
                text.sides[side]!,
                facts.sides[side].optimizer,
                String(facts.sides[side].learningRate),
              )}
            </span>
          ))}
      </p>
      {sides.map(
        (side) =>
          fallen.value[side] !== undefined && (
            <p class="notice" key={side} data-fallen={side}>
              {text.fell(text.sides[side]!)} <span class="quiet">{fallen.value[side]}</span>
            </p>
          ),
      )}
      <p class="quiet">{text.raceHint}</p>
    </>
  );
}

function Losses() {
  const text = texts.value;
  const [left, right] = losses.value;
  const longer = left.length > right.length ? left : right;
  const filled = (values: readonly number[]) => longer.map((_, step) => values[step] ?? null);
  return (
    <LinePlot
      title={text.lossOfSteps}
      x={longer.map((_, step) => step)}
      xLabel={text.step}
      series={[
        { label: text.sides[0]!, role: "training", values: filled(left) },
        { label: text.sides[1]!, role: "validation", values: filled(right) },
      ]}
      height={240}
    />
  );
}

function Epochs() {
  const text = texts.value;
  const [left, right] = raceEpochs.value;
  const longer = left.length > right.length ? left : right;
  if (longer.length === 0) return null;
  return (
    <div class="scrolled">
      <table class="epochs">
        <caption>{text.afterEpochs}</caption>
        <thead>
          <tr>
            <th scope="col">{text.epoch}</th>
            {text.sides.map((name) => (
              <th scope="col" key={name}>
                {text.accuracyOf(name)}
              </th>
            ))}
            {text.sides.map((name) => (
              <th scope="col" key={name}>
                {text.hashOf(name)}
              </th>
            ))}
            <th scope="col">{text.bits}</th>
          </tr>
        </thead>
        <tbody>
          {longer.map(({ epoch }, i) => (
            <EpochRow key={epoch} row={i} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function EpochRow({ row }: { readonly row: number }) {
  const text = texts.value;
  const both = sides.map((side) => raceEpochs.value[side][row]);
  const [left, right] = both;
  const isEqual = left && right ? left.hash === right.hash : undefined;
  return (
    <tr data-epoch={row} data-equal={isEqual}>
      <th scope="row">{row}</th>
      {sides.map((side) => (
        <td key={side}>{both[side]?.accuracy?.toFixed(4)}</td>
      ))}
      {sides.map((side) => (
        <td key={side} class="hash" title={both[side]?.hash} data-hash={both[side]?.hash}>
          {both[side]?.hash.slice(0, 8)}
        </td>
      ))}
      <td class={isEqual === false ? "different" : "equal"}>
        {isEqual !== undefined && (
          <>
            {isEqual ? "=" : "≠"} <span>{isEqual ? text.equalBits : text.differentBits}</span>
          </>
        )}
      </td>
    </tr>
  );
}
