/** @file Mutants of the softmax shaders. */
import { type Mutant, mutantsOf } from "./mutant.ts";

const tests = ["kernels/softmax/softmax"];

export const softmax: readonly Mutant[] = mutantsOf("softmax", { tests }, [
  [
    "any-axis",
    "top = larger(top, f32(x[start",
    "top = min(top, f32(x[start",
    "the smallest value is taken off",
  ],
  ["any-axis", "sum += exp(f32(x[start", "sum -= exp(f32(x[start", "the sign of the sum"],
  [
    "any-axis-gradient",
    "value * (f32(dy[at]) - total)",
    "value * (f32(dy[at]) + total)",
    "the sign of the sum",
  ],
  [
    "any-axis-gradient",
    "select(f32(dy[at]) * f32(y[at]), f32(dy[at]), LOG)",
    "f32(dy[at])",
    "the sum is not weighted",
  ],
  ["rows", " & (index < vec4u(start + CLASSES))", "", "no bound at the end of a row"],
  ["rows", "shift_of(larger(pair.xxxx, pair.yyyy).x)", "top.x - 200.0", "a shift that lets exp overflow"],
  ["rows-gradient", " & (index < vec4u(start + CLASSES))", "", "no bound at the end of a row"],
  ["rows-gradient", "value * (vec4f(dy[at]) - sum)", "value * (vec4f(dy[at]) + sum)", "the sign of the sum"],
  [
    "rows.registers",
    "shift_of(larger(pair.xxxx, pair.yyyy).x)",
    "top.x - 200.0",
    "a shift that lets exp overflow",
  ],
  ["rows.registers", "exponentials[v] / total[r]", "exponentials[v] * total[r]", "multiplied by the sum"],
]);
