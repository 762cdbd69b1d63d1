/** @file What a layer makes of its input's shape, and what that costs: the formulas with their numbers in them. */
import type { LayerFacts } from "./worker/protocol.ts";

export interface LayerCosts {
  /** how the output's height or length comes about, e.g. "(32 + 4 - 5) / 1 + 1 = 32"; undefined where it is the input's */
  readonly size: string | undefined;
  /** how many weights, e.g. "5*5*3*8 + 8 = 608"; undefined for none */
  readonly weights: string | undefined;
  /** multiplications and additions of one image on the way forward */
  readonly flops: number;
  /** bytes of the output of one image in float32 */
  readonly bytes: number;
}

/** Of a layer whose input has this shape, without the batch. */
export function layerCosts(layer: LayerFacts, inputShape: readonly number[]): LayerCosts {
  const { outputShape } = layer;
  const values = outputShape.reduce((product, size) => product * size, 1);
  const rule = rules[layer.className];
  return { size: undefined, weights: undefined, flops: 0, ...rule?.(layer, inputShape), bytes: 4 * values };
}

type Rule = (layer: LayerFacts, inputShape: readonly number[]) => Partial<LayerCosts>;

const convolution: Rule = ({ config, outputShape, parameters }, inputShape) => {
  const [kh, kw] = pair(config.kernelSize, [1, 1]);
  const [height, width, filters] = outputShape as [number, number, number];
  const channels = inputShape[2]!;
  const products = kh * kw * channels * filters;
  const bias = parameters > products ? filters : 0;
  return {
    size: windowFormula(inputShape[0]!, kh, pair(config.strides, [1, 1])[0], config.padding, height),
    weights: `${kh}*${kw}*${channels}*${filters}${bias ? ` + ${bias}` : ""} = ${parameters}`,
    flops: height * width * (2 * products + bias),
  };
};

const dense: Rule = ({ outputShape, parameters }, inputShape) => {
  const [inputs, units] = [inputShape.at(-1)!, outputShape.at(-1)!];
  const bias = parameters > inputs * units ? units : 0;
  const rows = outputShape.slice(0, -1).reduce((product, size) => product * size, 1);
  return {
    weights: `${inputs}*${units}${bias ? ` + ${bias}` : ""} = ${parameters}`,
    flops: rows * (2 * inputs * units + bias),
  };
};

/** Its kernel is another layer's, which counts it. */
const denseTranspose: Rule = ({ outputShape, parameters }, inputShape) => {
  const [inputs, units] = [inputShape.at(-1)!, outputShape.at(-1)!];
  return { weights: `${units} = ${parameters}`, flops: 2 * inputs * units + units };
};

const upSampling: Rule = ({ config, outputShape }, inputShape) => ({
  size: `${inputShape[0]} * ${pair(config.size, [2, 2])[0]} = ${outputShape[0]}`,
});

const pooling: Rule = ({ config, outputShape }, inputShape) => {
  const pool = pair(config.poolSize, [2, 2]);
  const [height, width, channels] = outputShape as [number, number, number];
  return {
    size: windowFormula(inputShape[0]!, pool[0], pair(config.strides, pool)[0], config.padding, height),
    flops: height * width * channels * pool[0] * pool[1],
  };
};

const flatten: Rule = ({ outputShape }, inputShape) => ({
  size: `${inputShape.join("*")} = ${outputShape[0]}`,
});

const normalization: Rule = ({ outputShape, parameters }) => ({
  weights: `4*${outputShape.at(-1)} = ${parameters}`,
});

const rules: Readonly<Record<string, Rule>> = {
  Conv2D: convolution,
  Dense: dense,
  DenseTranspose: denseTranspose,
  MaxPooling2D: pooling,
  AveragePooling2D: pooling,
  Flatten: flatten,
  UpSampling2D: upSampling,
  BatchNormalization: normalization,
};

/** Along one axis. Padding "same" adds as many zeros as it takes for size / stride outputs, rounded up. */
function windowFormula(
  size: number,
  window: number,
  stride: number,
  padding: unknown,
  output: number,
): string {
  if (padding === "same") {
    const zeros = Math.max(0, (output - 1) * stride + window - size);
    return `(${size} + ${zeros} - ${window}) / ${stride} + 1 = ${output}`;
  }
  const exact = (size - window) % stride === 0;
  const quotient = `(${size} - ${window}) / ${stride}`;
  return `${exact ? quotient : `floor(${quotient})`} + 1 = ${output}`;
}

/** Options of windows are one number or two. */
function pair(option: unknown, otherwise: readonly [number, number]): readonly [number, number] {
  if (typeof option === "number") return [option, option];
  return Array.isArray(option) ? [Number(option[0]), Number(option[1])] : otherwise;
}
