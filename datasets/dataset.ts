/** @file What a data set is to the rest of wgrad: its images, and where they came from. */

import type { ImageSet } from "./formats/image-set.ts";

/** A file that a data set was read from, as recorded in `config.json`. */
export interface DataFile {
  readonly path: string;
  /** the data folder that it was found below */
  readonly dataFolder?: string;
  readonly bytes: number;
  readonly md5: string;
  /** true if the md5 is that of the officially published file */
  readonly official: boolean;
  /** samples in the file */
  readonly count: number;
}

/** A loaded data set. `origin` says whether its numbers may be compared with published ones. */
export interface Dataset<Samples extends { readonly count: number } = ImageSet> {
  readonly id: string;
  readonly title: string;
  /** class names, index = label */
  readonly classes: readonly string[];
  readonly train: Samples;
  readonly test: Samples;
  /** official: the published files; other: real files with another md5; synthetic: made on the spot; own: the user's arrays */
  readonly origin: "official" | "other" | "synthetic" | "own";
  readonly files: readonly DataFile[];
  /** one sentence for terminal, config and report, e.g. "SYNTHETIC stand-in: ..., no network" */
  readonly note: string;
  readonly license: string;
  readonly citation: string;
}
