/** @file Kind squeezenet: features, logits and first guesses of photographs, from the file of the photograph on. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { preprocessInput } from "../../../applications/preprocess-input.ts";
import { squeezenet } from "../../../applications/squeezenet.ts";
import {
  decodeImage,
  type ResizeFilter,
  type RgbImage,
  resizeImage,
} from "../../../datasets/formats/images/image.ts";
import { dataFolder } from "../../../datasets/sources/data-folder.ts";
import type { Engine } from "../../../engine/index.ts";
import { type Model, model } from "../../../models/index.ts";
import type { GoldenCase } from "../cases.ts";
import { type Check, compareOutputs } from "../compare.ts";

const schema = z.object({
  photographs: z.array(z.string()),
  resized_sha256: z.record(z.string(), z.array(z.string())),
  fire9_step: z.number(),
});

const filters = ["bilinear", "nearest"] as const;
const side = 227;
const batchSize = 8;

export async function runSqueezeNet(golden: GoldenCase, engine: Engine): Promise<Check[]> {
  const { photographs, resized_sha256, fire9_step } = schema.parse(golden.attrs);
  const network = await squeezenet({ engine, allowDownload: false });
  const cut = (layer: string) => model({ inputs: network.inputs, outputs: network.outputOf(layer) });
  const [maps, logits] = [cut("fire9"), cut("pool10")];
  const results: Record<string, ArrayLike<number>> = {};
  const checks: Check[] = [];
  try {
    for (const filter of filters) {
      const images = await Promise.all(photographs.map((path) => readPhotograph(path, filter)));
      checks.push(sameBytes(`resized_${filter}`, images, resized_sha256[filter] ?? []));
      const x = inputsOf(images);
      const found = await logits.predict(x, { batchSize });
      const features = await maps.predict(x, { batchSize });
      Object.assign(results, {
        [`logits_${filter}`]: found,
        [`features_${filter}`]: averages(features, photographs.length),
        [`top5_${filter}`]: firstFive(found, photographs.length),
        [`resized_${filter}`]: images[0]!.pixels,
        [`fire9_${filter}`]: features
          .subarray(0, features.length / photographs.length)
          .filter((_, i) => i % fire9_step === 0),
      });
    }
    return [...compareOutputs(golden, results), ...checks];
  } finally {
    network.dispose();
  }
}

/** As the case prepared it: the whole photograph, whatever its sides, [227, 227, 3]. */
export async function readPhotograph(path: string, filter: ResizeFilter): Promise<RgbImage> {
  const name = join(dataFolder(), path);
  const image = await decodeImage(await readFile(name), { name });
  return resizeImage(image, { width: side, height: side, filter });
}

/** [n, 227, 227, 3], prepared for the network. */
export function inputsOf(images: readonly RgbImage[]): Float32Array {
  return preprocessInput(Uint8Array.from(images.flatMap(({ pixels }) => [...pixels])), "squeezenet");
}

/** Of 13 x 13 maps [n, 13, 13, 512], in float64. */
function averages(maps: Float32Array, count: number): Float64Array {
  const channels = 512;
  const positions = maps.length / count / channels;
  const sums = new Float64Array(count * channels);
  maps.forEach((value, i) => {
    sums[Math.floor(i / channels / positions) * channels + (i % channels)]! += value / positions;
  });
  return sums;
}

function firstFive(logits: Float32Array, count: number): number[] {
  const classes = logits.length / count;
  return Array.from({ length: count }, (_, n) => {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    return [...row.keys()].sort((a, b) => row[b]! - row[a]!).slice(0, 5);
  }).flat();
}

function sameBytes(tensor: string, images: readonly RgbImage[], expected: readonly string[]): Check {
  const wrong = images.findIndex(
    ({ pixels }, i) => createHash("sha256").update(pixels).digest("hex") !== expected[i],
  );
  return {
    tensor: `${tensor} bytes`,
    ratio: wrong < 0 && images.length === expected.length ? 0 : Number.POSITIVE_INFINITY,
    detail: wrong < 0 ? "the same" : `photograph ${wrong} has other bytes`,
  };
}

/** What a cut network gives for many photographs, a few at a time in main memory. */
export async function predictPhotographs(
  network: Model,
  paths: readonly string[],
  filter: ResizeFilter,
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (let first = 0; first < paths.length; first += batchSize) {
    const images = await Promise.all(
      paths.slice(first, first + batchSize).map((path) => readPhotograph(path, filter)),
    );
    parts.push(await network.predict(inputsOf(images), { batchSize }));
  }
  return Float32Array.from(parts.flatMap((part) => [...part]));
}
