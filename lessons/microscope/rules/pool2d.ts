/** @file Pooling: the largest or the mean of each window, and what goes back to its pixels. */
import { constant, type Expression, largest, loop, over, plus } from "../expression.ts";
import type { KernelRule, OpenLaunch, Use } from "../rule.ts";

function sizesOf(launch: OpenLaunch) {
  const get = (name: string) => launch.constant(name);
  return {
    channels: get("CHANNELS"),
    image: [get("HEIGHT"), get("WIDTH")] as const,
    window: [get("WINDOW_HEIGHT"), get("WINDOW_WIDTH")] as const,
    stride: [get("STRIDE_HEIGHT"), get("STRIDE_WIDTH")] as const,
    pad: [get("PAD_TOP"), get("PAD_LEFT")] as const,
    out: [get("OUT_HEIGHT"), get("OUT_WIDTH")] as const,
  };
}

type Sizes = ReturnType<typeof sizesOf>;

/** A pixel in a window: indices of both, and its number in the window. */
interface Covered {
  readonly pixel: number;
  readonly output: number;
  readonly place: number;
}

/** Image number, row, column and channel of an index. */
function placeIn([height, width]: readonly [number, number], channels: number, at: number) {
  const position = Math.floor(at / channels);
  return {
    c: at % channels,
    column: position % width,
    row: Math.floor(position / width) % height,
    n: Math.floor(position / (width * height)),
  };
}

function indexIn(
  size: readonly [number, number],
  channels: number,
  n: number,
  row: number,
  column: number,
  c: number,
) {
  return ((n * size[0] + row) * size[1] + column) * channels + c;
}

/** The pixels of a window inside of the image, row by row. */
function pixelsOf(s: Sizes, output: number): Covered[] {
  const { n, row: oh, column: ow, c } = placeIn(s.out, s.channels, output);
  const found: Covered[] = [];
  for (let i = 0; i < s.window[0]; i++) {
    for (let j = 0; j < s.window[1]; j++) {
      const [h, w] = [oh * s.stride[0] + i - s.pad[0], ow * s.stride[1] + j - s.pad[1]];
      if (h < 0 || h >= s.image[0] || w < 0 || w >= s.image[1]) continue;
      const pixel = indexIn(s.image, s.channels, n, h, w, c);
      found.push({ pixel, output, place: i * s.window[1] + j });
    }
  }
  return found;
}

/** The windows that cover a pixel, from the last to the first, as the backward kernels visit them. */
function windowsOf(s: Sizes, pixel: number): Covered[] {
  const { n, row: h, column: w, c } = placeIn(s.image, s.channels, pixel);
  const cover = (axis: 0 | 1) => Math.ceil(s.window[axis] / s.stride[axis]);
  const found: Covered[] = [];
  for (let i = 0; i < cover(0); i++) {
    const oh = Math.floor((h + s.pad[0]) / s.stride[0]) - i;
    const row = h + s.pad[0] - oh * s.stride[0];
    if (oh < 0 || oh >= s.out[0] || row >= s.window[0]) continue;
    for (let j = 0; j < cover(1); j++) {
      const ow = Math.floor((w + s.pad[1]) / s.stride[1]) - j;
      const column = w + s.pad[1] - ow * s.stride[1];
      if (ow < 0 || ow >= s.out[1] || column >= s.window[1]) continue;
      const output = indexIn(s.out, s.channels, n, oh, ow, c);
      found.push({ pixel, output, place: row * s.window[1] + column });
    }
  }
  return found;
}

/** Which place of its window won: 16 bits of a word that two windows share. */
function winnerOf(launch: OpenLaunch, output: number): number {
  const word = launch.word("winner", Math.floor(output / 2));
  return output % 2 === 0 ? word & 0xffff : word >>> 16;
}

const maxForward: KernelRule = {
  kernel: "pool2d/max-forward",
  line: () => "largest = select(largest, value, wins)",
  formula: (launch, _, at) =>
    largest(...pixelsOf(sizesOf(launch), at).map(({ pixel }) => launch.read("x", pixel))),
  uses: (launch, _, at) => windowsOf(sizesOf(launch), at).map(({ output }) => ({ output: "y", at: output })),
};

const maxBackward: KernelRule = {
  kernel: "pool2d/max-backward",
  line: () => "sum += select(vec4f(0.0), won(",
  formula: (launch, _, at) =>
    loop(
      windowsOf(sizesOf(launch), at)
        .filter(({ output, place }) => winnerOf(launch, output) === place)
        .map(({ output }) => launch.read("dy", output)),
    ),
  uses(launch, binding, at) {
    if (binding !== "dy") return [];
    const winner = pixelsOf(sizesOf(launch), at).find(({ place }) => place === winnerOf(launch, at));
    return winner ? [{ output: "dx", at: winner.pixel }] : [];
  },
};

/** Sums of the forward kernel: runs of 32 places of the window, and those in runs of 32; what is left at the end is added first. */
function inRuns(pixels: readonly Covered[], read: (pixel: number) => Expression): Expression {
  const run = 32;
  const within = (size: number, number: number) =>
    pixels.filter(({ place }) => Math.floor(place / size) === number);
  const places = (pixels.at(-1)?.place ?? 0) + 1;
  const runs = (from: number, to: number) =>
    Array.from({ length: Math.max(0, to - from) }, (_, i) =>
      loop(within(run, from + i).map(({ pixel }) => read(pixel))),
    );
  const whole = Math.floor(places / (run * run));
  const complete = Math.floor(places / run);
  const parts = Array.from({ length: whole }, (_, i) => loop(runs(i * run, (i + 1) * run)));
  const rest = plus(
    loop(runs(whole * run, complete)),
    loop(runs(complete, complete + 1).flatMap(({ terms }) => terms)),
  );
  return loop([...parts, rest]);
}

const averageForward: KernelRule = {
  kernel: "pool2d/average-forward",
  line: () => "run += select(vec4f(0.0), load(",
  formula(launch, _, at) {
    const pixels = pixelsOf(sizesOf(launch), at);
    const sum = inRuns(pixels, (pixel) => launch.read("x", pixel));
    return launch.flag("MEAN") ? over(sum, constant(pixels.length, "count")) : sum;
  },
  uses: (launch, _, at): Use[] =>
    windowsOf(sizesOf(launch), at).map(({ output }) => ({
      output: "y",
      at: output,
      term: launch.read("x", at),
    })),
};

const averageBackward: KernelRule = {
  kernel: "pool2d/average-backward",
  line: () => "sum += select(vec4f(0.0), gradient",
  formula(launch, _, at) {
    const s = sizesOf(launch);
    const share = ({ output }: Covered) =>
      over(launch.read("dy", output), constant(pixelsOf(s, output).length, "pixels"));
    return loop(windowsOf(s, at).map(share));
  },
  uses: (launch, _, at) => pixelsOf(sizesOf(launch), at).map(({ pixel }) => ({ output: "dx", at: pixel })),
};

export const poolingRules: readonly KernelRule[] = [maxForward, maxBackward, averageForward, averageBackward];
