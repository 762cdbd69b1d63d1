/** @file One line of a benchmark: what was timed and how fast it was. */
import { z } from "zod";

const bytes = z.number().nonnegative();

/** Keys as in the JSON file; the optional ones are of steps, or younger than some files. */
export const rowSchema = z.object({
  suite: z.enum(["kernels", "steps"]),
  workload: z.string(),
  batch: z.number(),
  variant: z.string(),
  ms: z.object({ median: z.number(), min: z.number(), max: z.number() }),
  runs: z.number(),
  images_per_s: z.number().optional(),
  /** floating-point operations of one run */
  flops: z.number().optional(),
  /** read and written by one run */
  bytes: bytes.optional(),
  gflops: z.number(),
  gbytes_per_s: z.number(),
  /** the best run's part of the ceiling that bounds it: of steps, the least times of their launches added up */
  ceiling_fraction: z.number(),
  dispatches: z.number(),
  /** of a search for neighbours: its GFLOP/s over those of the plain product of one of its blocks, in the same run */
  product_fraction: z.number().optional(),
  /** of a step among as many as fit() puts into a submit: microseconds of the calling thread to encode and submit it */
  host_us: z.number().optional(),
  /** of the step, without the caches and pools that other things hold */
  peak_bytes: bytes.optional(),
  /** parameters, moments of the optimizer, and activations: what the textbook's backward pass needs */
  ideal_bytes: bytes.optional(),
  /** in bytes; activations are the batch and the outputs of all layers, of which backward keeps `kept` */
  memory: z
    .object({
      parameters: bytes,
      gradients: bytes,
      moments: bytes,
      activations: bytes,
      kept: bytes.optional(),
    })
    .optional(),
});

export type Row = Readonly<z.infer<typeof rowSchema>>;
