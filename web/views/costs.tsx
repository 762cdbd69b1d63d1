/** @file Shapes and costs of the layers, and what bounds a step as its batch grows. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { layerCosts } from "../layer-costs.ts";
import { go, grouped, opened, texts } from "../page.ts";
import { Roofline } from "../parts/roofline.tsx";
import { Shape } from "../parts/shape.tsx";
import { isMeasuring, measureStep, stepTrace } from "../step-traces.ts";
import type { LayerFacts, Opened, StepTrace } from "../worker/protocol.ts";

const largestPower = 9; // 512 images

export function Costs() {
  const facts = opened.value;
  if (!facts) return <p class="empty">{texts.value.states.opening}</p>;
  return (
    <div class="costs">
      <section class="scrolled">
        <LayerTable facts={facts} />
      </section>
      <section>
        <Step facts={facts} />
      </section>
    </div>
  );
}

/** An address in the middle of a layer's output for the first image of the batch. */
function middleOf(name: string, outputShape: readonly number[]): string {
  return `${name}[${[0, ...outputShape.map((size) => Math.floor((size - 1) / 2))].join(",")}]`;
}

function LayerTable({ facts }: { readonly facts: Opened }) {
  const text = texts.value;
  const shapes = new Map(facts.layers.map(({ name, outputShape }) => [name, outputShape]));
  const costsOf = (layer: LayerFacts) =>
    layerCosts(layer, shapes.get(layer.inputs[0] ?? "") ?? layer.outputShape);
  const rows = facts.layers.map((layer) => ({ layer, costs: costsOf(layer) }));
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
  return (
    <table>
      <caption>{text.layerCosts}</caption>
      <thead>
        <tr>
          {[
            text.layer,
            text.output,
            text.outputSize,
            text.parameters,
            text.flopPerImage,
            text.bytesPerImage,
          ].map((name) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ layer: { name, className, outputShape }, costs: { size, weights, flops, bytes } }) => (
          <tr key={name}>
            <th scope="row">
              <button
                type="button"
                class="plain link"
                title={className}
                onClick={() => go({ view: "microscope", at: middleOf(name, outputShape) })}
              >
                <code>{name}</code>
              </button>
            </th>
            <td>
              <Shape shape={outputShape} />
            </td>
            <td class="formula">{size}</td>
            <td class="formula">{weights}</td>
            <td>{flops > 0 && grouped(flops)}</td>
            <td>{grouped(bytes)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{text.together}</th>
          <td />
          <td />
          <td>{grouped(sum(({ layer }) => layer.parameters))}</td>
          <td>{grouped(sum(({ costs }) => costs.flops))}</td>
          <td>{grouped(sum(({ costs }) => costs.bytes))}</td>
        </tr>
      </tfoot>
    </table>
  );
}

/** A step under the clock at a batch size that the reader chooses. */
function Step({ facts }: { readonly facts: Opened }) {
  const text = texts.value;
  const power = useSignal(Math.round(Math.log2(facts.batchSize)));
  const batch = Math.min(2 ** power.value, facts.data.train);
  useEffect(() => void measureStep(batch), [batch, facts]);
  const trace = stepTrace.value;
  return (
    <>
      <label class="batch">
        {text.batchSize} <output>{batch}</output>
        <input
          type="range"
          min="0"
          max={largestPower}
          value={power.value}
          aria-valuetext={String(batch)}
          onChange={({ currentTarget }) => {
            power.value = Number(currentTarget.value);
          }}
        />
      </label>
      <p class="quiet" aria-live="polite">
        {isMeasuring.value ? text.measuring : trace && text.stepOf(trace.batch)}
      </p>
      {trace && (
        <>
          <Bounds trace={trace} />
          <Roofline title={text.roofline} rows={trace.rows} ceilings={trace.ceilings} />
        </>
      )}
    </>
  );
}

/** How much of a step's time goes where: a launch that takes hardly longer than an empty one is bound by being launched. */
function Bounds({ trace }: { readonly trace: StepTrace }) {
  const text = texts.value;
  const { rows, ceilings, total, keptBytes, peakBytes } = trace;
  const shares = { launch: 0, bandwidth: 0, arithmetic: 0 };
  for (const { microseconds, bound } of rows)
    shares[microseconds < 2 * ceilings.launchMicroseconds ? "launch" : bound] +=
      microseconds / total.microseconds;
  return (
    <dl class="bounds">
      {(["launch", "bandwidth", "arithmetic"] as const).map((name) => (
        <div key={name}>
          <dt data-bound={name}>{text.bounds[name]}</dt>
          <dd>{(100 * shares[name]).toFixed(0)} %</dd>
        </div>
      ))}
      <div>
        <dt>{text.stepTime}</dt>
        <dd>{(total.microseconds / 1000).toPrecision(3)} ms</dd>
      </div>
      <div>
        <dt>{text.keptForBackward}</dt>
        <dd>{(keptBytes / 1e6).toPrecision(3)} MB</dd>
      </div>
      <div>
        <dt>{text.peakMemory}</dt>
        <dd>{(peakBytes / 1e6).toPrecision(3)} MB</dd>
      </div>
    </dl>
  );
}
