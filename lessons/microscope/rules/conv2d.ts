/**
 * @file The three passes of a convolution. One relation says it all: which pixel meets which weight in which output. Each pass adds
 * up products over it, and walks it in an order of its own.
 */
import { type Expression, loop, times } from "../expression.ts";
import type { KernelRule, OpenLaunch, Use } from "../rule.ts";

/** A pixel of the image, a weight and an output that meet: indices in row-major order. */
interface Meeting {
  readonly image: number;
  readonly filters: number;
  readonly y: number;
}

/** The shader's constants. */
function sizesOf(launch: OpenLaunch) {
  const get = (name: string) => launch.constant(name);
  const [channels, filters, groups] = [get("CHANNELS"), get("FILTERS"), get("GROUPS")];
  return {
    batch: get("BATCH"),
    height: get("HEIGHT"),
    width: get("WIDTH"),
    channels,
    kernelHeight: get("KERNEL_HEIGHT"),
    kernelWidth: get("KERNEL_WIDTH"),
    filters,
    outHeight: get("OUT_HEIGHT"),
    outWidth: get("OUT_WIDTH"),
    stride: [get("STRIDE_HEIGHT"), get("STRIDE_WIDTH")] as const,
    dilation: [get("DILATION_HEIGHT"), get("DILATION_WIDTH")] as const,
    pad: [get("PAD_TOP"), get("PAD_LEFT")] as const,
    groupChannels: channels / groups,
    groupFilters: filters / groups,
  };
}

type Sizes = ReturnType<typeof sizesOf>;

/** Where one weight of one filter meets one output: undefined outside of the image. */
function meeting(
  s: Sizes,
  n: number,
  oh: number,
  ow: number,
  tap: number,
  c: number,
  k: number,
): Meeting | undefined {
  const [kh, kw] = [Math.floor(tap / s.kernelWidth), tap % s.kernelWidth];
  const h = oh * s.stride[0] + kh * s.dilation[0] - s.pad[0];
  const w = ow * s.stride[1] + kw * s.dilation[1] - s.pad[1];
  if (h < 0 || h >= s.height || w < 0 || w >= s.width) return undefined;
  const channel = Math.floor(k / s.groupFilters) * s.groupChannels + c;
  return {
    image: ((n * s.height + h) * s.width + w) * s.channels + channel,
    filters: (tap * s.groupChannels + c) * s.filters + k,
    y: ((n * s.outHeight + oh) * s.outWidth + ow) * s.filters + k,
  };
}

/** In the order of the forward pass: tap by tap, channel by channel. */
function* ofOutput(s: Sizes, y: number): Generator<Meeting, void, undefined> {
  const k = y % s.filters;
  const position = Math.floor(y / s.filters);
  const ow = position % s.outWidth;
  const oh = Math.floor(position / s.outWidth) % s.outHeight;
  const n = Math.floor(position / (s.outWidth * s.outHeight));
  for (let tap = 0; tap < s.kernelHeight * s.kernelWidth; tap++) {
    for (let c = 0; c < s.groupChannels; c++) {
      const met = meeting(s, n, oh, ow, tap, c, k);
      if (!met) break; // outside for every channel
      yield met;
    }
  }
}

/** In the order of the input gradient: tap by tap, filter by filter. */
function* ofPixel(s: Sizes, image: number): Generator<Meeting, void, undefined> {
  const channel = image % s.channels;
  const pixel = Math.floor(image / s.channels);
  const w = pixel % s.width;
  const h = Math.floor(pixel / s.width) % s.height;
  const n = Math.floor(pixel / (s.width * s.height));
  const first = Math.floor(channel / s.groupChannels) * s.groupFilters;
  for (let tap = 0; tap < s.kernelHeight * s.kernelWidth; tap++) {
    const top = h + s.pad[0] - Math.floor(tap / s.kernelWidth) * s.dilation[0];
    const left = w + s.pad[1] - (tap % s.kernelWidth) * s.dilation[1];
    const [oh, ow] = [top / s.stride[0], left / s.stride[1]];
    if (!Number.isInteger(oh) || !Number.isInteger(ow)) continue;
    if (oh < 0 || oh >= s.outHeight || ow < 0 || ow >= s.outWidth) continue;
    for (let k = 0; k < s.groupFilters; k++)
      yield meeting(s, n, oh, ow, tap, channel % s.groupChannels, first + k)!;
  }
}

/** In the order of the filter gradient: the meetings in one image, position by position. */
function* ofWeight(s: Sizes, filters: number, n: number): Generator<Meeting, void, undefined> {
  const k = filters % s.filters;
  const row = Math.floor(filters / s.filters);
  const [tap, c] = [Math.floor(row / s.groupChannels), row % s.groupChannels];
  for (let oh = 0; oh < s.outHeight; oh++) {
    for (let ow = 0; ow < s.outWidth; ow++) {
      const met = meeting(s, n, oh, ow, tap, c, k);
      if (met) yield met;
    }
  }
}

function* ofWeightInAll(s: Sizes, filters: number): Generator<Meeting, void, undefined> {
  for (let n = 0; n < s.batch; n++) yield* ofWeight(s, filters, n);
}

/** Which of the three a binding holds, by the name that the pass has for it. */
type Role = keyof Meeting;

const walks: Record<Role, (s: Sizes, at: number) => Iterable<Meeting>> = {
  y: ofOutput,
  image: ofPixel,
  filters: ofWeightInAll,
};

interface Pass {
  readonly kernel: string;
  readonly line: string;
  /** of the operands, in the order in which the shader multiplies them */
  readonly reads: readonly [binding: string, role: Role][];
  readonly output: Role;
  /** the terms, as the kernel groups them */
  readonly terms: (s: Sizes, at: number, term: (met: Meeting) => Expression) => Expression[];
}

function convolutionRule({ kernel, line, reads, output, terms }: Pass): KernelRule {
  const termOf = (launch: OpenLaunch) => (met: Meeting) =>
    times(...reads.map(([binding, role]) => launch.read(binding, met[role])));
  return {
    kernel,
    line: () => line,
    formula: (launch, _, at) => loop(terms(sizesOf(launch), at, termOf(launch))),
    *uses(launch, binding, at): Generator<Use, void, undefined> {
      const role = reads.find(([name]) => name === binding)?.[1];
      if (!role) return;
      const written = { y: "y", image: "dx", filters: "dfilters" }[output];
      for (const met of walks[role](sizesOf(launch), at))
        yield { output: written, at: met[output], term: termOf(launch)(met) };
    },
  };
}

export const convolutionRules: readonly KernelRule[] = [
  convolutionRule({
    kernel: "conv2d/forward.naive",
    line: "sum += f32(image[pixel + c])",
    reads: [
      ["image", "image"],
      ["filters", "filters"],
    ],
    output: "y",
    terms: (s, at, term) => [...ofOutput(s, at)].map(term),
  }),
  convolutionRule({
    kernel: "conv2d/input-gradient.naive",
    line: "sum += f32(dy[position + k])",
    reads: [
      ["dy", "y"],
      ["filters", "filters"],
    ],
    output: "image",
    terms: (s, at, term) => [...ofPixel(s, at)].map(term),
  }),
  convolutionRule({
    kernel: "conv2d/filter-gradient.naive",
    line: "sum += pixel * f32(dy",
    reads: [
      ["image", "image"],
      ["dy", "y"],
    ],
    output: "filters",
    terms: (s, at, term) =>
      Array.from({ length: s.batch }, (_, n) => loop([...ofWeight(s, at, n)].map(term))),
  }),
];
