/** @file A network of one's own: its layers, what it learns from and how, its training, and the files that it leaves as. */
import { computed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { dataNames, layerOf, ownName } from "../design.ts";
import { type LayerKindName, layerKindNames } from "../layer-kinds.ts";
import {
  begin,
  checkedDesign,
  chosenLayer,
  design,
  downloadAs,
  leftOut,
  networkProblem,
  spliceLayers,
  trainDesign,
  watchNetwork,
} from "../network.ts";
import { experiments, grouped, opened, pause, place, proceed, state, steps, texts } from "../page.ts";
import { LayerForm } from "../parts/layer-form.tsx";
import { LinePlot } from "../parts/line-plot.tsx";
import { NetworkSettings } from "../parts/network-settings.tsx";
import { Shape } from "../parts/shape.tsx";
import { exportFormats } from "../worker/network-protocol.ts";

export function Network() {
  useEffect(watchNetwork, []);
  if (!design.value) return <p class="empty">{texts.value.states.opening}</p>;
  return (
    <div class="network">
      <section>
        <Begin />
        <Layers />
        <Add />
        <p class="quiet">{texts.value.network.asKeras}</p>
      </section>
      <section>
        <NetworkSettings />
        <Training />
        <TakeAway />
      </section>
    </div>
  );
}

/** Experiments on the data sets that a network of the visitor's can learn from. */
const beginnings = computed(() =>
  experiments.value.filter(({ dataset }) => dataNames.some((name) => name === dataset)),
);

function Begin() {
  const text = texts.value.network;
  const { experiment, profile } = place.value;
  return (
    <>
      <div class="field">
        <label>
          {text.beginAgain}
          <select
            value={experiment}
            onChange={({ currentTarget }) => void begin(currentTarget.value, profile)}
          >
            {experiment === ownName && <option value={ownName}>–</option>}
            {beginnings.value.map(({ id }) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </label>
      </div>
      {leftOut.value.length > 0 && <p class="quiet">{text.leftOut(leftOut.value.join(", "))}</p>}
    </>
  );
}

function Layers() {
  const text = texts.value.network;
  const { input, layers } = design.value!;
  const checked = checkedDesign.value;
  return (
    <>
      <ol class="stack" aria-label={text.layers}>
        <li>
          <span class="head">
            <code>Input</code> <Shape shape={input} />
          </span>
        </li>
        {layers.map((_, i) => (
          <Layer key={i} index={i} />
        ))}
      </ol>
      <p class="said" role="status" data-parameters={checked?.parameters}>
        {checked?.parameters !== undefined && `${grouped(checked.parameters)} ${text.weights}. `}
        {checked?.problem && <strong class="problem">{text.problem(checked.problem)}</strong>}
      </p>
    </>
  );
}

/** A layer with its shape, or why it cannot stand there. */
function Layer({ index }: { readonly index: number }) {
  const text = texts.value.network;
  const { layers } = design.value!;
  const layer = layers[index]!;
  const said = checkedDesign.value?.layers[index];
  const isOpen = chosenLayer.value === index;
  const move = (by: number) => {
    const to = index + by;
    const [first, second] = [Math.min(index, to), Math.max(index, to)];
    spliceLayers(first, 2, layers[second]!, layers[first]!);
    if (isOpen) chosenLayer.value = to;
  };
  const buttons = [
    { sign: "↑", name: text.above, disabled: index === 0, act: () => move(-1) },
    { sign: "↓", name: text.below, disabled: index === layers.length - 1, act: () => move(1) },
    { sign: "✕", name: text.remove, disabled: false, act: () => spliceLayers(index, 1) },
  ];
  return (
    <li data-layer={layer.kind} data-wrong={said !== undefined && "problem" in said}>
      <span class="head">
        <button
          type="button"
          class="plain"
          aria-expanded={isOpen}
          onClick={() => {
            chosenLayer.value = isOpen ? undefined : index;
          }}
        >
          {isOpen ? "▾" : "▸"} <code>{layer.kind}</code>
        </button>
        {said && "outputShape" in said && (
          <span class="quiet">
            <Shape shape={said.outputShape} />
            {said.parameters > 0 && ` ${grouped(said.parameters)} ${text.weights}`}
          </span>
        )}
        <span class="moves">
          {buttons.map(({ sign, name, disabled, act }) => (
            <button
              key={sign}
              type="button"
              aria-label={`${name}: ${layer.kind} ${index + 1}`}
              disabled={disabled}
              onClick={act}
            >
              {sign}
            </button>
          ))}
        </span>
      </span>
      {said && "problem" in said && said.problem && <p class="problem">{said.problem}</p>}
      {isOpen && <LayerForm layer={layer} onChange={(other) => spliceLayers(index, 1, other)} />}
    </li>
  );
}

/** Behind the layer whose form is open; else before the last. */
function Add() {
  const text = texts.value.network;
  const kind = useSignal<LayerKindName>("Conv2D");
  const add = () => {
    const { layers } = design.value!;
    const at = chosenLayer.value === undefined ? Math.max(0, layers.length - 1) : chosenLayer.value + 1;
    spliceLayers(at, 0, layerOf(kind.value));
    chosenLayer.value = at;
  };
  return (
    <div class="field">
      <label>
        {text.addLayer}
        <select
          value={kind.value}
          onChange={({ currentTarget }) => {
            kind.value = layerKindNames.find((name) => name === currentTarget.value) ?? kind.value;
          }}
        >
          {layerKindNames.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="button" onClick={add}>
        {text.add}
      </button>
    </div>
  );
}

const isOwnOpen = () => opened.value?.choice.experiment.startsWith(`${ownName}-`) ?? false;

function Training() {
  const text = texts.value;
  const checked = checkedDesign.value;
  const canTrain = checked?.parameters !== undefined && checked.problem === undefined;
  const isOwn = isOwnOpen();
  const now = state.value;
  const points = isOwn ? steps.value : [];
  const last = points.at(-1);
  return (
    <>
      <div class="buttons">
        <button type="button" class="main" disabled={!canTrain} onClick={() => trainDesign()}>
          {text.network.train}
        </button>
        <button
          type="button"
          disabled={!isOwn || (now !== "training" && now !== "paused")}
          onClick={() => (now === "paused" ? proceed() : pause())}
        >
          {now === "paused" ? text.proceed : text.pause}
        </button>
      </div>
      <p class="state" data-state={now} data-own={isOwn}>
        <strong>{text.states[now]}</strong>
        {isOwn && last && (
          <span>
            {text.step} {last.step + 1} {text.of} {opened.value!.epochs * opened.value!.stepsPerEpoch}
          </span>
        )}
      </p>
      {isOwn && (
        <LinePlot
          title={text.lossOfSteps}
          x={points.map(({ step }) => step)}
          xLabel={text.step}
          series={[{ label: text.training, role: "training", values: points.map(({ loss }) => loss) }]}
          height={150}
        />
      )}
    </>
  );
}

function TakeAway() {
  const text = texts.value.network;
  return (
    <>
      <h2>{text.takeAway}</h2>
      <div class="buttons">
        {exportFormats.map((format) => (
          <button
            key={format}
            type="button"
            title={text.formatHints[format]}
            disabled={format !== "typescript" && !opened.value}
            onClick={() => downloadAs(format)}
          >
            {text.formats[format]}
          </button>
        ))}
      </div>
      <p class="quiet">
        {isOwnOpen() ? text.isOpen : text.otherOpen(opened.value?.title ?? "–")} {text.link}
      </p>
      {networkProblem.value && <p class="notice">{networkProblem.value}</p>}
    </>
  );
}
