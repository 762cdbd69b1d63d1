/** @file Mutants of the optimizers' shaders. */
import { type Mutant, mutants, mutantsOf } from "./mutant.ts";

const tests = ["kernels/optimizers/optimizers"];
const halts = ["adadelta", "adagrad", "adam", "adamax", "momentum", "nadam", "rmsprop", "sgd"].map(
  (shader) => [shader, " || step.halted != 0u", "", "goes on after a halt"] as const,
);

/** Of dynamic loss scaling, before the optimizer. */
export const lossScale: readonly Mutant[] = mutantsOf(
  "loss-scale",
  { tests: ["kernels/loss-scale/loss-scale"] },
  [
    ["unscale", "any(infinite & own)", "any(infinite)", "what lies between parameters counts"],
    ["unscale", "g / state.scale", "g", "the scale stays in the gradients"],
    ["settle", "loss.skipped += 1u;", "", "skipped steps are not counted"],
    ["settle", "if (loss.scale <= 1.0)", "if (false)", "no scale is the last"],
  ],
);

const check = { file: "engine/autodiff/check-gradients.wgsl", tests: ["engine/autodiff/check-gradients"] };

/** Of the look at all gradients before an update. */
export const gradientCheck: readonly Mutant[] = [
  ...mutants(check, [
    [
      "exceeds(first_5, i, SIZE_5, LIMIT_5)",
      "false",
      "the first vectors of the last tensor are not looked at",
    ],
    [
      "groups.x * groups.y * WORKGROUP",
      "2u * groups.x * groups.y * WORKGROUP",
      "every other vector is passed over",
    ],
    ["id.x + id.y * groups.x * WORKGROUP", "id.x", "the second row of workgroups repeats the first"],
  ]),
  ...mutantsOf("optimizers", { tests: ["kernels/optimizers/check"] }, [
    ["check-gradients", "vec4u(0x7fffffffu)", "vec4u(0xffffffffu)", "the sign counts as size"],
    [
      "check-gradients",
      "gradients[block * BLOCK + i] & vec4u(0x7fffffffu), own",
      "gradients[block * BLOCK + i] & vec4u(0x7fffffffu), vec4<bool>(true)",
      "what lies between parameters counts",
    ],
    ["check-gradients", "(elements + 3u) / 4u", "elements / 4u", "the last elements are not looked at"],
    ["check-gradients", "< vec4u(0x7f800000u)", "<= vec4u(0x7f800000u)", "infinity is a number"],
    ["check-gradients", " && atomicLoad(&state[HALTED]) == 0u", "", "the first bad step is forgotten"],
  ]),
];

export const optimizers: readonly Mutant[] = mutantsOf("optimizers", { tests }, [
  ...halts,
  ["adadelta", "ONE_MINUS_RHO * u * u", "ONE_MINUS_RHO * g * g", "keeps gradients instead of steps"],
  ["adagrad", "accumulator[i] + g * g", "g * g", "the past is forgotten"],
  ["adam", "f32(step.step + 1u)", "f32(step.step + 2u)", "the bias correction is a step ahead"],
  ["adam", "- rate * WEIGHT_DECAY * p", "+ rate * WEIGHT_DECAY * p", "weights grow instead of decaying"],
  [
    "adamax",
    "max(BETA2 * largest[i], abs(g))",
    "max(largest[i], abs(g))",
    "the largest gradient is never forgotten",
  ],
  ["adamax", "abs(g)", "g", "negative gradients do not count"],
  ["adamax", "f32(step.step + 1u)", "f32(step.step + 2u)", "the bias correction is a step ahead"],
  ["nadam", "momentum_at(t + 1.0)", "momentum_at(t)", "the momentum does not warm up ahead"],
  ["nadam", "1.0 - product * next", "1.0 - product", "the mean is corrected for a step too few"],
  ["nadam", "momentum[i] = product", "momentum[i] = now", "the product of past momenta is forgotten"],
  ["nadam", "sqrt(v / one_minus_exp(t * LOG_BETA2))", "sqrt(v)", "the squares are not corrected"],
  ["momentum", "select(v, MOMENTUM * v - step_down, NESTEROV)", "v", "Nesterov does not look ahead"],
  ["rmsprop", "ONE_MINUS_RHO * g * g", "ONE_MINUS_RHO * g", "the gradient is not squared"],
  ["sgd", "parameters[i] -= rate", "parameters[i] += rate", "uphill"],
  ["sgd", "(1.0 + DECAY * f32(step.step))", "1.0", "no decay"],
  ["clip", "select(1.0, CLIP_NORM / norm, norm >= CLIP_NORM)", "CLIP_NORM / norm", "short gradients grow"],
  ["clip", "CLIP_NORM / sqrt(total[1])", "CLIP_NORM / norm", "gradients whose norm overflows vanish"],
  ["clip", "vec4f(-CLIP_VALUE)", "vec4f(0.0)", "negative gradients vanish"],
  ["square-sums", "< vec4u(elements % 4u)", "<= vec4u(elements % 4u)", "one element of the padding"],
  ["square-total", "select(total[0], vec2f(), FIRST)", "vec2f()", "only the last group"],
]);
