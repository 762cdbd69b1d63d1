/** @file Node's side: photographs as files, whole, broken and hostile, and what Node makes of each; the page must find the same. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { decodeImage, type Orientation, resizeImage } from "../../datasets/formats/images/image.ts";
import { resizeFilters } from "../../datasets/formats/images/resize.ts";
import { base64Of, type DecodedFile, type PhotographFile } from "./photographs.ts";

const folder = join(import.meta.dirname, "../golden-transfer/images");
const isPicture = /\.(jpe?g|png|webp|gif|bmp)$/;

/** Files with the outcome in Node. */
export async function photographFiles(): Promise<PhotographFile[]> {
  const files: PhotographFile[] = [];
  for (const [name, bytes] of [...golden(), ...(await drawn())]) {
    const unturned = name === "turned.webp"; // browsers do not turn WebP
    for (const orientation of unturned ? (["ignore"] as const) : (["ignore", "apply"] as const))
      files.push({
        name,
        orientation,
        bytes: base64Of(bytes),
        outcome: await outcomeOf(name, bytes, orientation),
      });
  }
  return files;
}

function golden(): [string, Uint8Array][] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => isPicture.test(name))
    .map((name) => [name, readFileSync(join(folder, name))]);
}

/** Formats that are not among the golden ones, and what nobody should allocate. */
async function drawn(): Promise<[string, Uint8Array][]> {
  const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;
  const picture = () => sharp({ create: { width: 45, height: 31, channels: 3, background: "black", noise } });
  const png = await picture().png().toBuffer();
  const jpeg = await picture().jpeg({ quality: 90, chromaSubsampling: "4:4:4" }).toBuffer();
  const huge = Uint8Array.from(png);
  new DataView(huge.buffer).setUint32(16, 60_000); // says that it is 60,000 pixels wide
  return [
    ["drawn.png", png],
    ["palette.png", await picture().png({ palette: true, colours: 16 }).toBuffer()],
    ["grey.png", await picture().greyscale().png().toBuffer()],
    ["interlaced.png", await picture().png({ progressive: true }).toBuffer()],
    ["baseline-444.jpg", jpeg],
    ["progressive.jpg", await picture().jpeg({ progressive: true }).toBuffer()],
    ["grey.jpg", await picture().greyscale().jpeg().toBuffer()],
    ["turned.jpg", await picture().withMetadata({ orientation: 8 }).jpeg().toBuffer()],
    ["turned.png", await picture().withMetadata({ orientation: 6 }).png().toBuffer()],
    ["turned.webp", await picture().withMetadata({ orientation: 3 }).webp({ lossless: true }).toBuffer()],
    ["lossless.webp", await picture().webp({ lossless: true }).toBuffer()],
    ["lossy.webp", await picture().webp().toBuffer()],
    ["huge.png", huge],
    ["cut.png", png.subarray(0, png.length - 60)],
    ["empty.jpg", new Uint8Array()],
    ["header-only.jpg", jpeg.subarray(0, 200)],
    ["text.jpg", new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>")],
  ];
}

async function outcomeOf(
  name: string,
  bytes: Uint8Array,
  orientation: Orientation,
): Promise<DecodedFile | { readonly error: string }> {
  try {
    const image = await decodeImage(bytes, { name, orientation });
    const resized = resizeFilters.map(
      (filter) => resizeImage(image, { height: 20, width: 23, filter }).pixels,
    );
    const { width, height, pixels } = image;
    const { data } = await opaque(bytes, orientation);
    return {
      width,
      height,
      pixels: base64Of(pixels),
      resized: resized.map(base64Of),
      opaque: base64Of(data),
    };
  } catch (error) {
    return { error: String(error) };
  }
}

/** Alpha of each pixel. */
async function opaque(bytes: Uint8Array, orientation: Orientation) {
  const file = sharp(bytes);
  if (orientation === "apply") file.autoOrient();
  return file
    .ensureAlpha()
    .extractChannel("alpha")
    .toColourspace("b-w")
    .raw()
    .toBuffer({ resolveWithObject: true });
}
