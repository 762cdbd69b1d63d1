/** @file What a peer is asked to time: a folder with the description and the numbers that all peers start from. */
import { readFileSync } from "node:fs";

/** Steps whose losses are compared. */
export const checkedSteps = 4;

export interface Parameter {
  readonly shape: readonly number[];
  readonly trainable: boolean;
}

/** job.json. */
export interface Job {
  /** a key of the peers' tables of networks, or `product` */
  readonly workload: string;
  readonly batch: number;
  /** of one sample, channels last */
  readonly inputShape: readonly number[];
  /** absent for autoencoders: their target is the input */
  readonly classes?: number;
  /** its losses depend on the library's random numbers */
  readonly dropout: boolean;
  /** in layer order as Keras has them; of a product its two factors */
  readonly parameters: readonly Parameter[];
}

/** A job with its numbers read. */
export interface LoadedJob extends Job {
  /** [batch, ...inputShape], in the peer's layout */
  readonly bytes: Uint8Array;
  /** the same in [0, 1] */
  readonly inputs: Float32Array<ArrayBuffer>;
  /** [batch] */
  readonly labels: Uint8Array;
  /** initial values by parameter */
  readonly weights: readonly Float32Array<ArrayBuffer>[];
}

/** Order of the axes that images and filters have in the weight files. */
export type Layout = "channels-last" | "channels-first";

export function loadJob(folder: string, layout: Layout): LoadedJob {
  const job = JSON.parse(readFileSync(`${folder}/job.json`, "utf8")) as Job;
  const bytes = Uint8Array.from(readFileSync(`${folder}/inputs.${layout}.u8`));
  const all = new Float32Array(Uint8Array.from(readFileSync(`${folder}/weights.${layout}.f32`)).buffer);
  let at = 0;
  const weights = job.parameters.map(({ shape }) => {
    const size = sizeOf(shape);
    at += size;
    return all.slice(at - size, at);
  });
  return {
    ...job,
    bytes,
    inputs: Float32Array.from(bytes, (byte) => byte / 255),
    labels: Uint8Array.from(readFileSync(`${folder}/labels.u8`)),
    weights,
  };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The mean square of a row of a product: no cancellation hides an error. */
export function meanSquare(row: ArrayLike<number>): number {
  return Array.from(row).reduce((sum, value) => sum + value * value, 0) / row.length;
}

/** [batch, classes] */
export function oneHot({ labels, classes = 0 }: LoadedJob): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) rows[i * classes + label] = 1;
  return rows;
}
