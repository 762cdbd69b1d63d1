/** @file Mutants of the shaders that draw random numbers. */
import { type Mutant, mutantsOf } from "./mutant.ts";

const tests = ["kernels/dropout/dropout"];

export const dropout: readonly Mutant[] = mutantsOf("dropout", { tests }, [
  ["dropout", "uniforms >= vec4f(RATE)", "uniforms < vec4f(RATE)", "keeps what should be dropped"],
  ["dropout", "bits(4u * i + step.sample * PER_SAMPLE)", "bits(4u * i)", "one mask for all micro-batches"],
  ["dropout", "vec4u(a.zw, b.xy)", "vec4u(a.zw, b.yx)", "numbers in another order"],
  ["dropout", "value * SCALE", "value", "what stays is not scaled up"],
  ["gaussian-noise", "vec4f(x[i]) + STDDEV", "vec4f(x[i]) - STDDEV", "the sign of the noise"],
  ["gaussian-noise", "return pairs.xzyw;", "return pairs;", "numbers in another order"],
  [
    "gaussian-noise",
    "normals(4u * i + step.sample * PER_SAMPLE)",
    "normals(4u * i)",
    "one noise for all micro-batches",
  ],
  ["apply-mask", "x[i] * mask[i] * SCALE", "x[i] * SCALE", "no mask"],
]);
