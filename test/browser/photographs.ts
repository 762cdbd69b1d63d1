/** @file The page's side: photographs decoded by the browser and resized, held against what Node made of them. */
import { decodeImage, type Orientation, resizeImage } from "../../datasets/formats/images/image.ts";
import { resizeFilters } from "../../datasets/formats/images/resize.ts";

/** What Node made of a file; bytes in base64. */
export interface DecodedFile {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3] */
  readonly pixels: string;
  /** [20, 23, 3] by each filter */
  readonly resized: readonly string[];
  /** [height, width], 255 where nothing shines through */
  readonly opaque: string;
}

export interface PhotographFile {
  readonly name: string;
  readonly orientation: Orientation;
  readonly bytes: string;
  readonly outcome: DecodedFile | { readonly error: string };
}

/** Levels of 255 that decoders may differ by: JPEG and lossy WebP leave rounding and the smoothing of colours open. */
const tolerances = { jpg: 3, webp: 3, png: 0 } as const;

/** Returns how many files were looked at. */
export async function photographs(problems: string[]): Promise<number> {
  const files = (await (await fetch("/photographs.json")).json()) as PhotographFile[];
  for (const file of files) {
    const wrong = await problemOf(file);
    if (wrong) problems.push(`photograph ${file.name} (${file.orientation}): ${wrong}`);
  }
  return files.length;
}

async function problemOf({ name, orientation, bytes, outcome }: PhotographFile): Promise<string | undefined> {
  const found = await decodeImage(bytesOf(bytes), { name, orientation }).catch((error: Error) => error);
  if ("error" in outcome) {
    if (!(found instanceof Error)) return `is decoded; Node says ${outcome.error}`;
    return found.name === "FileError" && found.message.includes(name)
      ? undefined
      : `no house error: ${found}`;
  }
  if (found instanceof Error) return `${found}`;
  if (found.width !== outcome.width || found.height !== outcome.height)
    return `is ${found.width} x ${found.height}, in Node ${outcome.width} x ${outcome.height}`;
  const opaque = bytesOf(outcome.opaque);
  const most = tolerances[name.endsWith("png") ? "png" : name.endsWith("webp") ? "webp" : "jpg"];
  const seen = (_: number, i: number) => opaque[Math.floor(i / 3)] === 255;
  const difference = largestDifference(found.pixels.filter(seen), bytesOf(outcome.pixels).filter(seen));
  if (difference > most) return `differs by ${difference} levels, at most ${most} are allowed`;
  if (opaque.some((alpha) => alpha < 255)) return undefined; // what shines through has lost some of its colour
  for (const [i, filter] of resizeFilters.entries()) {
    const { pixels } = resizeImage(found, { height: 20, width: 23, filter });
    const resized = largestDifference(pixels, bytesOf(outcome.resized[i]!));
    if (resized > most) return `resized (${filter}) it differs by ${resized} levels`;
  }
  return undefined;
}

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

export function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
