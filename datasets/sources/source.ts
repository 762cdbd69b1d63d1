/** @file What a data set's own file declares, so that one loader serves them all. */

import type { ImageSet } from "../formats/image-set.ts";
import type { StandIn } from "../synthetic/stand-in.ts";

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
  /** below the data folder: where downloads go */
  readonly folder: string;
  /** what else people call that folder; case, hyphens and the like do not matter */
  readonly otherFolders?: readonly string[];
  readonly files: readonly PublishedFile[];
  /** whether `read` takes files that are packed with gzip, or not, as they come */
  readonly unpacks: boolean;
  /** whether no other data set has files of these names, so that they are known wherever they lie */
  readonly ownNames: boolean;
  /** files and folders of the same data set that are not read */
  readonly otherVersions?: readonly OtherVersion[];
  /** folders on the network that hold the files, or the archive; later ones are mirrors of the first */
  readonly addresses: readonly string[];
  /** the archive with a folder of the name `folder`, if the files are published in one */
  readonly archive?: PublishedArchive;
  /**
   * Reads all files.
   * @param path of a file, from its name
   * @throws FileError if a file is damaged or holds something else
   */
  readonly read: (path: (name: string) => string) => Promise<SourceContents>;
  readonly standIn: StandIn;
}

/** The data set in another format, under the names that it has there. */
export interface OtherVersion {
  readonly names: readonly string[];
  /** e.g. "the version for Python: put ... there instead" */
  readonly what: string;
}

/** An archive of the official publication. */
export interface PublishedArchive {
  readonly name: string;
  readonly md5: string;
}

/** A file of the official publication. */
export interface PublishedFile extends PublishedArchive {
  /** MD5 of what is in it, if it is published packed */
  readonly unpackedMd5?: string;
  /** how many images or labels it has */
  readonly count: number;
  /** what is counted in it; default images */
  readonly holds?: "labels";
}

export interface SourceContents {
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** samples in each file, by file name */
  readonly counts: ReadonlyMap<string, number>;
}
