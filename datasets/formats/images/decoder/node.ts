/** @file Pixels of a picture in Node, by sharp (libvips): a package that only those need who read photographs. */
import type Sharp from "sharp";
import { FileError, WgradError } from "../../../../engine/errors.ts";
import { checkPng } from "../png.ts";
import type { Decode, PixelsOf } from "./decode.ts";

export const decode: Decode = async (bytes, { name, header, maxPixels, orientation }) => {
  const sharp = await loadSharp();
  if (header.format === "PNG") await checkPng(bytes, name);
  try {
    // Colour profiles are ignored, as by PIL and Keras: the numbers of the file are the pixels.
    const file = sharp(bytes, { failOn: "error", limitInputPixels: maxPixels, ignoreIcc: true });
    const { space } = await file.metadata();
    if (orientation === "apply") file.autoOrient();
    if (space === "cmyk") file.pipelineColourspace("cmyk").toColourspace("cmyk");
    else file.toColourspace("srgb").removeAlpha();
    const { data, info } = await file.raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    const pixels = space === "cmyk" ? fromCmyk(data) : channels === 1 ? fromGrey(data) : data;
    if (pixels.length === width * height * 3) return { width, height, pixels };
  } catch (cause) {
    throw new FileError(`${name}: damaged, cannot be decoded${reasonOf(cause)}.`, { cause });
  }
  throw new FileError(`${name}: a ${header.format} with channels that are not known.`);
};

/** There is no canvas. */
export const pixelsOf: PixelsOf = () => undefined;

let loaded: Promise<typeof Sharp> | undefined;

function loadSharp(): Promise<typeof Sharp> {
  loaded ??= import("sharp").then(
    ({ default: sharp }) => {
      sharp.cache(false); // every file is read once
      sharp.concurrency(1); // files are decoded side by side, each in one thread
      return sharp;
    },
    (cause) => {
      throw new WgradError("To read photographs in Node, wgrad needs the package sharp: npm i sharp.", {
        cause,
      });
    },
  );
  return loaded;
}

/** PIL's conversion of what Adobe stores: (255 - C) (255 - K) / 255, rounded. */
function fromCmyk(data: Uint8Array): Uint8Array {
  const pixels = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const light = 255 - data[from + 3]!;
    for (let c = 0; c < 3; c++) pixels[to++] = Math.round(((255 - data[from + c]!) * light) / 255);
  }
  return pixels;
}

function fromGrey(data: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(data.length * 3);
  for (let i = 0; i < data.length; i++) pixels.fill(data[i]!, 3 * i, 3 * i + 3);
  return pixels;
}

/** libvips has one place for the reasons of all threads: where another one has emptied it meanwhile there is none. */
function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const reason = text.trim().split("\n")[0]!.replace(/\.$/, "");
  return reason === "" || reason === "Unknown error" ? "" : `: ${reason}`;
}
