/** @file The main network of a study in the page: the images, noise and weights that the study itself would have. */
import { describe, expect, it } from "vitest";
import type { Dataset } from "../../datasets/dataset.ts";
import { clothes } from "../../datasets/synthetic/clothes.ts";
import { handwrittenDigits } from "../../datasets/synthetic/handwriting.ts";
import type { Engine } from "../../engine/index.ts";
import { aeA } from "../../experiments/autoencoders/ae-a.ts";
import { aeI } from "../../experiments/autoencoders/ae-i.ts";
import { daeB } from "../../experiments/denoising/dae-b.ts";
import { pretrainA } from "../../experiments/pretraining/pretrain-a.ts";
import { tiedAe } from "../../experiments/pretraining/tied-ae.ts";
import type { Model } from "../../models/index.ts";
import type { StudyExperiment } from "../../runner/experiment.ts";
import { type PageExperiment, pageExperiments } from "../../runner/lab/page-run.ts";
import { StudyData } from "../../runner/study/study-data.ts";
import { ask, probe, reconstruct, testPicture } from "../../web/worker/draw.ts";
import { type LabImages, loadImages } from "../../web/worker/image-data.ts";
import { lookAt } from "../../web/worker/look.ts";
import { StepMicroscope } from "../../web/worker/step-microscope.ts";
import { TrainingData } from "../../web/worker/training-data.ts";
import { useEngine } from "../support/engine.ts";

/** Where no server answers: the images are drawn. */
const page = "http://127.0.0.1:9/";
const seed = 5;
const limits = { limit: 96, testLimit: 32 };
const profile = { epochs: 1, batch: 16, ...limits, description: "short" };

const studies = [aeA, aeI, daeB, pretrainA, tiedAe];

function short(study: StudyExperiment): PageExperiment {
  const [found] = pageExperiments({ ...study, profiles: { full: profile, quick: profile } }, "quick");
  return found!;
}

async function compiled(engine: Engine, { network, optimizer, loss, metrics }: PageExperiment) {
  const model = network("quick");
  await model.compile({ engine, optimizer: optimizer(), loss, metrics, seed });
  return model;
}

const digits = Array.from({ length: 10 }, (_, i) => String(i));

const fit = { epochs: 1, batchSize: profile.batch, verbose: 0 } as const;

const loaded = new Map<string, Promise<LabImages>>();

/** As the page divides them. Drawn once: that takes seconds. */
function imagesOf(experiment: PageExperiment): Promise<LabImages> {
  const known = loaded.get(experiment.id) ?? loadImages(experiment, "quick", seed, page);
  loaded.set(experiment.id, known);
  return known;
}

/** All images, before they are divided. */
async function dataset({ dataset: name }: PageExperiment): Promise<Dataset> {
  const draw = name === "mnist" ? handwrittenDigits : clothes;
  const part = (which: "train" | "test") => draw.draw(which, draw.counts[which], seed);
  return { train: part("train"), test: part("test"), classes: draw.classes ?? digits } as unknown as Dataset;
}

const weightsOf = async (model: Model) => [...(await model.getWeights()).entries()];

describe("the main network of a study", () => {
  const engine = useEngine();

  it.each(studies)("trains in the page to the bits of $id", async (study) => {
    const experiment = short(study);
    const images = await imagesOf(experiment);
    using data = owned(await TrainingData.open(engine(), experiment, "quick", images, seed));
    using inPage = owned(await compiled(engine(), experiment));
    await inPage.value.fit(data.value.training, fit);

    const settings = { ...limits, seed, noise: "fixed" } as never;
    using own = owned(new StudyData(engine(), await dataset(experiment), settings, study.validation));
    using ofStudy = owned(await compiled(engine(), experiment));
    const model = ofStudy.value;
    const { targets, inputs } = study.main!.training!;
    const samples =
      targets === "classes"
        ? own.value.labelled("train", model.inputShape)
        : own.value.images("train", model.inputShape);
    const transform = inputs?.({ seed, noise: "fixed" }).train;
    await model.fit({ dataset: samples, ...(transform && { transform }) }, fit);
    expect(await weightsOf(inPage.value)).toEqual(await weightsOf(model));
  });

  it.each(studies)("is looked at, asked and magnified: $id", async (study) => {
    const experiment = short(study);
    const images = await imagesOf(experiment);
    using opened = owned(await TrainingData.open(engine(), experiment, "quick", images, seed));
    const data = opened.value;
    using trained = owned(await compiled(engine(), experiment));
    const model = trained.value;
    await model.fit(data.training, fit);
    const look = await lookAt(model, data, 3, 6);
    const { picture } = testPicture(data, 3);
    const asked = { model, data, step: 6 };
    expect(look.pixels.values).toEqual(Float32Array.from(picture));
    expect(look.seen === undefined).toBe(study.main!.training!.inputs === undefined);
    const last = look.outputs.at(-1)!.values;
    if (data.targets === "images") {
      const { made } = await reconstruct(asked, picture);
      expect(made.length).toBe(picture.length);
      if (!look.seen) expect(made).toEqual(last); // noise has another draw for another place
    } else {
      const { shares, saliency, explained } = await ask(asked, picture);
      expect(shares).toEqual(last);
      const at = saliency.indexOf(Math.max(...saliency));
      const change = { row: Math.floor(at / 28), column: at % 28, channel: 0, value: 200, explained };
      expect(Math.abs((await probe(asked, picture, change)).gradient) / saliency[at]!).toBeCloseTo(1, 4);
    }
    using microscope = owned(await StepMicroscope.open(model, data, { step: 6, batchSize: 16, seed }));
    const { facts } = microscope.value;
    for (const { name, shape } of facts.places.filter(({ kind }) => kind === "weight")) {
      const found = await microscope.value.explain(`${name}[${shape.map(() => 0)}]`);
      const [value] = (await model.getWeights()).get(name)!;
      expect(found.value, name).toBe(value);
      expect(found.backward.length, name).toBeGreaterThan(0);
    }
  });
});

/** Frees its value at the end of a block. */
function owned<T extends { dispose(): void }>(value: T): Disposable & { readonly value: T } {
  return { value, [Symbol.dispose]: () => value.dispose() };
}
