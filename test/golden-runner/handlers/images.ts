/** @file Kind images: pixels of files, resizing, and Keras's preparation of a photograph. */
import { preprocessInput } from "../../../applications/preprocess-input.ts";
import {
  decodeImage,
  type ResizeFilter,
  type RgbImage,
  resizeImage,
} from "../../../datasets/formats/images/image.ts";
import type { Engine } from "../../../engine/index.ts";
import { Attributes } from "../attributes.ts";
import type { GoldenCase, ReadFile } from "../cases.ts";
import { type Check, compareOutputs, exactly, type Results } from "../compare.ts";

export function supportsImages(op: string): boolean {
  return op === "load_image" || op === "resize";
}

export async function runImages(
  golden: GoldenCase,
  _engine: Engine | undefined,
  read: ReadFile,
): Promise<Check[]> {
  const name = new Attributes(golden).string("image_file");
  const image = await decodeImage(read(name), { name });
  if (golden.op === "resize") {
    const resized = [...golden.tensors.keys()].map((tensor) => {
      const [filter, size] = tensor.split("_") as [ResizeFilter, string];
      const [height, width] = size.split("x").map(Number) as [number, number];
      return [tensor, resizeImage(image, { height, width, filter }).pixels];
    });
    return compareOutputs(golden, Object.fromEntries(resized) as Results);
  }
  return loaded(golden, image);
}

/** `nearest_rows` and `nearest_columns` are what resizing does to pictures whose values are their positions. */
async function loaded(golden: GoldenCase, image: RgbImage): Promise<Check[]> {
  const attrs = new Attributes(golden);
  const [height, width] = attrs.pair("target");
  const size = { height, width, filter: "nearest" } as const;
  const { pixels } = resizeImage(image, size);
  const prepared = preprocessInput(pixels, "resnet50");
  const step = attrs.number("caffe_step");
  const results = {
    pixels: image.pixels,
    nearest_rows: positions(image.height, height),
    nearest_columns: positions(image.width, width),
    caffe: prepared.filter((_, i) => i % step === 0),
  };
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(pixels)));
  const sum = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [...compareOutputs(golden, results), exactly("resized_sha256", sum, attrs.string("resized_sha256"))];
}

/** Which of `from` rows each of `to` ones comes from. */
function positions(from: number, to: number): number[] {
  const pixels = Uint8Array.from({ length: from * 3 }, (_, i) => Math.floor(i / 3)); // all are below 256
  const column = resizeImage({ width: 1, height: from, pixels }, { width: 1, height: to, filter: "nearest" });
  return Array.from({ length: to }, (_, i) => column.pixels[3 * i]!);
}
