/** @file The strengths of noise that question 3.2 tries, and what is said of them. */
import { label } from "../../report/label.ts";
import type { Strength } from "./noise-samples.ts";

/** Masking noise keeps a pixel with probability p. The source's code has p = .1, which keeps a tenth. */
export const keeps = [0.1, 0.25, 0.5, 0.75, 0.9];

/** Standard deviations of the Gaussian noise; the source's code has .5. */
export const deviations = [0.1, 0.25, 0.5, 0.75, 1];

export const masking = (keep: number): Strength => ({
  label: label("keep-probability", { keep }),
  noise: { kind: "masking", keep },
});

export const gaussian = (stddev: number, literal: boolean): Strength => ({
  label: label("noise-deviation", { sigma: stddev }),
  noise: literal ? { kind: "multiplied", stddev } : { kind: "gaussian", stddev },
});

export const draws =
  "Training, validation and test images have a draw of noise each, as in the source: one for all epochs (--noise fixed), or " +
  "another for every epoch of training (--noise fresh).";

export const slip =
  "The source's text adds the noise, its listing multiplies by it, x * xi: --literal does that. Its text also calls this noise " +
  "binary, a slip from the question before. Values beyond 0 and 1 stay as they are for the network; the pictures cut them.";
