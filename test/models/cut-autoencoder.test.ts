import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cutAutoencoder } from "../../docs/examples/cut-autoencoder.ts";
import { loadWeights } from "../../models/index.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { digits } from "../runner/studies/support/run-study.ts";
import { useEngine } from "../support/engine.ts";

const engine = useEngine();
const folder = useTemporaryFolder();
const root = join(import.meta.dirname, "../..");

it("the guide's halves and classifiers are made of the saved autoencoder", async () => {
  const { train, classes } = await digits(100, 10);
  const { images: inputs, labels } = train;
  const data = { inputs, inputShape: [784], scale: 1 / 255, labels, classes: classes.length };
  const file = join(folder(), "digits.safetensors");
  const made = await cutAutoencoder(engine(), data, file);
  const { autoencoder, saved, encoder, decoded, classifier, separate } = made;
  expect(decoded).toEqual(await autoencoder.predict({ inputs, inputShape: [784], scale: 1 / 255 }));

  const learned = await autoencoder.getWeights();
  expect(await saved.getWeights()).toEqual(learned); // frozen: training the classifier left them as they were
  const answers = await classifier.getWeights();
  expect([...answers.keys()]).toEqual(["dense_1/kernel", "dense_1/bias", "answer/kernel", "answer/bias"]);
  expect(answers.get("dense_1/kernel")).toEqual(learned.get("dense_1/kernel"));
  const scores = await classifier.predict(data);
  expect(scores.length).toBe(1000);
  expect(
    answers.get("answer/bias")!.every((value) => value === 0),
    "it was trained",
  ).toBe(false);

  const copied = await separate.getWeights();
  expect(copied.get("dense_1/bias")).toEqual(learned.get("dense_1/bias"));
  expect(copied.get("dense_2/kernel")!.length).toBe(320);
  await loadWeights(encoder, file.replace(".safetensors", ".encoder.safetensors"));
  expect(await encoder.getWeights()).toEqual(new Map([...learned].filter(([path]) => /^dense_1/.test(path))));
  for (const model of [autoencoder, saved, classifier, separate]) model.dispose();
});

it("the guide quotes what was run", () => {
  const example = readFileSync(join(root, "docs/examples/cut-autoencoder.ts"), "utf8");
  const [, quoted] = /\/\/ guide begin\n(.*) {2}\/\/ guide end/s.exec(example)!;
  const text = quoted!.replaceAll(/^ {2}/gm, "").trimEnd();
  expect(readFileSync(join(root, "docs/guides/from-keras.md"), "utf8")).toContain(
    `\`\`\`ts\n${text}\n\`\`\``,
  );
});
