/** @file The report of a model that a script of one's own has trained. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { ArgumentError, FileError, ShapeError } from "../../engine/errors.ts";
import { Conv2D, Dense, Flatten, Input, sequential, sgd } from "../../models/index.ts";
import { type ModelReport, writeReport } from "../../report/index.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { useEngine } from "../support/engine.ts";
import { expectBalanced, expectSelfContained } from "./markup-checks.ts";

const engine = useEngine();
const folder = useTemporaryFolder();

vi.setConfig({ testTimeout: 60_000 }); // pictures take a second each where other tests fill the cores

const count = 24;
const classes = ["dark", "<bright>"];

/** Grey images of 8x8, dark ones and bright ones in turn. */
const images = {
  images: Uint8Array.from({ length: count * 64 }, (_, i) => (Math.floor(i / 64) % 2 ? 200 : 40) + (i % 8)),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 2),
  ...{ count, height: 8, width: 8, channels: 1 },
};
const certain = (of: (i: number) => number) =>
  Float32Array.from({ length: 2 * count }, (_, i) => (of(Math.floor(i / 2)) === i % 2 ? 0.9 : 0.1));
const classifier = { images, outputs: certain((i) => (i === 3 ? 0 : i % 2)), classes };

describe("writeReport", () => {
  it("shows what a script has of a model it trained", async () => {
    const model = sequential([
      Input([8, 8, 1]),
      Conv2D(2, 3, { activation: "relu" }),
      Flatten(),
      Dense(2, { activation: "softmax" }),
    ]);
    const compiled = { engine: engine(), loss: "categorical_crossentropy", metrics: ["accuracy"] } as const;
    await model.compile({ ...compiled, optimizer: sgd({ learningRate: 0.1 }), seed: 1 });
    const inputs = Float32Array.from(images.images, (byte) => byte / 255);
    const targets = Float32Array.from({ length: 2 * count }, (_, i) =>
      Number(images.labels[Math.floor(i / 2)] === i % 2),
    );
    const data = { inputs, targets };
    const history = await model.fit(data, { batchSize: 8, epochs: 3 });
    const outputs = await model.predict({ inputs, inputShape: [8, 8, 1] });
    const written = await writeReport(join(folder(), "out"), {
      title: "Dark & bright",
      text: "Two kinds of images.\n\nNothing else.",
      history,
      network: model.summary(),
      figures: await model.evaluate(data),
      classifier: { images, outputs, classes },
      sections: [{ title: "More", blocks: [{ kind: "text", text: "A remark." }] }],
    });
    model.dispose();
    const html = readFileSync(written.report, "utf8");
    expectBalanced(html);
    expectSelfContained(html);
    for (const text of [
      "Dark &#38; bright",
      "Nothing else.",
      "A remark.",
      "Loss by epoch",
      "Confusion matrix",
    ])
      expect(html).toContain(text);
    expect(html).toContain("&#60;bright&#62;");
    expect(html).toContain("Conv2D");
    expect(html).not.toMatch(/undefined|NaN/);
    const pictures = readdirSync(join(folder(), "out", "figures"));
    for (const name of ["loss.svg", "error.png", "network.svg", "confusion.svg", "roc.svg", "index.json"])
      expect(pictures).toContain(name);
  });

  it("leaves out what it is not given, and counts mistakes", async () => {
    const bare = await writeReport(join(folder(), "bare"), { title: "Only a title" });
    expect(readFileSync(bare.report, "utf8")).not.toMatch(/<section|undefined/);
    expect(bare.figures).toEqual([]);
    const figures = { accuracy: 0.25, mean_squared_error: 0.5, error: 0.75 };
    const wrong = await writeReport(join(folder(), "wrong"), { title: "Once", figures, classifier });
    const html = readFileSync(wrong.report, "utf8");
    expect(html).toMatch(/<strong>&#60;bright&#62;<\/strong> taken for <strong>dark<\/strong>, once/);
    expect(html).toContain("25.00\u00a0%");
    expect(html).toContain("0.5000");
    expect(html).toContain("75.00\u00a0%");
  });

  it.each([
    [{ title: "" }, ArgumentError, /title must be some words, got ""/],
    [{ title: "a", histroy: 1 }, ArgumentError, /no option histroy. Did you mean history\?/],
    [
      { title: "a", history: { epoch: [1, 2], history: { loss: [1] } } },
      ShapeError,
      /2 epochs and 1 values of loss/,
    ],
    [{ title: "a", figures: { loss: "low" } }, ArgumentError, /got loss: "low"/],
    [
      { title: "a", classifier: { ...classifier, outputs: new Float32Array(3) } },
      ShapeError,
      /outputs must be \[24,2\] .* they have 3, 24 and 1536 values/,
    ],
    [
      { title: "a", classifier: { ...classifier, classes: ["one"] } },
      ArgumentError,
      /at least two classes, got 1/,
    ],
    [
      {
        title: "a",
        classifier: { ...classifier, images: { ...images, labels: images.labels.map(() => 2) } },
      },
      ArgumentError,
      /labels are 0 to 1, got 2 at 0/,
    ],
    [
      { title: "a", classifier: { ...classifier, outputs: classifier.outputs.map(() => Number.NaN) } },
      ArgumentError,
      /NaN/,
    ],
  ])("refuses %j", async (report, kind, message) => {
    const attempt = writeReport(join(folder(), "refused"), report as unknown as ModelReport);
    await expect(attempt).rejects.toThrow(kind);
    await expect(attempt).rejects.toThrow(message);
  });

  it("says which folder it cannot write", async () => {
    const attempt = writeReport(join(import.meta.filename, "below"), { title: "a" });
    await expect(attempt).rejects.toThrow(FileError);
  });
});
