/** @file The ops of the examples: each is run once, every launch of it recorded, and says which tensor is which. */
import { gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import type { RecordedLaunch } from "../../engine/record/launch-record.ts";
import type { NamedTensor } from "../../engine/record/named-step.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { conv2d } from "../../kernels/conv2d/conv2d.ts";
import { dense } from "../../kernels/dense/dense.ts";
import { add, mul, square } from "../../kernels/elementwise/index.ts";
import { softmaxCrossEntropy } from "../../kernels/losses/index.ts";
import { adam, minimizer, type Optimizer, sgd } from "../../kernels/optimizers/index.ts";
import { sum } from "../../kernels/reduce/index.ts";
import { transpose } from "../../kernels/shape/index.ts";
import { softmax } from "../../kernels/softmax/index.ts";
import { lossWithGradient } from "../loss-with-gradient.ts";
import type { Place } from "../microscope/elements.ts";
import { curvePoints, type HandName, type HandValues, optimizerSteps } from "./examples.ts";

type Tensors = Readonly<Record<string, Tensor>>;

/** Where the numbers of a result are: a tensor, one tensor for each, or what a launch leaves. */
export type Whereabouts =
  | Tensor
  | readonly Tensor[]
  | ((at: number, launches: readonly RecordedLaunch[]) => Place);

export interface Outcome {
  readonly named: readonly NamedTensor[];
  readonly results: Readonly<Record<string, Whereabouts>>;
}

/** An example ready to be launched, and what has to be given back afterwards. */
export interface HandPass {
  readonly launch: () => Outcome;
  readonly dispose: () => void;
}

type Prepare = (engine: Engine, tensors: Tensors, values: HandValues) => HandPass;

const input = (name: string, tensor: Tensor, gradient?: Tensor): NamedTensor => {
  return { name, kind: "input", tensor, gradient };
};
const output = (name: string, tensor: Tensor, gradient?: Tensor): NamedTensor => {
  return { name, kind: "output", tensor, gradient };
};

/** Ops that need nothing but their inputs. */
function plain(launch: (engine: Engine, tensors: Tensors) => Outcome): Prepare {
  return (engine, tensors) => ({ launch: () => launch(engine, tensors), dispose: () => {} });
}

/** An op and its bias forward and, from dy on, backward: `of` are the inputs whose gradients are wanted. */
function layer(of: readonly string[], op: (tensors: Tensors) => Tensor): Prepare {
  return plain((engine, tensors) => {
    const outputs: Tensor[] = [];
    const body = () => {
      const products = op(tensors);
      outputs.push(products, add(products, tensors.b!));
      return lossWithGradient(outputs[1]!, tensors.dy!);
    };
    const sources = of.map((name) => tensors[name]!);
    const found = gradients(engine, body, sources).gradients;
    const back = Object.fromEntries(of.map((name, i) => [`d ${name}`, found[i]!]));
    return {
      named: [
        ...of.map((name, i) => input(name, sources[i]!, found[i])),
        input("b", tensors.b!),
        input("dy", tensors.dy!),
        output("sum", outputs[0]!),
        output("y", outputs[1]!),
      ],
      results: { y: outputs[1]!, ...back },
    };
  });
}

const tensor = plain((_, { x, row }) => {
  const [turned, columns, both] = [transpose(x!), sum(x!, { axes: 0 }), add(x!, row!)];
  return {
    named: [
      input("x", x!),
      input("row", row!),
      output("turned", turned),
      output("both", both),
      output("columns", columns),
    ],
    results: { turned, columns, both },
  };
});

const softmaxWithLoss = plain((engine, { x, truth }) => {
  const p = softmax(x!);
  const { value, gradients: found } = gradients(engine, () => softmaxCrossEntropy(x!, truth!), [x!]);
  return {
    named: [
      input("x", x!, found[0]),
      input("truth", truth!),
      output("p", p),
      { ...output("L", value), kind: "loss" },
    ],
    results: { p, L: value, "d x": found[0]! },
  };
});

/** L = a * w², walked down by an optimizer. */
function descent(optimizerOf: (values: HandValues) => Optimizer): Prepare {
  return (engine, { w, a }, values) => {
    const steps = minimizer(optimizerOf(values), [w!]);
    const widest = Math.max(1, Math.abs(values.w![0]!)) * 1.25;
    const points = Array.from({ length: curvePoints }, (_, i) => widest * ((2 * i) / (curvePoints - 1) - 1));
    const grid = engine.keep(engine.tensor(points, [curvePoints]));
    const launch = () => {
      const taken = Array.from({ length: optimizerSteps }, () => {
        const { value, gradients: found } = steps.gradients(() => sum(mul(a!, square(w!))));
        steps.apply(found);
        return { value, gradient: found[0]! };
      });
      const afterStep = (at: number, launches: readonly RecordedLaunch[]): Place => {
        const updates = launches.filter(
          ({ what, operands }) =>
            what.startsWith("optimizers/") && operands.some(({ name }) => name === "parameters"),
        );
        return { launch: updates[at]!.index, binding: "parameters", side: "out", at: 0 };
      };
      return {
        named: [
          input("w", w!),
          input("a", a!),
          ...taken.map(({ gradient }, i) => output(`d w of step ${i + 1}`, gradient)),
        ],
        results: {
          path: afterStep,
          L: taken.map(({ value }) => value),
          grid,
          curve: mul(a!, square(grid)),
        },
      };
    };
    const dispose = () => {
      steps.dispose();
      grid.dispose();
    };
    return { launch, dispose };
  };
}

const rateOf = ({ rate }: HandValues) => ({ learningRate: rate![0]! });

/** By the example's name. */
export const passes: Readonly<Record<HandName, Prepare>> = {
  tensor,
  dense: layer(["x", "w"], ({ x, w }) => dense(x!, w!)),
  conv2d: layer(["image", "filter"], ({ image, filter }) => conv2d(image!, filter!)),
  softmax: softmaxWithLoss,
  sgd: descent((values) => sgd(rateOf(values))),
  momentum: descent((values) => sgd({ ...rateOf(values), momentum: values.momentum![0]! })),
  adam: descent((values) => adam(rateOf(values))),
};
