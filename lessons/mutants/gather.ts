/** @file Mutants of the shaders that make batches of data sets, and of those that rearrange elements. */
import { type Mutant, mutantsOf } from "./mutant.ts";

export const gather: readonly Mutant[] = [
  ...mutantsOf("gather", { tests: ["kernels/gather/gather"] }, [
    ["gather-bytes", "word >> 8u, word >> 16u", "word >> 16u, word >> 8u", "two bytes swapped"],
    [
      "gather-bytes",
      "min(step.position + step.sample + i",
      "min(step.position + i",
      "one micro-batch over and over",
    ],
    [
      "gather-bytes",
      "chunk == 2u) { word = chunk2[at]; }",
      "chunk == 2u) { word = chunk1[at]; }",
      "the wrong chunk",
    ],
    ["gather-floats", "return OFFSET + SCALE", "return OFFSET - SCALE", "the sign of the values"],
    [
      "gather-floats",
      "chunk == 2u) { four = chunk2[at]; }",
      "chunk == 2u) { four = chunk1[at]; }",
      "the wrong chunk",
    ],
    [
      "gather-floats",
      "/ CHUNK_SAMPLES - FIRST_CHUNK >= CHUNKS",
      "/ CHUNK_SAMPLES >= CHUNKS",
      "chunks beyond the sixth",
    ],
    [
      "labels",
      "min(step.position + step.sample + i",
      "min(step.position + i",
      "one micro-batch over and over",
    ],
    ["labels", "arrayLength(&order) - 1u);", "arrayLength(&order) - 2u);", "the last sample is never taken"],
    [
      "one-hot-labels",
      "step.position + step.sample + row",
      "step.position + row",
      "one micro-batch over and over",
    ],
    ["one-hot-labels", "select(0.0, 1.0, label ==", "select(1.0, 0.0, label ==", "zeros and ones swapped"],
  ]),
  ...mutantsOf("shape", { tests: ["kernels/shape/shape", "kernels/pad/pad"] }, [
    [
      "concat",
      "y[i] = b[r * RIGHT + j - LEFT]",
      "y[i] = b[r * LEFT + j - LEFT]",
      "rows of the wrong width, in vectors",
    ],
    ["concat", "let at = r * RIGHT + j - LEFT;", "let at = r * LEFT + j - LEFT;", "rows of the wrong width"],
    ["gather", "entry < ENTRIES", "entry <= ENTRIES", "one index too many"],
    ["gather", "row % PICKS", "row / PICKS", "the wrong index"],
    ["gather-backward", "sum += dy[", "sum = dy[", "an entry picked twice gets one gradient"],
    ["one-hot", "select(0.0, 1.0,", "select(1.0, 0.0,", "zeros and ones swapped"],
    ["place", " && (i - begin) % step == 0u", "", "gaps between the entries are filled"],
    ["place", " && (i - begin) / step < size", "", "no bound behind the last entry"],
    ["strided-copy", "i3 * STRIDE_3", "i3 * STRIDE_2", "the wrong stride"],
    ["strided-copy", "return OFFSET + i0", "return i0", "no offset"],
  ]),
];
