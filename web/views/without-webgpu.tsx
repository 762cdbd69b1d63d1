/** @file The page in a browser without WebGPU: what to do, what runs have left, and the lessons with recorded numbers. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { formatShort } from "../../report/format.ts";
import { writeFigure } from "../lessons/answers.ts";
import { place, texts } from "../page.ts";
import { LinePlot, type Series } from "../parts/line-plot.tsx";
import { LanguageChoice, Theme } from "../parts/settings.tsx";
import type { RecordedRun } from "../recorded-runs.ts";
import { Lessons } from "./lessons.tsx";

export function WithoutWebGpu() {
  const text = texts.value;
  const isLesson = place.value.view === "lessons";
  return (
    <>
      <header>
        <h1>{text.noWebGpu}</h1>
        <LanguageChoice />
        <Theme />
      </header>
      <main>
        <p class="recorded notice">{text.noWebGpuHelp}</p>
        {!isLesson && <RecordedRuns />}
        <Lessons />
        {isLesson && <RecordedRuns />}
      </main>
    </>
  );
}

function RecordedRuns() {
  const runs = useSignal<readonly RecordedRun[]>([]);
  useEffect(() => {
    void import("../recorded-runs.ts").then(({ recordedRuns }) => {
      runs.value = recordedRuns;
    });
  }, []);
  const text = texts.value.lessons;
  return (
    <section class="recorded">
      <h2>
        {text.recordedTitle} <span class="mark">{text.recorded}</span>
      </h2>
      {runs.value.map((run) => (
        <Recorded key={run.result.experiment} run={run} />
      ))}
    </section>
  );
}

function Recorded({ run: { result, curves } }: { readonly run: RecordedRun }) {
  const text = texts.value;
  const { language } = place.value;
  const { experiment, adapter, measured, published, profile, epochs, dataset } = result;
  const counts = { epochs: String(epochs), images: dataset?.train?.toLocaleString(language) ?? "" };
  const shown = ["test_accuracy", "test_loss"].filter((name) => typeof measured[name] === "number");
  const write = (name: string, value: number) =>
    name.includes("accuracy") ? writeFigure(value, "percent", language) : formatShort(value, language);
  return (
    <>
      <p>{text.lessons.recordedRun(experiment, adapter?.description ?? "")}</p>
      <p class="quiet">
        {text.lessons.run({
          experiment,
          isQuick: profile === "quick",
          ...counts,
          adapter: adapter?.class ?? "",
        })}
      </p>
      <div class="both">
        <Curves title={text.errorOfEpochs} curves={curves} of="error" />
        <Curves title={text.lessons.lossOfEpochs} curves={curves} of="loss" />
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">{text.lessons.figure}</th>
            <th scope="col">{text.lessons.measured}</th>
            <th scope="col">{text.lessons.published}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((name) => {
            const other = published.find(({ measure }) => measure === name)?.published;
            return (
              <tr key={name}>
                <th scope="row">{text.lessons.figures[name === "test_loss" ? "loss" : "accuracy"]}</th>
                <td data-recorded={name}>{write(name, measured[name] as number)}</td>
                <td>{other === undefined ? "" : write(name, other)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}

/** Of the training, validation and test images, those that the run has. */
function Curves(props: {
  readonly title: string;
  readonly curves: RecordedRun["curves"];
  readonly of: "error" | "loss";
}) {
  const { title, curves, of } = props;
  const text = texts.value;
  const sets = [
    ["training", of === "loss" ? "loss" : "train_error"],
    ["validation", `val_${of}`],
    ["test", `test_${of}`],
  ] as const;
  const series = sets.flatMap(([role, name]): Series[] => {
    const values = curves[name];
    return values ? [{ label: text[role], role, values, points: true }] : [];
  });
  return <LinePlot title={title} x={curves.epoch!} xLabel={text.epoch} series={series} height={220} />;
}
