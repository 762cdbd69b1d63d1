/** @file The optimizers in float64, one parameter at a time, as their papers and Keras write them. */

/** What the formulas need besides the gradient: the rate of this step and the hyper-parameters by their names. */
export interface ReferenceStep {
  /** learning rate after decay */
  readonly rate: number;
  /** updates before this one */
  readonly step: number;
}

/** New parameter value; changes `slots` (moments of this parameter) in place. */
export type UpdateRule = (p: number, g: number, slots: Record<string, number>, at: ReferenceStep) => number;

export function sgdReference(momentum = 0, nesterov = false): UpdateRule {
  return (p, g, slots, { rate }) => {
    if (momentum === 0) return p - rate * g;
    const v = momentum * slots.velocity! - rate * g;
    slots.velocity = v;
    return nesterov ? p + momentum * v - rate * g : p + v;
  };
}

/** Keras 2 adds epsilon to the root, Keras 3 under it. */
function rootOf(a: number, epsilon: number, epsilonInRoot: boolean): number {
  return epsilonInRoot ? Math.sqrt(a + epsilon) : Math.sqrt(a) + epsilon;
}

export function rmspropReference(rho: number, epsilon: number, epsilonInRoot = false): UpdateRule {
  return (p, g, slots, { rate }) => {
    slots.accumulator = rho * slots.accumulator! + (1 - rho) * g * g;
    return p - (rate * g) / rootOf(slots.accumulator, epsilon, epsilonInRoot);
  };
}

export function adagradReference(epsilon: number, epsilonInRoot = false): UpdateRule {
  return (p, g, slots, { rate }) => {
    slots.accumulator! += g * g;
    return p - (rate * g) / rootOf(slots.accumulator!, epsilon, epsilonInRoot);
  };
}

export function adadeltaReference(rho: number, epsilon: number): UpdateRule {
  return (p, g, slots, { rate }) => {
    slots.accumulator = rho * slots.accumulator! + (1 - rho) * g * g;
    const update = (g * Math.sqrt(slots.delta! + epsilon)) / Math.sqrt(slots.accumulator + epsilon);
    slots.delta = rho * slots.delta! + (1 - rho) * update * update;
    return p - rate * update;
  };
}

export function adamReference(beta1: number, beta2: number, epsilon: number, weightDecay = 0): UpdateRule {
  return (p, g, slots, { rate, step }) => {
    slots.first = beta1 * slots.first! + (1 - beta1) * g;
    slots.second = beta2 * slots.second! + (1 - beta2) * g * g;
    const corrected = (rate * Math.sqrt(1 - beta2 ** (step + 1))) / (1 - beta1 ** (step + 1));
    return p - rate * weightDecay * p - (corrected * slots.first) / (Math.sqrt(slots.second) + epsilon);
  };
}

export function adamaxReference(beta1: number, beta2: number, epsilon: number): UpdateRule {
  return (p, g, slots, { rate, step }) => {
    slots.first = beta1 * slots.first! + (1 - beta1) * g;
    slots.largest = Math.max(beta2 * slots.largest!, Math.abs(g));
    return p - ((rate / (1 - beta1 ** (step + 1))) * slots.first) / (slots.largest + epsilon);
  };
}

export function nadamReference(
  beta1: number,
  beta2: number,
  epsilon: number,
  scheduleDecay: number,
): UpdateRule {
  const momentumAt = (t: number) => beta1 * (1 - 0.5 * 0.96 ** (t * scheduleDecay));
  return (p, g, slots, { rate, step }) => {
    const [now, next] = [momentumAt(step + 1), momentumAt(step + 2)];
    slots.momentum! *= now;
    slots.first = beta1 * slots.first! + (1 - beta1) * g;
    slots.second = beta2 * slots.second! + (1 - beta2) * g * g;
    const product = slots.momentum!;
    const ahead = ((1 - now) * g) / (1 - product) + (next * slots.first) / (1 - product * next);
    return p - (rate * ahead) / (Math.sqrt(slots.second / (1 - beta2 ** (step + 1))) + epsilon);
  };
}

/** Clips the gradients of all parameters together, first by their norm, then each by value; 0 means no limit. */
export function clipReference(
  gradients: readonly Float64Array[],
  clipNorm = 0,
  clipValue = 0,
): Float64Array[] {
  let squares = 0;
  for (const gradient of gradients) for (const g of gradient) squares += g * g;
  const norm = Math.sqrt(squares);
  const scale = clipNorm > 0 && norm >= clipNorm ? clipNorm / norm : 1;
  const limit = clipValue > 0 ? clipValue : Number.POSITIVE_INFINITY;
  return gradients.map((gradient) => gradient.map((g) => Math.min(Math.max(g * scale, -limit), limit)));
}
