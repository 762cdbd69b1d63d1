/** @file ae-b: reconstructions to look at, by the halves of saved autoencoders. */

import type { ImageSet } from "../../datasets/formats/image-set.ts";
import { takeImages } from "../../datasets/splits.ts";
import { loadWeights, type Model } from "../../models/index.ts";
import { basicAutoencoder } from "../../models/networks/ae-basic.ts";
import { label } from "../../report/label.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import { type BasicPart, basicMain, trainBasic, usualEncoder } from "./basic.ts";
import { cutAt } from "./cut.ts";
import { reconstructed, reconstructionGrid } from "./pictures.ts";
import { reconstructionError } from "./quality.ts";
import { encoderOfA, mnistQuestion, training } from "./source.ts";

const codes = [2, 8, 32, 64];
const shown = 10;

export const aeB: StudyExperiment = {
  id: "ae-b",
  kind: "study",
  title: "MNIST: what reconstructions look like",
  source: mnistQuestion("3.1 (b)"),
  question:
    "Compare images of the test set with what the autoencoders of (a) make of them, for each size of the code. Does what one " +
    "sees agree with the reconstruction error?\n\n" +
    "As in the source, encoder and decoder are saved and loaded again before they are used. The networks are those of ae-a: a " +
    `finished run of it with the same settings gives them, otherwise they are trained here.\n\n${training} ${encoderOfA}`,
  dataset: "mnist",
  validation: "last",
  main: basicMain,
  published: [],
  profiles: {
    full: { epochs: 50, batch: 25, description: "the experiment as the assignment states it" },
    quick: { epochs: 12, batch: 25, limit: 5000, testLimit: 1000, description: "fewer images and epochs" },
  },
  run,
};

async function run(study: Study): Promise<void> {
  const parts: BasicPart[] = [];
  for (const code of codes) parts.push(await trainBasic(study, { code }));
  for (const { code, model } of parts) {
    const { loss, mse } = await reconstructionError(study, model);
    study.measure(`code_${code}_loss`, loss, {
      title: `Reconstruction error, ${code} numbers (cross-entropy)`,
    });
    study.measure(`code_${code}_mse`, mse);
  }
  const first = takeImages(
    study.data.test,
    Uint32Array.from({ length: shown }, (_, i) => i),
  );
  const rows = parts.map(({ code, model }) => ({ label: `d' = ${code}`, model }));
  study.section(
    "The first test images",
    await reconstructionGrid(label("originals-and-reconstructions"), first, rows),
  );
  await showBestAndWorst(study, parts[2]!);
  await loadHalves(study, parts[2]!);
}

/** Images by the error of their reconstruction: does the number say what the eye sees? */
async function showBestAndWorst(study: Study, { model, code }: BasicPart): Promise<void> {
  const { test } = study.data;
  const outputs = await model.predict(study.data.images("test"));
  const errors = imageErrors(test, outputs);
  const order = [...errors.keys()].sort((a, b) => errors[a]! - errors[b]! || a - b);
  const middle = Math.floor((order.length - shown) / 2);
  const blocks = [];
  for (const [name, start] of [
    ["smallest", 0],
    ["middling", middle],
    ["largest", order.length - shown],
  ] as const) {
    const indices = Uint32Array.from(order.slice(start, start + shown));
    const columns = Array.from(indices, (i) => Number(errors[i]!.toFixed(3)));
    const images = takeImages(test, indices);
    const rows = [
      { label: label("original"), images },
      { label: `d' = ${code}`, images: await reconstructed(model, images) },
    ];
    blocks.push({ kind: "grid" as const, title: label(`${name}-errors`, { count: shown }), rows, columns });
  }
  study.section(
    "Error and eye",
    {
      kind: "text",
      text:
        "Over each image stands its squared error per pixel. Thin strokes such as those of a 1 cost little whatever becomes " +
        "of them, since few pixels have ink; heavy digits cost much even where they stay readable.",
    },
    ...blocks,
  );
}

/** Mean squared error of each image. */
function imageErrors({ images, count }: ImageSet, outputs: Float32Array): Float64Array {
  const pixels = images.length / count;
  const errors = new Float64Array(count);
  for (const [i, byte] of images.entries())
    errors[Math.floor(i / pixels)]! += (byte / 255 - outputs[i]!) ** 2 / pixels;
  return errors;
}

/** Encoder and decoder from their files must do what the autoencoder does: to the same bits. */
async function loadHalves(study: Study, part: BasicPart): Promise<void> {
  const files = [
    await study.save(part, part.encoder, "encoder"),
    await study.save(part, part.decoder, "decoder"),
  ];
  const fresh = basicAutoencoder({ code: part.code, encoder: usualEncoder });
  const { optimizer } = part.model.session;
  await fresh.compile({
    engine: study.engine,
    optimizer,
    loss: "binary_crossentropy",
    seed: study.settings.seed + 1,
  });
  const { encoder, decoder } = cutAt(fresh, "dense_1");
  for (const [i, half] of [encoder, decoder].entries()) await loadWeights(half, files[i]!);
  const difference = await largestDifference(study, part.model, encoder, decoder);
  fresh.dispose();
  study.measure("loaded_difference", difference, {
    title: "Largest difference after saving and loading encoder and decoder",
    digits: 8,
  });
  study.section("Saved and loaded", {
    kind: "text",
    text:
      `Encoder and decoder were written to ${files.map((file) => file.split("/").pop()).join(" and ")} in parts/${part.name}/, ` +
      "read into new models and used one after the other on the test images. The largest difference from the " +
      `autoencoder's outputs is ${difference}.`,
  });
}

async function largestDifference(
  study: Study,
  whole: Model,
  encoder: Model,
  decoder: Model,
): Promise<number> {
  const test = study.data.images("test");
  const expected = await whole.predict(test);
  const codes = await encoder.predict(test);
  const found = await decoder.predict({ inputs: codes, inputShape: decoder.inputShape });
  return found.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
}
