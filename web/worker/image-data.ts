/** @file The images of a training: from the server of `npm run lab`, or drawn in the page where there is none. */
import { type ImageSet, labelsFrom } from "../../datasets/formats/image-set.ts";
import { randomSubset, takeImages } from "../../datasets/splits.ts";
import { clothes } from "../../datasets/synthetic/clothes.ts";
import { coloredShapes } from "../../datasets/synthetic/colored-shapes.ts";
import { handwrittenDigits } from "../../datasets/synthetic/handwriting.ts";
import type { StandIn } from "../../datasets/synthetic/stand-in.ts";
import { syntheticCounts, syntheticStreetDigits } from "../../datasets/synthetic/street-digits.ts";
import { ArgumentError } from "../../engine/errors.ts";
import type { ProfileName } from "../../runner/experiment.ts";
import { type ImagesHeader, readImages } from "../../runner/lab/image-file.ts";
import type { PageExperiment } from "../../runner/lab/page-run.ts";
import type { OwnData, OwnSamples } from "../../runner/own/data.ts";
import { studyImages } from "../../runner/study/study-images.ts";

export interface LabImages extends Pick<ImagesHeader, "classes" | "origin" | "note"> {
  readonly train: ImageSet;
  /** held out by a study; others divide what they train on */
  readonly validation?: ImageSet;
  readonly test: ImageSet;
}

const standIns: Readonly<Record<string, StandIn>> = {
  svhn: { what: "street digits", counts: syntheticCounts, draw: syntheticStreetDigits },
  cifar10: coloredShapes(10),
  cifar25: coloredShapes(25),
  cifar100: coloredShapes(100),
  mnist: handwrittenDigits,
  "fashion-mnist": clothes,
};

/** The images that `wgrad train` takes with this seed; `page` is its address. Throws ArgumentError for a data set that no page has. */
export async function loadImages(
  { dataset, study, profiles }: Pick<PageExperiment, "dataset" | "study" | "profiles">,
  profile: ProfileName,
  seed: number,
  page: string,
): Promise<LabImages> {
  if (typeof dataset === "object" && "load" in dataset) return ownImages(await dataset.load());
  if (!study) return someImages(String(dataset), profiles[profile], seed, page);
  const all = await someImages(String(dataset), {}, seed, page);
  const { limit = null, testLimit = null } = profiles[profile];
  const { split: _, ...parts } = studyImages(all, { limit, testLimit, seed }, study.heldOut);
  return { ...all, ...parts };
}

/** How many are used; all if absent. */
interface Limits {
  readonly limit?: number | undefined;
  readonly testLimit?: number | undefined;
}

async function someImages(
  dataset: string,
  { limit, testLimit }: Limits,
  seed: number,
  page: string,
): Promise<LabImages> {
  const query = new URLSearchParams({ seed: String(seed) });
  if (limit !== undefined) query.set("limit", String(limit));
  if (testLimit !== undefined) query.set("testLimit", String(testLimit));
  const response = await fetch(new URL(`api/images/${dataset}?${query}`, page)).catch(() => undefined);
  const isFile = response?.headers.get("content-type") === "application/octet-stream";
  if (response?.ok && isFile) return readImages(new Uint8Array(await response.arrayBuffer()));
  return drawn(dataset, { limit, testLimit }, seed);
}

/** Of a visitor's folder: bytes [n, h, w, c] with a class each. */
function ownImages({ train, test, classes = [] }: OwnData): LabImages {
  const part = ({ x, shape, y = [] }: OwnSamples): ImageSet => {
    const [count, height, width, channels] = shape as [number, number, number, number];
    return {
      images: Uint8Array.from(x),
      labels: labelsFrom(y, classes.length),
      count,
      height,
      width,
      channels,
    };
  };
  const note = `own images in ${classes.length} classes, read by the page.`;
  return { train: part(train), test: part(test), classes, origin: "own", note };
}

function drawn(dataset: string, { limit, testLimit }: Limits, seed: number): LabImages {
  const standIn = standIns[dataset];
  if (!standIn) throw new ArgumentError(`There are no images of ${dataset} in a page.`);
  const draw = (part: "train" | "test", most: number | undefined) => {
    const all = standIn.draw(part, standIn.counts[part], seed);
    return most === undefined || most >= all.count
      ? all
      : takeImages(all, randomSubset(all.count, most, seed));
  };
  const [train, test] = [draw("train", limit), draw("test", testLimit)];
  const classes = standIn.classes ?? Array.from({ length: 10 }, (_, i) => String((i + 1) % 10));
  return {
    train,
    test,
    classes,
    origin: "synthetic",
    note: `SYNTHETIC: ${standIn.what}, drawn by the page.`,
  };
}
