/**
 * @file `node --import tsx bench/decode-ahead.ts [TIMES] [FOLDER]`: seconds from a folder that was never decoded to SqueezeNet's
 * averaged features of all its photographs, decoded before or ahead of the GPU. FOLDER, by default `cub-200` of the data folder,
 * is taken TIMES times. Weights are random: they make no difference to the speed.
 */
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PreprocessInput } from "../applications/preprocess-input.ts";
import type { ImageSet, StoredImages } from "../datasets/formats/image-set.ts";
import { dataFolder } from "../datasets/sources/data-folder.ts";
import { imageFolder } from "../datasets/sources/folder/image-folder.ts";
import { listImages } from "../datasets/sources/folder/list-images.ts";
import { streamedImageFolder } from "../datasets/sources/folder/streamed-folder.ts";
import { createEngine } from "../engine/index.ts";
import { input, model } from "../models/index.ts";
import { squeezenet } from "../models/networks/squeezenet.ts";
import { runScript } from "./arguments.ts";

const size = 227;
const batchSize = 8;

async function main(): Promise<number> {
  const [times = "1", source = join(dataFolder(), "cub-200")] = process.argv.slice(2);
  const place = mkdtempSync(join(tmpdir(), "wgrad-bench-"));
  try {
    const folder = await repeated(source, Number(times), join(place, "photographs"));
    await compare(folder, place);
  } finally {
    rmSync(place, { recursive: true });
  }
  return 0;
}

/** The photographs under new names, as train/CLASS/ and test/CLASS/. */
async function repeated(source: string, times: number, target: string): Promise<string> {
  const { train, test } = await listImages(source, { testFraction: 0.2, seed: 0 });
  for (const [part, images] of Object.entries({ train, test })) {
    for (const [i, { name, label }] of images.entries()) {
      for (let k = 0; k < times; k++) {
        const path = join(target, part, String(label), `${i}-${k}${name.slice(name.lastIndexOf("."))}`);
        mkdirSync(dirname(path), { recursive: true });
        copyFileSync(join(source, name), path);
      }
    }
  }
  return target;
}

async function compare(folder: string, place: string): Promise<void> {
  const engine = await createEngine();
  const network = squeezenet({ pooling: "avg" });
  const image = input(network.inputShape);
  const features = model({
    inputs: image,
    outputs: network.apply(PreprocessInput("squeezenet").apply(image)),
  });
  features.initialize(engine, 1);
  const sums: string[] = [];
  const featuresOf = async (set: ImageSet | StoredImages) => {
    const data =
      "read" in set ? { ...set, scale: 1 } : { inputs: set.images, inputShape: [size, size, 3], scale: 1 };
    return features.predict(data, { batchSize });
  };
  const noteSum = (values: readonly Float32Array[]) => {
    const hash = createHash("md5");
    for (const part of values) hash.update(part);
    sums.push(hash.digest("hex"));
  };
  const ways = {
    before: async (data: string) => {
      const { train, test } = await imageFolder(folder, { size, data });
      noteSum([await featuresOf(train), await featuresOf(test)]);
    },
    ahead: async (data: string) => {
      const { train, test, close } = await streamedImageFolder(folder, { size, data });
      noteSum([await featuresOf(train), await featuresOf(test)]);
      await close();
    },
  };
  console.log(`adapter: ${engine.adapter.description || engine.adapter.device}`);
  await ways.before(join(place, "warm")); // kernels are compiled
  for (let round = 0; round < 3; round++) {
    for (const [name, way] of Object.entries(ways)) {
      const start = performance.now();
      await way(join(place, `${name}-${round}`));
      const cold = performance.now();
      await way(join(place, `${name}-${round}`));
      const cached = performance.now();
      const seconds = [cold - start, cached - cold].map((ms) => (ms / 1000).toFixed(1));
      console.log(`decoded ${name}: ${seconds[0]} s, from the cache ${seconds[1]} s`);
    }
  }
  console.log(`features equal: ${new Set(sums).size === 1}`);
}

runScript("bench/decode-ahead", main);
