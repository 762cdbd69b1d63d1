/** @file The products and convolutions that the workloads' training steps are made of: what is worth tuning. */
import type { Engine } from "../../engine/device.ts";
import type { PipelineRequest } from "../../engine/kernel.ts";
import { convolutionClass } from "../../kernels/conv2d/choose.ts";
import type { Convolution } from "../../kernels/conv2d/problem.ts";
import type { ConvolutionPass } from "../../kernels/conv2d/variant.ts";
import { matmulClass } from "../../kernels/dense/choose.ts";
import type { MatmulProblem } from "../../kernels/dense/problem.ts";
import { Batches } from "../../models/data/batches.ts";
import { TrainingLog } from "../../models/fit/log.ts";
import { TrainingStep } from "../../models/fit/step.ts";
import { randomSamples } from "../random-samples.ts";
import { workloads } from "../workloads.ts";

export interface ConvolutionProblem {
  readonly pass: ConvolutionPass;
  readonly problem: Convolution;
}

/** One problem of each class, by class: the first that a workload has. */
export interface TuningProblems {
  readonly products: ReadonlyMap<string, MatmulProblem>;
  readonly convolutions: ReadonlyMap<string, ConvolutionProblem>;
}

/** Dry runs of a workload's step at its usual batch sizes: the constants of its kernels tell the problems. */
export async function tuningProblems(engine: Engine, names: readonly string[]): Promise<TuningProblems> {
  const products = new Map<string, MatmulProblem>();
  const convolutions = new Map<string, ConvolutionProblem>();
  for (const name of names) {
    for (const batch of workloads[name]!.batches) {
      for (const request of await pipelinesOf(engine, name, batch)) {
        const product = productOf(request);
        if (product) addNew(products, matmulClass(product), product);
        const convolution = convolutionOf(request);
        if (convolution)
          addNew(convolutions, convolutionClass(convolution.pass, convolution.problem), convolution);
      }
    }
  }
  return { products, convolutions };
}

function addNew<V>(map: Map<string, V>, key: string, value: V): void {
  if (!map.has(key)) map.set(key, value);
}

async function pipelinesOf(engine: Engine, name: string, batch: number) {
  const { network, optimizer, loss, metrics, classes } = workloads[name]!;
  const model = network();
  await model.compile({ engine, optimizer: optimizer(), loss, metrics });
  const { session } = model;
  const batches = Batches.open(engine, randomSamples(model, batch, classes), session.objective.oneHot);
  const log = new TrainingLog(engine, session.objective, 1);
  const { plan } = TrainingStep.planned(session, batches, log, batch, false);
  for (const owner of [log, batches, model]) owner.dispose();
  return plan!.pipelines;
}

/** The product that a kernel with these constants computes, if it is one. */
function productOf({ definition, constants }: PipelineRequest): MatmulProblem | undefined {
  if (!definition.name.startsWith("dense/matmul.")) return undefined;
  const { M, N, K, TRANSPOSE_A, TRANSPOSE_B } = constants;
  const [m, n, k] = [Number(M), Number(N), Number(K)];
  const sides = { transposeA: TRANSPOSE_A === 1, transposeB: TRANSPOSE_B === 1 };
  return { m, n, k, ...sides, batch: 1, batchStrideA: 0, batchStrideB: 0 };
}

function convolutionOf({ definition, constants }: PipelineRequest): ConvolutionProblem | undefined {
  const pass = /^conv2d\/(forward|input-gradient|filter-gradient)\./.exec(definition.name)?.[1];
  if (!pass) return undefined;
  const value = (name: string) => Number(constants[name]);
  const problem: Convolution = {
    batch: value("BATCH"),
    height: value("HEIGHT"),
    width: value("WIDTH"),
    channels: value("CHANNELS"),
    filters: value("FILTERS"),
    groups: 1,
    windowHeight: value("KERNEL_HEIGHT"),
    windowWidth: value("KERNEL_WIDTH"),
    outHeight: value("OUT_HEIGHT"),
    outWidth: value("OUT_WIDTH"),
    strideHeight: value("STRIDE_HEIGHT"),
    strideWidth: value("STRIDE_WIDTH"),
    dilationHeight: value("DILATION_HEIGHT"),
    dilationWidth: value("DILATION_WIDTH"),
    padTop: value("PAD_TOP"),
    padLeft: value("PAD_LEFT"),
  };
  return { pass: pass as ConvolutionPass, problem };
}
