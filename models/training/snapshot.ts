/** @file A snapshot of training: all that a run needs to continue to the same bits. */
import { z } from "zod";

/** Where training stands between two steps. */
export const trainingPositionSchema = z.object({
  /** epochs finished */
  epoch: z.number().int().nonnegative(),
  /** batches finished in the running epoch */
  batch: z.number().int().nonnegative(),
  /** optimizer updates so far */
  step: z.number().int().nonnegative(),
  seed: z.number().int(),
  learningRate: z.number(),
  /** of precision "mixed" only */
  lossScale: z
    .object({
      scale: z.number().positive(),
      goodSteps: z.number().int().nonnegative(),
      skipped: z.number().int().nonnegative(),
    })
    .optional(),
  /** what the finished batches of the running epoch reported: rows of the log */
  rows: z.array(z.array(z.number())),
  history: z.record(z.string(), z.array(z.number().nullable())),
  callbacks: z.record(z.string(), z.record(z.string(), z.unknown())),
});

export type TrainingPosition = z.infer<typeof trainingPositionSchema>;

export interface TrainingSnapshot {
  readonly position: TrainingPosition;
  /** weights by path */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** optimizer state by slot/path: momentum/conv2d_1/kernel */
  readonly slots: ReadonlyMap<string, Float32Array>;
  /** weights that callbacks keep, by callback/path: EarlyStopping/dense_1/kernel */
  readonly kept: ReadonlyMap<string, Float32Array>;
}
