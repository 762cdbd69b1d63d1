/** @file Images on their way from the lab's server to its page: a header in JSON, its length before it, then bytes. */
import type { ImageSet, Labels } from "../../datasets/formats/image-set.ts";
import { FileError } from "../../engine/errors.ts";
import { concatenated } from "../../models/callbacks/event-file.ts";

export interface ImagesHeader {
  readonly classes: readonly string[];
  readonly origin: "official" | "other" | "synthetic" | "own";
  /** one sentence on where the images are from */
  readonly note: string;
  readonly train: PartHeader;
  readonly test: PartHeader;
}

type PartHeader = Pick<ImageSet, "count" | "height" | "width" | "channels">;

interface Parts extends Pick<ImagesHeader, "classes" | "origin" | "note"> {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

const partHeader = ({ count, height, width, channels }: PartHeader): PartHeader => {
  return { count, height, width, channels };
};

/** Labels follow the images of their part, a byte each. */
export function writeImages({ train, test, classes, origin, note }: Parts): Uint8Array {
  const facts: ImagesHeader = { classes, origin, note, train: partHeader(train), test: partHeader(test) };
  const header = new TextEncoder().encode(JSON.stringify(facts));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, header.length, true);
  const pieces = [
    length,
    header,
    ...[train, test].flatMap(({ images, labels }) => [images, bytesOf(labels)]),
  ];
  return concatenated(pieces);
}

function bytesOf(labels: Labels): Uint8Array {
  if (labels instanceof Uint8Array) return labels;
  throw new FileError("The lab has no data sets of more than 256 classes.");
}

/** Throws FileError for bytes of another length than the header says. */
export function readImages(bytes: Uint8Array): Parts {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const header: ImagesHeader = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  let at = 4 + length;
  const take = (count: number) => {
    at += count;
    return bytes.slice(at - count, at);
  };
  const part = (facts: PartHeader): ImageSet => {
    const images = take(facts.count * facts.height * facts.width * facts.channels);
    return { ...facts, images, labels: take(facts.count) };
  };
  const { classes, origin, note } = header;
  const parts = { classes, origin, note, train: part(header.train), test: part(header.test) };
  if (at !== bytes.length) throw new FileError(`The images have ${bytes.length} bytes, not ${at}.`);
  return parts;
}
