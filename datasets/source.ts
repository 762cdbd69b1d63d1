/** @file What a data set's own file declares, so that one loader serves them all. */

import type { ImageSet } from "./dataset.ts";

/** A data set: where its files are published, how they are read, and what stands in for them. */
export interface DatasetSource {
  readonly id: string;
  /** as it is called in sentences, e.g. "SVHN" */
  readonly name: string;
  readonly title: string;
  /** class names, index = label */
  readonly classes: readonly string[];
  readonly license: string;
  readonly citation: string;
  /** below the data folder */
  readonly folder: string;
  readonly files: readonly PublishedFile[];
  /** folders on the network that hold the files, or the archive; later ones are mirrors of the first */
  readonly addresses: readonly string[];
  /** the archive with a folder of the name `folder`, if the files are published in one */
  readonly archive?: PublishedFile;
  /**
   * Reads all files.
   * @param path of a file, from its name
   * @throws FileError if a file is damaged or holds something else
   */
  readonly read: (path: (name: string) => string) => Promise<SourceContents>;
  readonly standIn: StandIn;
}

/** A file of the official publication. */
export interface PublishedFile {
  readonly name: string;
  readonly md5: string;
  /** what is counted in it; default images */
  readonly holds?: "labels";
}

export interface SourceContents {
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** samples in each file, by file name */
  readonly counts: ReadonlyMap<string, number>;
}

/** The synthetic images that are used without network. */
export interface StandIn {
  /** e.g. "street digits" */
  readonly what: string;
  /** if they are not those of the real data set */
  readonly classes?: readonly string[];
  /** images of the training and the test set unless asked otherwise */
  readonly counts: { readonly train: number; readonly test: number };
  readonly draw: (part: "train" | "test", count: number, seed: number) => ImageSet;
}
