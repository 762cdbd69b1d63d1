/** @file Mutants of the convolution's shaders: every variant of its three passes. */
import { type Mutant, mutants, reluMask } from "./mutant.ts";

type Change = readonly [string, string, string];

/** Mutants of one variant of one pass, for the tests that force it. */
function variant(pass: string, name: string, changes: readonly Change[]): Mutant[] {
  const file = `kernels/conv2d/${pass}.${name}.wgsl`;
  const tests = ["kernels/conv2d/variants"];
  const named = `'${pass}' in the variant '${name}[',]`; // a regular expression
  const shared = { file, tests, named };
  return mutants(name.startsWith("subgroup") ? { ...shared, needs: "subgroups" } : shared, changes);
}

const column: Change = [
  "if (h >= HEIGHT || w >= WIDTH) { continue; }",
  "if (h >= HEIGHT) { continue; }",
  "no bound left and right of the image",
];
const row: Change = [
  "if (h >= HEIGHT || w >= WIDTH) { continue; }",
  "if (w >= WIDTH) { continue; }",
  "no bound above and below the image",
];

const forward = [
  ...variant("forward", "naive", [
    column,
    ["sum += f32(image[pixel + c])", "sum -= f32(image[pixel + c])", "the sign of the sum"],
  ]),
  ...variant("forward", "direct", [row, ["if (HAS_BIAS != 0u) { sum += bias[k]; }", "", "no bias"]]),
  ...variant("forward", "tiled", [
    ["(h < HEIGHT) & (w < WIDTH) &", "(w < WIDTH) &", "no bound above and below the image"],
    ["fma(vec4f(a[r]), b,", "fma(vec4f(a[0]), b,", "the first row instead of its own"],
    ["- wraps * PIXEL", "", "channels run on into the next pixel"],
  ]),
  ...variant("forward", "tiled-any", [
    ["(h < HEIGHT) & (w < WIDTH) &", "(h < HEIGHT) &", "no bound left and right of the image"],
    ["tap += DEEP / PIXEL + wraps;", "tap += DEEP / PIXEL;", "the tap stays when its channels end"],
  ]),
  ...variant("forward", "subgroup", [
    ["h < HEIGHT && w < WIDTH &&", "h < HEIGHT &&", "no bound left and right of the image"],
    ["fma(a.zzzz, b2,", "fma(a.zzzz, b1,", "the second term's filters for the third"],
    ["+ group + i % GROUP", "+ i % GROUP", "rows of another group of lanes"],
  ]),
  ...variant("forward", "subgroup-any", [
    ["w < WIDTH && q < TERMS &&", "w < WIDTH &&", "no bound at the end of the sum"],
    ["tap % KERNEL_WIDTH * DILATION_WIDTH", "tap % KERNEL_WIDTH", "no dilation across"],
  ]),
  ...variant("forward", "depthwise", [
    ["(h < vec4u(HEIGHT)) & (w < vec4u(WIDTH))", "h < vec4u(HEIGHT)", "no bound left and right of the image"],
    [
      "load_image(pixel + k / MULTIPLIER)",
      "load_image(pixel + k % CHANNELS)",
      "the wrong channel of a filter",
    ],
  ]),
];

const inputGradient = [
  ...variant("input-gradient", "naive", [
    ["top % STRIDE_HEIGHT != 0u || left", "left", "rows that the stride skips"],
    ["sum += f32(dy[position + k])", "sum -= f32(dy[position + k])", "the sign of the sum"],
  ]),
  ...variant("input-gradient", "direct", [
    ["top % STRIDE_HEIGHT != 0u || left", "left", "rows that the stride skips"],
  ]),
  ...variant("input-gradient", "tiled", [
    [
      "(top % STRIDE_HEIGHT == 0) & (left % STRIDE_WIDTH == 0)",
      "(top % STRIDE_HEIGHT == 0)",
      "columns that the stride skips",
    ],
    [
      "begin * DEEP + thread % DEEP) / POSITION",
      "thread % DEEP) / POSITION",
      "every slice begins at the first tap",
    ],
  ]),
  ...variant("input-gradient", "tiled-any", [
    ["(top % STRIDE_HEIGHT == 0) & ", "", "rows that the stride skips"],
    ["& (at.x < OUT_HEIGHT)", "", "no bound below the output"],
  ]),
  ...variant("input-gradient", "subgroup", [
    [" && left % STRIDE_WIDTH == 0;", ";", "columns that the stride skips"],
    [
      "vec4f(c0.y, c1.y, c2.y, c3.y)",
      "vec4f(c0.y, c1.y, c2.y, c3.x)",
      "a wrong element of the transposed block",
    ],
  ]),
  ...variant("input-gradient", "subgroup-any", [
    [" && q < TERMS", "", "no bound at the end of the sum"],
    ["origin.z - tap % KERNEL_WIDTH", "origin.z + tap % KERNEL_WIDTH", "taps to the other side"],
    ["i / GROUP * SUBGROUP_SIZE", "i / GROUP * GROUP", "the second rows of lanes in the wrong place"],
  ]),
  ...variant("input-gradient", "depthwise", [
    ["& (oh < vec4u(OUT_HEIGHT)) &", "&", "no bound below the output"],
    ["w + PAD_LEFT - tap", "w + PAD_LEFT + tap", "taps to the other side"],
  ]),
];

