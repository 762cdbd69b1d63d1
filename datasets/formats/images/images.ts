/** @file Images as what a model takes: `model.predict(images([...]))`, in Node and in a page. */
import { pixelsOf } from "#image-decoder";
import { platform } from "#platform";
import { ArgumentError, FileError, formatShape } from "../../../engine/errors.ts";
import { checkOption, checkOptionNames, written } from "../../../engine/options.ts";
import { greyPixels } from "./grey.ts";
import { decodeImage, resizeImage } from "./image.ts";
import type { ResizeFilter } from "./resize.ts";
import { type Orientation, type RgbImage, withoutAlpha } from "./rgb-image.ts";

/** Pixels that are decoded already, RGB or RGBA. */
type Decoded = RgbImage | Pick<ImageData, "width" | "height" | "data">;

/**
 * One image: a file's bytes, as they are or in a Blob or File; the path of a file, which in a page is one of the origin's own
 * (OPFS); decoded pixels, ImageData among them; and in a page whatever a canvas draws: ImageBitmap, HTMLImageElement,
 * HTMLCanvasElement, OffscreenCanvas, HTMLVideoElement.
 */
export type ImageInput = string | Uint8Array | ArrayBuffer | Blob | Decoded | CanvasImageSource;

/** Options of images(): how they are scaled and brought to the size of the input. */
export interface ImagesOptions {
  /** what the bytes 0 to 255 are multiplied by, as in training: 1 / 255 for example. Default 1 */
  readonly scale?: number;
  /** how images are brought to the size of the model's input, as by PIL. Default "bilinear" */
  readonly filter?: ResizeFilter;
  /** of files: "apply" turns them as EXIF says. Default "ignore", as PIL, Keras and imageFolder() do */
  readonly orientation?: Orientation;
}

/** Images that become bytes [n, h, w, c] once the shape is known: RGB for c = 3, grey as by PIL for c = 1. */
export interface Images {
  /** the images as samples of this shape, [h, w, c] */
  samplesOf(shape: readonly number[]): Promise<{
    readonly inputs: Uint8Array;
    readonly inputShape: readonly number[];
    readonly scale: number;
  }>;
}

/**
 * For model.predict(), saliency() and gradCam(), which tell it the size of the model's input.
 * @param given one image or a list of them
 * @throws ArgumentError for what is no image, or options outside their values. predict() rejects with FileError, naming it, for a
 * file that cannot be read or decoded
 */
export function images(given: ImageInput | readonly ImageInput[], options: ImagesOptions = {}): Images {
  checkOptionNames<ImagesOptions>("images", options, { scale: true, filter: true, orientation: true });
  const { scale = 1, filter = "bilinear", orientation = "ignore" } = options;
  checkOption("images", "scale", scale, () => scale !== 0, "a number that is not 0");
  const list: readonly ImageInput[] = Array.isArray(given) ? given : [given as ImageInput];
  if (list.length === 0) throw new ArgumentError("images: the list is empty.");
  return {
    async samplesOf(shape) {
      const [height, width, channels] = shape as readonly [number, number, number];
      if (shape.length !== 3 || (channels !== 1 && channels !== 3)) {
        throw new ArgumentError(
          `images: the model takes ${formatShape(shape)}; an image is [height,width,3] or, in grey, [height,width,1].`,
        );
      }
      const size = height * width * channels;
      const inputs = new Uint8Array(list.length * size);
      for (const [i, each] of list.entries()) {
        const image = await decoded(each, i, orientation);
        const { pixels } = resizeImage(image, { height, width, filter });
        inputs.set(channels === 1 ? greyPixels(pixels) : pixels, i * size);
      }
      return { inputs, inputShape: [height, width, channels], scale };
    },
  };
}

async function decoded(given: ImageInput, index: number, orientation: Orientation): Promise<RgbImage> {
  const name = typeof given === "string" ? given : fileName(given) || `image ${index}`;
  const bytes = await bytesOf(given);
  if (bytes) return decodeImage(bytes, { name, orientation });
  if (typeof given === "object" && given !== null && "width" in given) {
    if ("pixels" in given) return sound(given, given.pixels, name);
    if ("data" in given) return sound(given, withoutAlpha(given.data), name);
  }
  const shown = pixelsOf(given, name);
  if (shown) return shown;
  throw new ArgumentError(
    `images: ${name} is ${written(given)}, and no image: bytes, a Blob, a path or pixels are.`,
  );
}

/** Of a file; undefined for what is no file. */
async function bytesOf(given: ImageInput): Promise<Uint8Array | undefined> {
  if (typeof given === "string")
    return new Uint8Array(await (await platform.files.blob(given)).arrayBuffer());
  if (given instanceof Blob) return new Uint8Array(await given.arrayBuffer());
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  return given instanceof Uint8Array ? given : undefined;
}

function fileName(given: ImageInput): string | undefined {
  return typeof File === "function" && given instanceof File ? given.name : undefined;
}

function sound(
  { width, height }: { readonly width: number; readonly height: number },
  pixels: Uint8Array,
  name: string,
): RgbImage {
  if (width > 0 && height > 0 && pixels.length === 3 * width * height) return { width, height, pixels };
  throw new FileError(
    `images: ${name} says ${width} x ${height} pixels, but has ${pixels.length / 3} of three bytes.`,
  );
}
