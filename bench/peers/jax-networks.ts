/** @file The networks as jax-js's users write them: functions of the parameters and the batch, channels first. */
import { lax, nn, numpy as np, random } from "@jax-js/jax";
import { adadelta, adagrad, nesterov, type Rule, sgd } from "./jax-optimizers.ts";

/** What a network computes from: arrays are used up by whoever takes them, unless it says `.ref`. */
export interface Pass {
  /** the next trainable parameter */
  readonly next: () => np.Array;
  /** random numbers of the next dropout */
  readonly key: () => np.Array;
  /** receives the batch statistics that update the moving ones, in layer order */
  readonly statistics: np.Array[];
}

type Network = (x: np.Array, pass: Pass) => np.Array;

export interface Training {
  /** to what the loss is computed from: logits, or probabilities for `probabilities` */
  readonly network: Network;
  readonly loss: (output: np.Array, target: np.Array) => np.Array;
  readonly rule: Rule;
}

const dense = (x: np.Array, { next }: Pass) => np.matmul(x, next()).add(next());
const relu = nn.relu;
const sigmoid = nn.sigmoid;

function convolution(x: np.Array, { next }: Pass, padding: "SAME" | "VALID" = "SAME"): np.Array {
  const y = lax.conv(x, next(), [1, 1], padding);
  return y.add(next().reshape([-1, 1, 1]));
}

const pooling = (x: np.Array) => lax.reduceWindow(x, np.max, [2, 2], [2, 2]);
const flatten = (x: np.Array) => x.reshape([x.shape[0]!, -1]);

/** Every pixel twice in both directions. */
function upSampling(x: np.Array): np.Array {
  return np.repeat(np.repeat(x, 2, 2), 2, 3);
}

function dropout(x: np.Array, rate: number, { key }: Pass): np.Array {
  const kept = random.bernoulli(key(), 1 - rate, x.shape);
  return np.where(kept, x.div(1 - rate), 0);
}

function batchNormalization(x: np.Array, { next, statistics }: Pass): np.Array {
  const axes = [0, 2, 3];
  const mean = np.mean(x.ref, axes, { keepdims: true });
  const centred = x.sub(mean.ref);
  const variance = np.mean(np.square(centred.ref), axes, { keepdims: true });
  statistics.push(mean.reshape([-1]), variance.ref.reshape([-1]));
  const gamma = next().reshape([1, -1, 1, 1]);
  const scale = gamma.div(np.sqrt(variance.add(1e-3)));
  return centred.mul(scale).add(next().reshape([1, -1, 1, 1]));
}

function block(x: np.Array, pass: Pass): np.Array {
  for (const padding of ["SAME", "VALID"] as const) {
    x = relu(batchNormalization(convolution(x, pass, padding), pass));
  }
  return dropout(pooling(x), 0.25, pass);
}

/** -mean of t log p + (1 - t) log(1 - p), from logits. */
function binaryFromLogits(logits: np.Array, target: np.Array): np.Array {
  const linear = logits.ref.mul(target);
  return np.mean(nn.softplus(logits).sub(linear));
}

/** The same from probabilities, clipped as Keras does. */
function binary(probabilities: np.Array, target: np.Array): np.Array {
  const p = np.clip(probabilities, 1e-7, 1 - 1e-7);
  const hit = np.log(p.ref).mul(target.ref);
  const miss = np.log(np.subtract(1, p)).mul(np.subtract(1, target));
  return np.mean(hit.add(miss)).mul(-1);
}

/** Cross-entropy over classes, from logits. */
function categorical(logits: np.Array, target: np.Array): np.Array {
  const samples = logits.shape[0]!;
  return nn
    .logSoftmax(logits)
    .mul(target)
    .sum()
    .mul(-1 / samples);
}

export const networks: Readonly<Record<string, Training>> = {
  "svhn-c": {
    network: (x, pass) => {
      x = pooling(relu(convolution(x, pass)));
      x = pooling(relu(convolution(x, pass)));
      x = relu(dense(flatten(x), pass));
      return nn.softmax(dense(x, pass));
    },
    loss: binary,
    rule: adagrad(0.01, 1e-8),
  },
  "cifar10-b": {
    network: (x, pass) => {
      x = pooling(relu(convolution(x, pass)));
      x = pooling(relu(convolution(x, pass)));
      return dense(relu(dense(flatten(x), pass)), pass);
    },
    loss: categorical,
    rule: sgd(1e-3),
  },
  "cifar25-bn": {
    network: (x, pass) => {
      x = block(block(x, pass), pass);
      x = dropout(relu(dense(flatten(x), pass)), 0.5, pass);
      return dense(x, pass);
    },
    loss: categorical,
    rule: nesterov(0.01, 0.9),
  },
  "cifar100-cnn": {
    network: (x, pass) => {
      for (const pooled of [false, true, false, false, true, true]) {
        x = relu(convolution(x, pass, "VALID"));
        if (pooled) x = pooling(x);
      }
      x = dropout(relu(dense(flatten(x), pass)), 0.5, pass);
      return dense(x, pass);
    },
    loss: categorical,
    rule: sgd(0.01),
  },
  mlp: {
    network: (x, pass) => dense(sigmoid(dense(sigmoid(dense(x, pass)), pass)), pass),
    loss: categorical,
    rule: sgd(0.01),
  },
  ae32: {
    network: (x, pass) => dense(sigmoid(dense(x, pass)), pass),
    loss: binaryFromLogits,
    rule: sgd(1),
  },
  "deep-ae": {
    network: (x, pass) => {
      for (let hidden = 0; hidden < 7; hidden++) x = relu(dense(x, pass));
      return dense(x, pass);
    },
    loss: binaryFromLogits,
    rule: sgd(1),
  },
  "conv-ae": {
    network: (x, pass) => {
      x = pooling(relu(convolution(x, pass)));
      x = pooling(relu(convolution(x, pass)));
      x = upSampling(relu(convolution(x, pass)));
      x = upSampling(relu(convolution(x, pass)));
      return convolution(x, pass);
    },
    loss: binaryFromLogits,
    rule: adadelta(1, 0.95, 1e-7),
  },
};
