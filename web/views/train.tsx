/** @file A training, live: curves, the way of an image through the network, and how the layers fare. */
import {
  downloadWeights,
  epochs,
  go,
  grouped,
  lab,
  look,
  opened,
  pause,
  place,
  proceed,
  state,
  steps,
  texts,
  train,
} from "../page.ts";
import { LinePlot } from "../parts/line-plot.tsx";
import { activationGrid, filterGrid, Maps, Picture } from "../parts/maps.tsx";
import { Shape } from "../parts/shape.tsx";
import type { LayerFacts, Look } from "../worker/protocol.ts";

export function Train() {
  return (
    <div class="train">
      <section class="controls">
        <Controls />
        <LossOfSteps />
        {opened.value?.data.targets === "images" ? <LossOfEpochs /> : <ErrorOfEpochs />}
      </section>
      <section class="layers">
        <Pinned />
        <Layers />
      </section>
    </div>
  );
}

function Controls() {
  const text = texts.value;
  const facts = opened.value;
  const last = steps.value.at(-1);
  const isPaused = state.value === "paused";
  const canPause = isPaused || state.value === "training";
  const done = last ? last.step + 1 : (facts?.step ?? 0);
  const epoch = last?.epoch ?? epochs.value.length;
  return (
    <div>
      <p class="state" data-state={state.value}>
        <strong>{text.states[state.value]}</strong>
        {facts && (
          <span>
            {text.epoch} {Math.min(epoch + 1, facts.epochs)} {text.of} {facts.epochs}, {text.step} {done}{" "}
            {text.of} {facts.epochs * facts.stepsPerEpoch}
          </span>
        )}
      </p>
      <div class="buttons">
        <button
          type="button"
          class="main"
          disabled={!canPause}
          onClick={() => (isPaused ? proceed() : pause())}
        >
          {isPaused ? text.proceed : text.pause}
        </button>
        <button type="button" onClick={() => train(true)}>
          {text.again}
        </button>
        <button
          type="button"
          title={text.loseDeviceHint}
          disabled={!canPause}
          onClick={() => lab.loseDevice()}
        >
          {text.loseDevice}
        </button>
        <button type="button" disabled={!last && state.value !== "done"} onClick={() => downloadWeights()}>
          {text.downloadWeights}
        </button>
        <LearningRate value={last?.learningRate} />
      </div>
      {facts && (
        <p class="facts">
          {facts.title}. {text.images(grouped(facts.data.train), grouped(facts.data.test))}. {facts.adapter}
        </p>
      )}
    </div>
  );
}

function LearningRate({ value }: { readonly value: number | undefined }) {
  const text = texts.value;
  return (
    <label class="rate">
      {text.learningRate}
      <input
        type="number"
        step="any"
        min="0"
        disabled={value === undefined}
        value={value === undefined ? "" : Number(value.toPrecision(6))}
        onChange={({ currentTarget }) =>
          currentTarget.value !== "" &&
          currentTarget.checkValidity() &&
          lab.setLearningRate(Number(currentTarget.value))
        }
      />
    </label>
  );
}

function LossOfSteps() {
  const text = texts.value;
  return (
    <LinePlot
      title={text.lossOfSteps}
      x={steps.value.map(({ step }) => step)}
      xLabel={text.step}
      series={[{ label: text.training, role: "training", values: steps.value.map(({ loss }) => loss) }]}
      height={170}
    />
  );
}

const ofEpochs = (name: string) => epochs.value.map(({ logs }) => logs[name] ?? null);

/** Of a network that has no class to be wrong about. */
function LossOfEpochs() {
  const text = texts.value;
  const series = [
    { label: text.training, role: "training", values: ofEpochs("loss"), points: true },
    { label: text.validation, role: "validation", values: ofEpochs("val_loss"), points: true },
    { label: text.test, role: "test", values: ofEpochs("test_loss"), points: true },
  ] as const;
  return (
    <LinePlot
      title={text.lossOfEpochs}
      x={epochs.value.map(({ epoch }) => epoch)}
      xLabel={text.epoch}
      series={series}
      height={170}
    />
  );
}

function ErrorOfEpochs() {
  const text = texts.value;
  const [validation, test] = [ofEpochs("val_error"), ofEpochs("test_error")];
  const isTest = validation.every((value, i) => value === test[i]);
  const series = [
    { label: text.training, role: "training", values: ofEpochs("train_error"), points: true } as const,
    ...(isTest
      ? []
      : [{ label: text.validation, role: "validation", values: validation, points: true } as const]),
    { label: text.test, role: "test", values: test, points: true } as const,
  ];
  return (
    <LinePlot
      title={text.errorOfEpochs}
      x={epochs.value.map(({ epoch }) => epoch)}
      xLabel={text.epoch}
      series={series}
      height={170}
    />
  );
}

