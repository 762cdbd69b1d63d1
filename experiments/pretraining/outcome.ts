/** @file Figures and pictures of pre-trained classifiers, alike in every question on them. */

import { type Label, label, labelOf } from "../../report/label.ts";
import type { Block } from "../../report/run-report.ts";
import type { TrainedPart } from "../../runner/study/part.ts";
import type { Study } from "../../runner/study/study.ts";
import { curves, receptiveFields } from "../autoencoders/pictures.ts";
import { testError } from "./classifier.ts";
import type { Pretrained } from "./greedy.ts";

/** A classifier that was trained from random weights. */
export interface Scratch {
  readonly label: string;
  readonly part: TrainedPart;
}

/** The figures of the main classifier, which carry no prefix. */
export function measureMain(study: Study, error: number, { history }: TrainedPart): void {
  study.measure("test_error", error, { title: "Test error", unit: "%" });
  for (const name of ["loss", "train_error", "val_error"]) {
    const value = history.last(name);
    if (value !== undefined) study.measure(name === "loss" ? "train_loss" : name, value);
  }
  const binary = history.last("test_binary_accuracy");
  if (binary !== undefined) {
    const title = "Test binary accuracy (what Keras calls accuracy with this loss)";
    study.measure("test_binary_accuracy", binary, { title, unit: "%" });
  }
}

/** Errors before, between and after, beside those of classifiers without pre-training. */
export async function compareSchemes(
  study: Study,
  schemes: readonly Pretrained[],
  scratch: readonly Scratch[],
): Promise<void> {
  for (const { scheme, before, head, after } of schemes) {
    const { name } = scheme;
    study.measure(`${name}_test_error`, after, { title: `Test error after fine-tuning, ${name}`, unit: "%" });
    study.measure(`${name}_head_error`, head, {
      title: `Test error, last layer trained alone, ${name}`,
      unit: "%",
    });
    study.measure(`${name}_before_error`, before, {
      title: `Test error before fine-tuning, ${name}`,
      unit: "%",
    });
  }
  const alone: { label: string; error: number }[] = [];
  for (const { label, part } of scratch) alone.push({ label, error: await testError(study, part) });
  for (const { label, error } of alone) {
    study.measure(`${label.replaceAll(/\W+/g, "_")}_test_error`, error, {
      title: `Test error, ${label}`,
      unit: "%",
    });
  }
  const bars: readonly { readonly name: Label; readonly error: number }[] = [
    ...alone.map(({ label: name, error }) => ({ name: labelOf(name), error })),
    ...schemes.flatMap(({ scheme: { name }, head, after }) => [
      { name: [labelOf(name), label("last-layer-only")], error: head },
      { name: [labelOf(name), label("fine-tuned")], error: after },
    ]),
  ];
  const percent = (value: number) => (100 * value).toFixed(2);
  study.section(
    "Before and after fine-tuning",
    {
      kind: "text",
      text:
        "Before fine-tuning the last layer has random weights, so that its error says nothing about the layers below. " +
        "Training that layer alone, on frozen ones, tells what the codes are worth; then all layers are trained.",
    },
    {
      kind: "table",
      title: "Test error, %",
      columns: ["layers", "last layer random", "last layer trained", "all trained"],
      rows: [
        ...alone.map(({ label, error }) => [label, "", "", percent(error)]),
        ...schemes.map(({ scheme, before, head, after }) => [
          scheme.name,
          percent(before),
          percent(head),
          percent(after),
        ]),
      ],
    },
    {
      kind: "bars",
      title: label("test-error-by-way"),
      categories: bars.map(({ name }) => name),
      series: [{ name: label("test-error"), values: bars.map(({ error }) => 100 * error) }],
    },
    curves(label("test-error-by-labelled-epoch"), "test_error", [
      ...scratch.map(({ label: name, part }) => ({ label: labelOf(name), part })),
      ...schemes.map(({ scheme, classifier }) => ({ label: labelOf(scheme.name), part: classifier })),
    ]),
  );
  const fields: Block[] = [];
  const firstLayer = (network: Label) => label("first-layer-of", { network });
  for (const { label: name, part } of scratch)
    fields.push(await receptiveFields(firstLayer(labelOf(name)), part, 32));
  for (const { scheme, autoencoders, classifier } of schemes) {
    const name = labelOf(scheme.name);
    const [before, after] = [
      firstLayer([name, label("pre-trained")]),
      firstLayer([name, label("fine-tuned")]),
    ];
    fields.push(await receptiveFields(before, autoencoders[0]!, 32));
    fields.push(await receptiveFields(after, classifier, 32));
  }
  study.section(
    "What the first hidden layer sees",
    {
      kind: "text",
      text: "Weights from the pixels to 32 of its units: black is negative, white positive, grey is zero.",
    },
    ...fields,
  );
}
