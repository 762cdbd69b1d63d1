/** @file A safetensors file read by the letter of its format, without the reader that is tested. */
import { readFileSync } from "node:fs";

export interface Weight {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** Float32 tensors by name, in the order of their bytes. */
export function readWeights(path: string): Map<string, Weight> {
  const { tensors, start, bytes } = open(path);
  const entries = Object.entries(tensors).sort(([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0]);
  return new Map(
    entries.map(
      ([
        name,
        {
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        const values = new Float32Array(Uint8Array.from(bytes.subarray(start + begin, start + end)).buffer);
        return [name, { shape, values }];
      },
    ),
  );
}

/** How far a checkpoint is. */
export function checkpointPosition(path: string): { epoch: number; batch: number; step: number } {
  return JSON.parse(open(path).metadata.position!);
}

function open(path: string) {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const { __metadata__: metadata, ...tensors } = JSON.parse(bytes.toString("utf8", 8, start)) as {
    __metadata__: Record<string, string>;
  } & Record<string, { shape: number[]; data_offsets: [number, number] }>;
  return { bytes, start, metadata, tensors };
}
