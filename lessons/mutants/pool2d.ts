/** @file Mutants of the pooling shaders. */
import { type Mutant, mutantsOf, reluMask } from "./mutant.ts";

export const pool2d: readonly Mutant[] = [
  ...mutantsOf("pool2d", { tests: ["kernels/pool2d/max-pool2d"] }, [
    ["max-forward", "(value > largest)", "(value >= largest)", "the last of equal values wins"],
    ["max-forward", "(h < vec4u(HEIGHT)) & (w < vec4u(WIDTH))", "h < vec4u(HEIGHT)", "no bound at the sides"],
    ["max-forward", "vec4u(0u), place, inside)", "vec4u(0u), place, !inside)", "values of other places"],
    ["max-backward", "(h + PAD_TOP) / STRIDE_HEIGHT", "h / STRIDE_HEIGHT", "the padding is forgotten"],
    [
      "max-backward",
      "won(at, row * WINDOW_WIDTH + column)",
      "won(at, column * WINDOW_WIDTH + row)",
      "row and column of the winner swapped",
    ],
    [
      "max-backward",
      " & (column < vec4u(WINDOW_WIDTH))",
      "",
      "pixels between two windows belong to the next row of the first",
    ],
  ]),
  ...mutantsOf("pool2d", { tests: ["kernels/elementwise/fused-gradients"] }, [
    ["max-backward", "y * (1 - y)", "y * (1 + y)", "the sign in sigmoid's derivative"],
    ["max-backward", ...reluMask("vec4f")],
  ]),
  ...mutantsOf("pool2d", { tests: ["kernels/hostile/selections"] }, [
    ["max-forward", "(value > largest) | is_nan(value)", "value > largest", "a NaN is passed over"],
  ]),
  ...mutantsOf("pool2d", { tests: ["kernels/pool2d/average-pool2d"] }, [
    ["average-forward", "count += select(vec4u(0u), vec4u(1u), inside)", "count += 1u", "padding counts"],
    ["average-forward", "(sum / vec4f(count))", "(sum)", "no division"],
    [
      "average-backward",
      "min(o * stride + window, vec4u(size + before))",
      "(o * stride + window)",
      "padding counts",
    ],
    [
      "average-backward",
      " & (ow * STRIDE_WIDTH + WINDOW_WIDTH > w + PAD_LEFT)",
      "",
      "windows that end before the pixel",
    ],
  ]),
];
