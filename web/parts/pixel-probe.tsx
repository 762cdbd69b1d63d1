/** @file One pixel that is dragged: the score as the kernels compute it, and the straight line that its gradient foretold. */
import { opened, place, texts } from "../page.ts";
import { choosePixel, type Pixel, picture, pixel, probe, slid, valueAt } from "../picture.ts";
import type { Probe } from "../worker/draw.ts";
import { LinePlot } from "./line-plot.tsx";

export function PixelProbe() {
  const text = texts.value;
  const at = pixel.value;
  if (!at) return null;
  return (
    <>
      <h2>{text.dragPixel}</h2>
      <Controls at={at} />
      {probe.value && <Found found={probe.value} />}
    </>
  );
}

function Controls({ at }: { readonly at: Pixel }) {
  const text = texts.value;
  const { bytes, shape } = picture.value!;
  const [height, width, channels] = shape;
  const own = valueAt(bytes, shape, at);
  const value = slid.value ?? place.value.value ?? own;
  const numberFor = (name: "row" | "column", end: number) => (
    <label>
      {text.pixelPlace[name]}{" "}
      <input
        type="number"
        min="0"
        max={end - 1}
        value={at[name]}
        onChange={({ currentTarget }) =>
          currentTarget.checkValidity() && choosePixel({ ...at, [name]: Number(currentTarget.value) })
        }
      />
    </label>
  );
  return (
    <div class="buttons pixel">
      {numberFor("row", height)}
      {numberFor("column", width)}
      {channels === 3 && (
        <select
          aria-label={text.channel}
          value={at.channel}
          onChange={({ currentTarget }) => choosePixel({ ...at, channel: Number(currentTarget.value) })}
        >
          {text.channels.map((name, i) => (
            <option key={name} value={i}>
              {name}
            </option>
          ))}
        </select>
      )}
      <label class="slider">
        {text.value}{" "}
        <input
          type="range"
          min="0"
          max="255"
          value={value}
          onInput={({ currentTarget }) => {
            slid.value = Number(currentTarget.value);
          }}
          onChange={({ currentTarget }) => {
            slid.value = undefined;
            choosePixel(at, Number(currentTarget.value));
          }}
        />
        <output>{value}</output>
      </label>
      <button type="button" onClick={() => choosePixel(at)}>
        {text.asItWas}
      </button>
    </div>
  );
}

function Found({ found }: { readonly found: Probe }) {
  const text = texts.value;
  const { values, scores, foretold, apart, value, own, gradient, explained } = found;
  const at = values.indexOf(value);
  const name = opened.value?.data.classes[explained] ?? String(explained);
  const numbers = [
    [text.gradientOfPixel, gradient],
    [text.scoreBefore(own), scores[values.indexOf(own)]!],
    [text.scoreNow(value), scores[at]!],
    [text.scoreForetold, foretold[at]!],
    [text.apart, apart[at]!],
  ] as const;
  const only = values.map((_, i) => (i === at ? scores[i]! : null));
  return (
    <div class="probe" data-value={value} data-score={scores[at]} data-foretold={foretold[at]}>
      <LinePlot
        title={text.scoreOf(name)}
        x={values}
        xLabel={text.value}
        series={[
          { label: text.byKernels, role: "training", values: [...scores], points: true },
          { label: text.byGradient, role: "validation", values: [...foretold] },
          { label: text.here, role: "test", values: only, points: true },
        ]}
        height={150}
      />
      <dl>
        {numbers.map(([what, number]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>{number.toPrecision(6)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
