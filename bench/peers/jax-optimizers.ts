/** @file Optimizers for jax-js, as Keras defines them: its own package of optimizers is not on the registry. */
import { numpy as np } from "@jax-js/jax";

/** The new parameter, then its new moments. */
export type Updated = readonly [parameter: np.Array, ...moments: np.Array[]];

export interface Rule {
  /** moments of a parameter, which start from zero */
  readonly moments: number;
  /** uses its arguments up */
  readonly update: (parameter: np.Array, gradient: np.Array, moments: readonly np.Array[]) => Updated;
}

export function sgd(rate: number): Rule {
  return { moments: 0, update: (parameter, gradient) => [parameter.sub(gradient.mul(rate))] };
}

export function nesterov(rate: number, momentum: number): Rule {
  return {
    moments: 1,
    update: (parameter, gradient, [velocity]) => {
      const step = gradient.mul(rate);
      const next = velocity!.mul(momentum).sub(step.ref);
      return [parameter.add(next.ref.mul(momentum)).sub(step), next];
    },
  };
}

export function adagrad(rate: number, epsilon: number): Rule {
  return {
    moments: 1,
    update: (parameter, gradient, [squares]) => {
      const next = squares!.add(np.square(gradient.ref));
      return [parameter.sub(gradient.mul(rate).div(np.sqrt(next.ref).add(epsilon))), next];
    },
  };
}

export function adadelta(rate: number, rho: number, epsilon: number): Rule {
  const mean = (past: np.Array, value: np.Array) => past.mul(rho).add(np.square(value).mul(1 - rho));
  return {
    moments: 2,
    update: (parameter, gradient, [squares, updates]) => {
      const next = mean(squares!, gradient.ref);
      const size = np.sqrt(updates!.ref.add(epsilon)).div(np.sqrt(next.ref.add(epsilon)));
      const update = gradient.mul(size);
      return [parameter.sub(update.ref.mul(rate)), next, mean(updates!, update)];
    },
  };
}