/** The pinned image, what the network says of it, and the filters that it meets first. */
function Pinned() {
  const text = texts.value;
  const seen = look.value;
  const facts = opened.value;
  if (!seen || !facts) return null;
  const { classes, test } = facts.data;
  const turn = (by: number) => go({ image: Math.max(0, Math.min(place.value.image + by, test - 1)) });
  const filters = seen.filters[0];
  return (
    <div class="pinned">
      <figure>
        <figcaption>
          {text.image} {seen.image}, {text.class} {classes[seen.label]}
        </figcaption>
        <div class="image">
          <button type="button" aria-label={text.previous} onClick={() => turn(-1)}>
            ‹
          </button>
          <Picture tensor={seen.pixels} scale={3} label={`${text.image} ${seen.image}`} />
          <button type="button" aria-label={text.next} onClick={() => turn(1)}>
            ›
          </button>
          {facts.data.targets === "images" ? <Made seen={seen} /> : <Classes seen={seen} classes={classes} />}
        </div>
      </figure>
      {filters && (
        <figure>
          <figcaption>
            {text.filters} <Shape shape={filters.shape} />
          </figcaption>
          <Maps
            tensor={filters}
            grid={filterGrid(filters)}
            most={32}
            scale={6}
            label={text.filters}
            {...(filters.shape[2] === 3 ? { colors: filters.shape[3]! } : {})}
          />
        </figure>
      )}
    </div>
  );
}

/** What noise left of the image, and what the network makes of that. */
function Made({ seen: { pixels, seen, outputs } }: { readonly seen: Look }) {
  const text = texts.value;
  const asPicture = (name: string, values: Float32Array) => ({
    name,
    shape: pixels.shape,
    values: values.map((value) => 255 * value),
  });
  const made = outputs.at(-1)!.values;
  return (
    <>
      {seen && <Picture tensor={asPicture(text.itGets, seen.values)} scale={3} label={text.itGets} />}
      <span aria-hidden="true">→</span>
      <Picture tensor={asPicture(text.itMakes, made)} scale={3} label={text.itMakes} />
    </>
  );
}

/** The outputs of the last layer, one bar for each class. */
function Classes({ seen, classes }: { readonly seen: Look; readonly classes: readonly string[] }) {
  const last = seen.outputs.at(-1)!;
  if (last.values.length !== classes.length || classes.length > 25) return null;
  return (
    <ul class="classes">
      {classes.map((name, i) => {
        const share = last.values[i]!;
        return (
          <li key={name} aria-current={i === seen.label ? "true" : undefined}>
            <span>{name}</span>
            <meter min="0" max="1" value={share} aria-label={name} />
            <span>{share.toFixed(3)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** Every layer: what the pinned image becomes in it, and how its weights fare. */
function Layers() {
  const text = texts.value;
  const facts = opened.value;
  if (!facts) return <p class="empty">{text.states.opening}</p>;
  const columns = [
    [text.parameters],
    [text.gradientNorm, text.gradientNormHint],
    [text.updateNorm, text.updateNormHint],
    [text.deadUnits, text.deadUnitsHint],
  ];
  return (
    <table>
      <caption>{text.pinned}</caption>
      <thead>
        <tr>
          <th scope="col">{text.layer}</th>
          <th scope="col" class="drawn">
            {text.output}
          </th>
          {columns.map(([name, hint]) => (
            <th scope="col" key={name} title={hint}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {facts.layers.map((layer) => (
          <LayerRow key={layer.name} layer={layer} />
        ))}
      </tbody>
    </table>
  );
}

function LayerRow({ layer: { name, outputShape, parameters } }: { readonly layer: LayerFacts }) {
  const last = steps.value.at(-1);
  const seen = look.value;
  const dead = seen?.dead.find(({ layer }) => layer === name);
  const output = seen?.outputs.find((each) => each.name === name);
  return (
    <tr>
      <th scope="row">
        <code>{name}</code>
        <br />
        <Shape shape={outputShape} />
      </th>
      <td class="drawn">{output && <Activation output={output} />}</td>
      <td>{parameters > 0 && grouped(parameters)}</td>
      <td>{last?.gradientNorms[name]?.toExponential(2)}</td>
      <td>{last?.updateNorms[name]?.toExponential(2)}</td>
      <td>{dead && `${dead.dead} / ${dead.units}`}</td>
    </tr>
  );
}

/** Up to sixteen channels side by side, or the units of a row. */
function Activation({ output }: { readonly output: Look["outputs"][number] }) {
  const text = texts.value;
  const grid = activationGrid(output);
  if (!grid) return null;
  const most = 16;
  const scale = Math.max(1, Math.min(4, Math.floor((grid.maps > 1 ? 24 : 320) / grid.columns)));
  return (
    <>
      <Maps tensor={output} grid={grid} most={most} scale={scale} label={output.name} />
      {grid.maps > most && <span class="quiet">{text.channelsShown(most, grid.maps)}</span>}
    </>
  );
}
