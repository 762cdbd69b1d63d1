/** @file The network of svhn-c in plain loops of double precision. */
import type { Digits } from "./street-digit-files.ts";
import type { Weight } from "./weights-file.ts";

const [size, inputs, classes] = [32, 32 * 32 * 3, 10];

/** One image or activation [size, size, channels], row-major. */
interface Plane {
  readonly size: number;
  readonly channels: number;
  readonly values: Float64Array;
}

/** Loss and accuracy as Keras defines them: binary cross-entropy clipped at 1e-7, mean over outputs and images. */
export function referenceResults(weights: ReadonlyMap<string, Weight>, { images, labels }: Digits) {
  let [loss, right] = [0, 0];
  for (let i = 0; i < labels.length; i++) {
    const pixels = Float64Array.from(images.subarray(i * inputs, (i + 1) * inputs), (byte) => byte / 255);
    const outputs = forward(weights, { size, channels: 3, values: pixels });
    right += Number(outputs.indexOf(Math.max(...outputs)) === labels[i]);
    for (const [k, output] of outputs.entries()) {
      const p = Math.min(Math.max(output, 1e-7), 1 - 1e-7);
      loss -= Math.log(k === labels[i] ? p : 1 - p) / classes;
    }
  }
  return { loss: loss / labels.length, accuracy: right / labels.length };
}

function forward(weights: ReadonlyMap<string, Weight>, image: Plane): Float64Array {
  const of = (layer: string) => [weights.get(`${layer}/kernel`)!, weights.get(`${layer}/bias`)!] as const;
  const first = maxPool(convolve(image, ...of("conv2d_1")));
  const second = maxPool(convolve(first, ...of("conv2d_2")));
  const hidden = dense(second.values, ...of("dense_1")).map((value) => Math.max(0, value));
  const scores = dense(hidden, ...of("dense_2"));
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** Same padding, stride 1, then relu; kernel [kh, kw, c, k]. */
function convolve(x: Plane, { shape, values: kernel }: Weight, { values: bias }: Weight): Plane {
  const [side, , , filters] = shape as [number, number, number, number];
  const half = (side - 1) / 2;
  const y = new Float64Array(x.size * x.size * filters);
  for (let row = 0; row < x.size; row++)
    for (let column = 0; column < x.size; column++) {
      const sums = Float64Array.from(bias);
      for (let i = 0; i < side; i++)
        for (let j = 0; j < side; j++) {
          const [h, w] = [row + i - half, column + j - half];
          if (h < 0 || w < 0 || h >= x.size || w >= x.size) continue;
          for (let c = 0; c < x.channels; c++) {
            const value = x.values[(h * x.size + w) * x.channels + c]!;
            const tap = ((i * side + j) * x.channels + c) * filters;
            for (let k = 0; k < filters; k++) sums[k]! += value * kernel[tap + k]!;
          }
        }
      y.set(
        sums.map((sum) => Math.max(0, sum)),
        (row * x.size + column) * filters,
      );
    }
  return { size: x.size, channels: filters, values: y };
}

/** Windows of 2x2. */
function maxPool({ size: before, channels, values }: Plane): Plane {
  const after = before / 2;
  const y = new Float64Array(after * after * channels).fill(Number.NEGATIVE_INFINITY);
  for (let h = 0; h < before; h++)
    for (let w = 0; w < before; w++)
      for (let c = 0; c < channels; c++) {
        const to = ((h >> 1) * after + (w >> 1)) * channels + c;
        y[to] = Math.max(y[to]!, values[(h * before + w) * channels + c]!);
      }
  return { size: after, channels, values: y };
}

/** kernel [inputs, units] */
function dense(x: Float64Array, { values: kernel }: Weight, { values: bias }: Weight): Float64Array {
  const y = Float64Array.from(bias);
  for (let i = 0; i < x.length; i++)
    for (let unit = 0; unit < y.length; unit++) y[unit]! += x[i]! * kernel[i * y.length + unit]!;
  return y;
}
