/** @file The kernels of the optimizers: twenty updates each. */
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  nadam,
  type Optimizer,
  rmsprop,
  sgd,
} from "../../../kernels/optimizers/index.ts";
import {
  adadeltaReference,
  adagradReference,
  adamaxReference,
  adamReference,
  nadamReference,
  rmspropReference,
  sgdReference,
  type UpdateRule,
} from "../../../kernels/optimizers/optimizers.reference.ts";
import { filled, type KernelProperty, sized } from "../property.ts";
import { Choices, randomArray } from "../random.ts";
import { steps, update, updateReference } from "../updates.ts";

interface Choice {
  readonly options: string;
  readonly optimizer: Optimizer;
  readonly rule: UpdateRule;
}

/** Every optimizer's kernel, with options that a case may have; `shared` are those that all optimizers have. */
const families: Record<string, (choices: Choices, shared: Shared) => Choice> = {
  sgd: (_, shared) => ({ options: "", optimizer: sgd(shared), rule: sgdReference() }),
  momentum: (choices, shared) => {
    const nesterov = choices.boolean();
    return {
      options: nesterov ? "momentum 0.9, nesterov" : "momentum 0.9",
      optimizer: sgd({ ...shared, momentum: 0.9, nesterov }),
      rule: sgdReference(0.9, nesterov),
    };
  },
  rmsprop: (choices, shared) => {
    const [rho, epsilon, epsilonInRoot] = [
      choices.of([0.5, 0.95]),
      choices.of([1e-8, 1e-3]),
      choices.boolean(),
    ];
    return {
      options: `rho ${rho}, epsilon ${epsilon}${epsilonInRoot ? " in the root" : ""}`,
      optimizer: rmsprop({ ...shared, rho, epsilon, epsilonInRoot }),
      rule: rmspropReference(rho, epsilon, epsilonInRoot),
    };
  },
  adagrad: (choices, shared) => {
    const [epsilon, initialAccumulator] = [choices.of([1e-8, 1e-3]), choices.of([0, 0.1])];
    const epsilonInRoot = choices.boolean();
    return {
      options: `epsilon ${epsilon}${epsilonInRoot ? " in the root" : ""}, from ${initialAccumulator}`,
      optimizer: adagrad({ ...shared, epsilon, initialAccumulator, epsilonInRoot }),
      rule: adagradReference(epsilon, epsilonInRoot),
    };
  },
  adadelta: (choices, shared) => {
    const [rho, epsilon] = [choices.of([0.5, 0.95]), choices.of([1e-8, 1e-3])];
    return {
      options: `rho ${rho}, epsilon ${epsilon}`,
      optimizer: adadelta({ ...shared, rho, epsilon }),
      rule: adadeltaReference(rho, epsilon),
    };
  },
  adam: (choices, shared) => {
    const [beta1, beta2, epsilon] = [
      choices.of([0, 0.9]),
      choices.of([0.8, 0.999]),
      choices.of([1e-8, 1e-3]),
    ];
    const weightDecay = choices.of([0, 0.1]);
    if (weightDecay > 0)
      return {
        options: `weight decay ${weightDecay}, epsilon ${epsilon}`,
        optimizer: adamw({ ...shared, weightDecay, epsilon }),
        rule: adamReference(0.9, 0.999, epsilon, weightDecay),
      };
    return {
      options: `beta1 ${beta1}, beta2 ${beta2}, epsilon ${epsilon}`,
      optimizer: adam({ ...shared, beta1, beta2, epsilon }),
      rule: adamReference(beta1, beta2, epsilon),
    };
  },
  adamax: (choices, shared) => {
    const [beta1, beta2, epsilon] = [choices.of([0, 0.9]), choices.of([0.5, 0.95]), choices.of([1e-8, 1e-3])];
    return {
      options: `beta1 ${beta1}, beta2 ${beta2}, epsilon ${epsilon}`,
      optimizer: adamax({ ...shared, beta1, beta2, epsilon }),
      rule: adamaxReference(beta1, beta2, epsilon),
    };
  },
  nadam: (choices, shared) => {
    const [beta1, beta2] = [choices.of([0.5, 0.9]), choices.of([0.8, 0.9999])];
    const scheduleDecay = choices.of([0.004, 1]);
    return {
      options: `beta1 ${beta1}, beta2 ${beta2}, schedule decay ${scheduleDecay}`,
      optimizer: nadam({ ...shared, beta1, beta2, scheduleDecay, epsilon: 1e-3 }),
      rule: nadamReference(beta1, beta2, 1e-3, scheduleDecay),
    };
  },
};

interface Shared {
  readonly learningRate: number;
  readonly decay?: number;
}

function property(name: string, family: (typeof families)[string]): KernelProperty {
  return {
    kernel: `optimizers/${name}`,
    op: `update by ${name}`,
    draw: (choices) => {
      const shared = { learningRate: choices.integer(1, 500) / 1000, decay: choices.of([0, 0.1]) };
      const { options, optimizer, rule } = family(choices, shared);
      const sizes = Array.from({ length: choices.integer(1, 4) }, () => choices.integer(1, 150));
      const seed = choices.seed();
      const isHalted = choices.integer(1, 4) === 1;
      const words = [`parameters [${sizes.join("], [")}]`, `rate ${shared.learningRate}`, options];
      return {
        label: `${words.filter(Boolean).join(", ")}, ${steps} updates${isHalted ? " after a halt" : ""}`,
        run: async (engine) => {
          const expected = isHalted
            ? sizes.map((size, i) => randomArray([size], seed + i).data)
            : updateReference(rule, optimizer, shared, sizes, seed);
          const { parameters } = await update(engine, optimizer, sizes, seed, isHalted ? 1 : 0);
          const scale = Math.max(1, ...expected.flatMap((values) => [...values].map(Math.abs)));
          return expected.map((values, i) => ({
            what: `parameter ${i}`,
            shape: [values.length],
            actual: parameters[i]!,
            expected: values,
            tolerance: { terms: steps, scale },
          }));
        },
      };
    },
    prepare: (engine) => {
      const size = sized(engine, 2 ** 24, 2 ** 18);
      const { optimizer } = family(new Choices(1), { learningRate: 0.01 });
      const [parameters, gradients] = [filled(engine, [size], 1), filled(engine, [size], 2)];
      const slots = Object.fromEntries(
        optimizer.slots.map((slot) => [slot, engine.keep(engine.zeros([size]))]),
      );
      return {
        problem: `[${size}] parameters`,
        run: () => optimizer.apply({ parameters, gradients, slots }),
      };
    },
  };
}

export const optimizerProperties: readonly KernelProperty[] = Object.entries(families).map(([name, family]) =>
  property(name, family),
);
