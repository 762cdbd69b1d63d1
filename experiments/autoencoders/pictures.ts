/** @file Pictures that several questions show: images beside their reconstructions, the plane of a code, filters. */
import type { ImageSet } from "../../datasets/formats/image-set.ts";
import { takeImages } from "../../datasets/splits.ts";
import type { Pca } from "../../kernels/pca/index.ts";
import type { HostRows } from "../../kernels/rows.ts";
import type { Model } from "../../models/index.ts";
import { filterImages } from "../../report/filter-images.ts";
import { type Label, label } from "../../report/label.ts";
import type { GridBlock, LineBlock, ReportImages } from "../../report/run-report.ts";
import type { TrainedPart } from "../../runner/study/part.ts";
import type { Study } from "../../runner/study/study.ts";

/** One image of every class, the first of the set. */
function oneOfEach({ labels, ...rest }: ImageSet, classes: readonly string[]): ImageSet {
  const firsts = classes.map((_, k) => labels.indexOf(k)).filter((i) => i >= 0);
  return takeImages({ labels, ...rest }, Uint32Array.from(firsts));
}

/** Numbers as grey images of 28x28: 0 is black, 1 is white, what is beyond is cut. */
export function greyImages(
  values: Float32Array,
  { height, width }: { height: number; width: number },
): ReportImages {
  const images = Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
  return { images, count: values.length / (height * width), height, width, channels: 1 };
}

/** What an autoencoder makes of images. */
export async function reconstructed(autoencoder: Model, set: ImageSet): Promise<ReportImages> {
  const outputs = await autoencoder.predict({
    inputs: set.images,
    inputShape: autoencoder.inputShape,
    scale: 1 / 255,
  });
  return greyImages(outputs, set);
}

/** What is left of images in the first `components` of `all`. */
export async function pcaReconstructed(all: Pca, set: ImageSet, components: number): Promise<ReportImages> {
  using pca = all.first(components);
  const pixels = set.height * set.width;
  const rows = { values: set.images, shape: [set.count, pixels], scale: 1 / 255 };
  return greyImages(await pca.reconstruct(rows), set);
}

/** Originals in the first row, the reconstructions of each network below. */
export async function reconstructionGrid(
  title: Label,
  set: ImageSet,
  rows: readonly { readonly label: Label; readonly model: Model }[],
): Promise<GridBlock> {
  const grid: { label: Label; images: ReportImages }[] = [{ label: label("original"), images: set }];
  for (const { label: name, model } of rows)
    grid.push({ label: name, images: await reconstructed(model, set) });
  return { kind: "grid", title, rows: grid };
}

/** Images decoded from points of the plane that a 2-d code spans, where 90 % of `codes` lie, the origin bottom left. */
export async function manifold(
  title: Label,
  decoder: Model,
  codes: HostRows,
  size: { readonly height: number; readonly width: number },
): Promise<GridBlock> {
  const steps = 15;
  const [xs, ys] = [0, 1].map((axis) => {
    const values = codes.values.filter((_: number, i: number) => i % 2 === axis).sort();
    const [low, high] = [
      values[Math.floor(0.05 * values.length)]!,
      values[Math.floor(0.95 * values.length)]!,
    ];
    return Array.from({ length: steps }, (_, i) => low + ((high - low) * i) / (steps - 1));
  }) as [number[], number[]];
  const points = ys.toReversed().flatMap((y) => xs.flatMap((x) => [x, y]));
  const outputs = await decoder.predict({ inputs: Float32Array.from(points), inputShape: [2] });
  const row = (i: number) =>
    outputs.subarray((i * outputs.length) / steps, ((i + 1) * outputs.length) / steps);
  const rows = ys.map((_, i) => ({ label: "", images: greyImages(row(i).slice(), size) }));
  return { kind: "grid", title, rows, gap: 0, scale: 1 };
}

/** The weights from the 784 pixels to each of the first `count` units of a dense layer, as images. */
export async function receptiveFields(
  title: Label,
  { model }: TrainedPart,
  count: number,
  layer = "dense_1",
): Promise<GridBlock> {
  const dense = model.getLayer(layer);
  const weights = (await dense.getWeights()).get("kernel")!;
  const units = weights.length / 784;
  const images = filterImages({ layer, weights, height: 28, width: 28, channels: 1, filters: units });
  const columns = Math.min(8, units, count);
  const rows = Math.floor(Math.min(units, count) / columns);
  const row = (i: number): ReportImages => ({
    ...images,
    images: images.images.slice(i * columns * 784, (i + 1) * columns * 784),
    count: columns,
  });
  return {
    kind: "grid",
    title,
    rows: Array.from({ length: rows }, (_, i) => ({ label: "", images: row(i) })),
  };
}

/** A quantity of the history of several parts, at most five. Those that never reported it are left out. */
export function curves(
  title: Label,
  quantity: "loss" | "val_loss" | "val_rounded_accuracy" | "test_error",
  parts: readonly { readonly label: Label; readonly part: TrainedPart }[],
): LineBlock {
  const series = parts.map(({ label: name, part: { history } }) => ({
    name,
    points: history.epoch.map((x, i) => ({ x, y: history.history[quantity]?.[i] ?? Number.NaN })),
  }));
  return { kind: "lines", title, xTitle: label("epoch"), yTitle: label(quantity), series };
}

/** Test images for pictures: one of each class. */
export function shownImages(study: Study): ImageSet {
  return oneOfEach(study.data.test, study.classes);
}
