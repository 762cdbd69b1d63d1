/** @file A picture of what ImageDataGenerator makes of images: a row for every kind of change, originals beside variants. */
import type { Dataset } from "../datasets/dataset.ts";
import type { ImageSet } from "../datasets/formats/image-set.ts";
import { takeImages } from "../datasets/splits.ts";
import type { Engine } from "../engine/device.ts";
import { StepState } from "../engine/step-state.ts";
import type { Tensor } from "../engine/tensor.ts";
import type { InputTransform } from "../models/data/gpu-samples.ts";
import {
  describeGenerator,
  ImageDataGenerator,
  type ImageDataGeneratorOptions,
} from "../models/preprocessing/image-data-generator.ts";
import type { ReportDocument } from "../report/document.ts";
import { drawFigure } from "../report/draw-figure.ts";
import { inlineFigure } from "../report/figure.ts";
import type { ImageTableSpec } from "../report/figure-spec.ts";
import { htmlPage } from "../report/html-page.ts";
import { gatherImages } from "../report/image-grid.ts";
import { label } from "../report/label.ts";
import { markup } from "../report/markup.ts";

const originals = 2;
const variants = 4;
/** that means, deviations and the whitening matrix are fitted on: more than these take too long to wait for */
const fittedImages = 300;

interface Kind {
  readonly name: string;
  readonly options: ImageDataGeneratorOptions;
}

/** Ranges are wider than those of the experiments, so that they can be seen. */
const kinds: readonly Kind[] = [
  { name: "rotation", options: { rotationRange: 30 } },
  { name: "width shift", options: { widthShiftRange: 0.25 } },
  { name: "height shift", options: { heightShiftRange: 0.25 } },
  { name: "shear", options: { shearRange: 30 } },
  { name: "zoom", options: { zoomRange: 0.4 } },
  { name: "channel shift", options: { channelShiftRange: 0.3 } },
  { name: "horizontal flip", options: { horizontalFlip: true } },
  { name: "vertical flip", options: { verticalFlip: true } },
  { name: "as in cifar10-g", options: { widthShiftRange: 0.1, heightShiftRange: 0.1, horizontalFlip: true } },
  { name: "filled: constant", options: { rotationRange: 45, fillMode: "constant" } },
  { name: "filled: reflect", options: { rotationRange: 45, fillMode: "reflect" } },
  { name: "filled: wrap", options: { rotationRange: 45, fillMode: "wrap" } },
  { name: "featurewise", options: { featurewiseCenter: true, featurewiseStdNormalization: true } },
  { name: "samplewise", options: { samplewiseCenter: true, samplewiseStdNormalization: true } },
  { name: "ZCA whitening", options: { featurewiseCenter: true, zcaWhitening: true, zcaEpsilon: 0.1 } },
];

/** The page and its one picture; `seed` chooses images and variants. */
export async function augmentationPicture(
  engine: Engine,
  dataset: Dataset,
  seed: number,
  line: (text: string) => void,
): Promise<ReportDocument> {
  const { train } = dataset;
  const indices = Uint32Array.from(
    { length: originals },
    (_, i) => (seed * 7919 + i * 104_729) % train.count,
  );
  const images = takeImages(train, indices);
  const fitted = takeImages(
    train,
    Uint32Array.from({ length: Math.min(fittedImages, train.count) }, (_, i) => i),
  );
  const rows: Row[] = [];
  for (const { name, options } of kinds) {
    using generator = new ImageDataGenerator(options);
    if (generator.needsFit) await generator.fit(engine, hostRows(fitted), { onSlow: line });
    rows.push(await rowOf(engine, { name, generator, images, indices, seed }));
  }
  const every = 1 + variants;
  const heads = Array.from({ length: originals }, (_, i) => [
    { column: i * every, text: label("original") },
    { column: i * every + 1, text: label("variants") },
  ]).flat();
  const figure = await drawFigure({
    name: "augmentation",
    title: label("generator-variants"),
    spec: { kind: "image-table", heads, rows, size: 64 },
  });
  const { title } = figure;
  const standardized =
    `Standardized values are stretched to what a screen can show. They are fitted on the first ${fitted.count} images ` +
    "here, and on all of them in experiments; a test image gets them without the variants.";
  const body = markup`<div class="page">
<header>
<p class="eyebrow">wgrad</p>
<h1>${title}</h1>
<p>${dataset.title}. ${dataset.note} Seed ${seed}.</p>
</header>
<figure class="wide">${inlineFigure(figure)}</figure>
<p>${standardized} Each variant is another epoch: what happens to an image depends on seed, epoch and image alone.</p>
</div>
`;
  const marks = dataset.origin === "synthetic" ? ["SYNTHETIC IMAGES"] : [];
  return {
    html: htmlPage({ title, marks, body }),
    figures: [figure],
    provenance: [dataset.title, `seed ${seed}`, ...marks].join(" · "),
  };
}

type Row = ImageTableSpec["rows"][number];

interface Shown {
  readonly name: string;
  readonly generator: ImageDataGenerator;
  readonly images: ImageSet;
  readonly indices: Uint32Array;
  readonly seed: number;
}

async function rowOf(engine: Engine, { name, generator, images, indices, seed }: Shown): Promise<Row> {
  const count = generator.augments ? variants : 1;
  const results: ImageSet[] = [];
  for (let epoch = 0; epoch < count; epoch++) {
    const values = await transformed(engine, generator.training, images, { indices, seed, epoch });
    results.push({
      ...images,
      images: generator.evaluation ? stretched(values, images.count) : asBytes(values),
    });
  }
  const cell = (set: ImageSet, index: number) => ({ image: gatherImages(set, [index]) });
  const cells = Array.from({ length: originals }, (_, i) => [
    cell(images, i),
    ...Array.from({ length: variants }, (_, k) => (results[k] ? cell(results[k], i) : null)),
  ]).flat();
  return { name, detail: describeGenerator(generator.options), cells };
}

/** The images as a training step of an epoch sees them. */
async function transformed(
  engine: Engine,
  transform: InputTransform | undefined,
  set: ImageSet,
  { indices, seed, epoch }: { indices: Uint32Array; seed: number; epoch: number },
): Promise<Float32Array> {
  const step = new StepState(engine);
  step.set({ seed, epoch });
  const y = engine.scope(() => {
    const values = Float32Array.from(set.images, (byte) => byte / 255);
    const x = engine.tensor(values, [set.count, set.height, set.width, set.channels]);
    const order = engine.tensor(indices, [indices.length], "u32") as Tensor<"u32">;
    return engine.keep(engine.useStep(step, () => (transform ? transform.apply(x, order) : x)));
  });
  const values = (await y.data()) as Float32Array;
  y.dispose();
  step.dispose();
  return values;
}

function hostRows({ images, count, height, width, channels }: ImageSet) {
  return { values: images, shape: [count, height, width, channels], scale: 1 / 255 };
}

function asBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(255 * Math.min(Math.max(value, 0), 1)));
}

/** Each image's values brought to 0..255, but for the outermost hundredth on both sides. */
function stretched(values: Float32Array, count: number): Uint8Array {
  const size = values.length / count;
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < count; i++) {
    const own = values.subarray(i * size, (i + 1) * size);
    const sorted = Float32Array.from(own).sort();
    const [low, high] = [sorted[Math.floor(size * 0.01)]!, sorted[Math.ceil(size * 0.99) - 1]!];
    bytes.set(asBytes(own.map((value) => (value - low) / (high - low || 1))), i * size);
  }
  return bytes;
}
