/** @file What is held of a kernel: it computes what its float64 reference does, whatever the shapes. */
import type { AdapterFacts } from "../../engine/adapter.ts";
import { gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import type { Shape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { Array64 } from "../../kernels/reference.ts";
import { lossWithGradient } from "../loss-with-gradient.ts";
import type { Tolerance } from "./compare.ts";
import { type Choices, randomArray } from "./random.ts";

/** A tensor that the kernel took part in, and what it should be. */
export interface Comparison {
  /** "y", "gradient of input 1" */
  readonly what: string;
  readonly shape: Shape;
  readonly actual: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
  readonly tolerance?: Tolerance;
}

/** One use of a kernel, with shapes and values that a seed decided. */
export interface PropertyCase {
  /** shapes and options in a few words */
  readonly label: string;
  run(engine: Engine): Promise<readonly Comparison[]>;
}

/** A kernel, how cases of its op are drawn in which it is launched, and work that it is timed with. */
export interface KernelProperty {
  /** the id: "conv2d/forward.tiled" */
  readonly kernel: string;
  /** what it computes; kernels of one name are variants of each other */
  readonly op: string;
  /** what an adapter must have to run it */
  readonly needs?: "subgroups" | "subgroup-matrix";
  /** `number`: of the case, so that what is to be seen in turn is */
  draw(choices: Choices, adapter: AdapterFacts, number: number): PropertyCase;
  /** Uploads a fixed problem, a small one for adapters in software; what it returns launches the kernel on it, and may launch others. */
  prepare(engine: Engine): TimedWork;
}

export interface TimedWork {
  /** its sizes in a few words */
  readonly problem: string;
  run(): void;
}

/** How an op is compared with its reference. */
export interface OpCase {
  readonly label: string;
  readonly op: (...inputs: Tensor[]) => Tensor;
  readonly forward: (...inputs: Array64[]) => Array64;
  readonly gradient: (dy: Array64, ...inputs: Array64[]) => readonly Array64[];
  readonly inputs: readonly Array64[];
  readonly tolerance?: { readonly forward?: Tolerance; readonly gradients?: readonly Tolerance[] };
}

/** A case of a differentiable op: its output, and the gradients of all inputs. */
export function opCase({ label, op, forward, gradient, inputs, tolerance = {} }: OpCase): PropertyCase {
  const run = async (engine: Engine): Promise<Comparison[]> => {
    const expected = forward(...inputs);
    const dy = randomArray(expected.shape, 77);
    const sources = inputs.map(({ data, shape }) => engine.tensor(data, shape));
    const outputs: Tensor[] = [];
    const loss = () => {
      outputs.push(op(...sources));
      return lossWithGradient(outputs[0]!, engine.tensor(dy.data, dy.shape));
    };
    const found = gradients(engine, loss, sources).gradients;
    const compared: Comparison[] = [];
    const add = async (what: string, tensor: Tensor, reference: Array64, allowed: Tolerance | undefined) =>
      compared.push({
        what,
        shape: reference.shape,
        actual: await tensor.data(),
        expected: reference.data,
        ...(allowed && { tolerance: allowed }),
      });
    await add("y", outputs[0]!, expected, tolerance.forward);
    for (const [i, reference] of gradient(dy, ...inputs).entries())
      await add(`gradient of input ${i}`, found[i]!, reference, tolerance.gradients?.[i]);
    return compared;
  };
  return { label, run };
}

/** Several cases as one. */
export function allOf(cases: readonly PropertyCase[]): PropertyCase {
  return {
    label: cases.map(({ label }) => label).join("; "),
    run: async (engine) => {
      const compared: Comparison[] = [];
      for (const { run } of cases) compared.push(...(await run(engine)));
      return compared;
    },
  };
}

/** Those of a list whose turn it is: after `rounds` cases all have been seen. */
export function inTurn<T>(values: readonly T[], number: number, rounds = 8): T[] {
  return values.filter((_, i) => i % rounds === number % rounds);
}

/** The larger problem for GPUs, the smaller for adapters in software. */
export function sized<T>({ adapter }: Engine, large: T, small: T): T {
  return adapter.software ? small : large;
}

/** A tensor of random values that lives as long as the engine. */
export function filled(engine: Engine, shape: Shape, seed: number): Tensor {
  return engine.keep(engine.tensor(randomArray(shape, seed).data, shape));
}

/** Why an adapter cannot run a kernel; undefined if it can. */
export function missing(
  { needs }: Pick<KernelProperty, "needs">,
  { subgroupSize, subgroupMatrix }: Pick<AdapterFacts, "subgroupSize" | "subgroupMatrix">,
): KernelProperty["needs"] {
  if (needs === "subgroups" && subgroupSize < 4) return needs;
  return needs === "subgroup-matrix" && !subgroupMatrix ? needs : undefined;
}
