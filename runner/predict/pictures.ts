/** @file The pictures that were named: files, or folders of them, decoded as a network takes them. */
import { existsSync, statSync } from "node:fs";
import { greyPixels } from "../../datasets/formats/images/grey.ts";
import { defaultMaxPixels } from "../../datasets/formats/images/image.ts";
import { DecodePool } from "../../datasets/sources/folder/decode-pool.ts";
import { photographsIn } from "../../datasets/sources/folder/list-images.ts";
import { FileError } from "../../engine/errors.ts";
import type { ReportImages } from "../../report/run-report.ts";
import type { PictureRules } from "./predictor.ts";

export interface Pictures extends ReportImages {
  /** one per image, as it was named */
  readonly paths: readonly string[];
  /** why files were left out, each named */
  readonly broken: readonly string[];
}

export interface DecodeSettings {
  /** leave out files that cannot be decoded */
  readonly skipBroken: boolean;
  readonly onDecoded: (progress: { readonly done: number; readonly total: number }) => void;
}

/** Throws FileError for a name that leads nowhere, for a broken picture unless they are skipped, and if none is left. */
export async function readPictures(
  names: readonly string[],
  { height, width, channels, filter, orientation }: PictureRules,
  { skipBroken, onDecoded }: DecodeSettings,
): Promise<Pictures> {
  const paths = (await Promise.all(names.map(filesOf))).flat();
  const pool = new DecodePool(
    { height, width, filter, orientation, maxPixels: defaultMaxPixels },
    paths.length,
  );
  let done = 0;
  const decode = async (path: string) => {
    const image = await pool.decode(path);
    onDecoded({ done: ++done, total: paths.length });
    return image instanceof FileError ? image : image.pixels;
  };
  const found = await Promise.all(paths.map(decode)).finally(() => pool.close());
  const broken = found.filter((image) => image instanceof FileError).map(({ message }) => message);
  if (broken.length > 0 && !skipBroken) {
    const how = broken.length === 1 ? "" : ` ${broken.length} of ${paths.length} files are broken;`;
    throw new FileError(
      paths.length === 1 ? broken[0]! : `${broken[0]}${how} --skip-broken goes on without.`,
    );
  }
  const whole = [...found.keys()].filter((i) => !(found[i] instanceof FileError));
  if (whole.length === 0) throw new FileError(`${broken[0]} No picture is left.`);
  const size = height * width * channels;
  const images = new Uint8Array(whole.length * size);
  for (const [i, from] of whole.entries()) {
    const pixels = found[from] as Uint8Array;
    images.set(channels === 1 ? greyPixels(pixels) : pixels, i * size);
  }
  return { images, count: whole.length, height, width, channels, paths: whole.map((i) => paths[i]!), broken };
}

async function filesOf(name: string): Promise<string[]> {
  if (!existsSync(name))
    throw new FileError(`${name} does not exist: name a picture, or a folder of pictures.`);
  return statSync(name).isDirectory() ? photographsIn(name) : [name];
}