/** The derivatives of activations have a test of their own. */
const derivatives = ["direct", "tiled", "tiled-any", "subgroup", "subgroup-any", "depthwise"].flatMap(
  (name) =>
    mutants(
      {
        file: `kernels/conv2d/input-gradient.${name}.wgsl`,
        tests: ["kernels/conv2d/variants"],
        named: `derivative in the variant '${name}'`,
        ...(name.startsWith("subgroup") && { needs: "subgroups" as const }),
      },
      [
        ["y * (1 - y)", "y * (1 + y)", "the sign in sigmoid's derivative"],
        reluMask(["tiled", "subgroup", "depthwise"].includes(name) ? "vec4f" : "f32"),
      ],
    ),
);

const filterGradient = [
  ...variant("filter-gradient", "naive", [
    row,
    ["    total += sum;", "    total = sum;", "the last image instead of all"],
  ]),
  ...variant("filter-gradient", "direct", [
    row,
    ["bias_total += bias_sum;", "bias_total = bias_sum;", "the bias's gradient is not summed"],
  ]),
  ...variant("filter-gradient", "depthwise", [
    row,
    ["bias_run += gradient;", "bias_run -= gradient;", "the sign of the bias's gradient"],
  ]),
  ...variant("filter-gradient", "registers", [
    ["(h < vec4u(HEIGHT)) & (w < vec4u(WIDTH))", "h < vec4u(HEIGHT)", "no bound left and right of the image"],
    ["a.z * b, a.w * b", "a.z * b, a.z * b", "the third row instead of the fourth"],
  ]),
  ...variant("filter-gradient", "subgroup", [
    [" && position < end;", ";", "no bound at the end of a slice"],
    ["fma(a.wwww, b[u], sums[l][3])", "fma(a.zzzz, b[u], sums[l][3])", "the third row instead of the fourth"],
  ]),
  ...variant("filter-gradient", "subgroup-any", [
    [" && summed;", ";", "no bound at the end of a slice"],
    ["select(vec4f(), b[u], summed)", "b[u]", "the bias's gradient runs past its slice"],
  ]),
  ...variant("filter-gradient", "tiled", [
    [".inside & (turn + term < end)", ".inside", "no bound at the end of a slice"],
    ["bias_sum += value;", "bias_sum -= value;", "the sign of the bias's gradient"],
  ]),
  ...variant("filter-gradient", "tiled-any", [
    ["columns[i], turn + term < end", "columns[i], true", "the bias's gradient runs past its slice"],
    ["+ u32(ow >= OUT_WIDTH)", "", "the row stays when its columns end"],
  ]),
];

const reducePartials = mutants(
  {
    file: "kernels/conv2d/reduce-partials.wgsl",
    tests: ["kernels/conv2d/variants"],
    named: "depthwise, in 5 slices",
  },
  [
    ["partials[slice * SIZE + i]", "partials[i]", "the first slice over and over"],
    ["[slice * BIAS + i - SIZE]", "[i - SIZE]", "the first slice of the bias over and over"],
  ],
);

const reducePartialsShared = mutants(
  {
    file: "kernels/conv2d/reduce-partials.shared.wgsl",
    tests: ["kernels/conv2d/variants"],
    named: "tiled, in 42 slices",
  },
  [
    ["slice + n * PARTS < SPLIT);", "true);", "the last slice again past the end"],
    ["+= parts[part * ELEMENTS", "-= parts[part * ELEMENTS", "the sign of the other lanes' parts"],
  ],
);

/** Shaders for matrix units, which run with their built-in functions computed one by one. */
function onMatrixUnits(pass: string, changes: readonly Change[]): Mutant[] {
  const file = `kernels/conv2d/${pass}.subgroup-matrix.wgsl`;
  const named = `with their built-in functions .*('${pass}'|relu|rate)`; // a regular expression
  return mutants({ file, tests: ["kernels/conv2d/subgroup-matrix"], named }, changes);
}

const matrixUnits = [
  ...onMatrixUnits("forward", [
    ["at.x >= HEIGHT || at.y >= WIDTH", "at.x >= HEIGHT", "no bound left and right of the image"],
    ["% 2 * QUARTER;", "/ 2 * QUARTER;", "two of the four subgroups compute the same quarter"],
    ["return select(y, x, is_nan(x));", "return y;", "relu hides a NaN"],
  ]),
  ...onMatrixUnits("input-gradient", [
    ["at.x % STRIDE_HEIGHT != 0 || ", "", "rows that the stride skips"],
    ["<Right, col_major>", "<Right, row_major>", "the filters' tile read along its other side"],
    ["y * (1 - y)", "y * (1 + y)", "the sign in sigmoid's derivative"],
  ]),
  ...onMatrixUnits("filter-gradient", [
    ["position >= end || k >= FILTERS", "k >= FILTERS", "the bias's gradient runs past its slice"],
    ["<Left, col_major>", "<Left, row_major>", "the patches' tile read along its other side"],
    ["- rate * half_y[i]", "- half_y[i]", "the whole gradient subtracted"],
  ]),
];

const epilogue = mutants(
  {
    file: "kernels/conv2d-transpose/epilogue.wgsl",
    tests: ["kernels/conv2d-transpose/conv2d-transpose"],
  },
  [
    ["value += load_bias(", "value -= load_bias(", "the sign of the bias"],
    [
      "vec4f(bias[v.x][e.x], bias[v.y][e.y]",
      "vec4f(bias[v.x][e.x], bias[v.y][e.x]",
      "a wrong entry of the bias",
    ],
  ],
);

export const conv2d: readonly Mutant[] = [
  ...forward,
  ...inputGradient,
  ...derivatives,
  ...filterGradient,
  ...reducePartials,
  ...reducePartialsShared,
  ...matrixUnits,
  ...epilogue,
];
