/** @file The commands that a launch, a copy and a clear of tensors are. */
import { type CompiledKernel, type Kernel, type RunOptions, workOf } from "../kernel.ts";
import type { Launch, Tensor } from "../tensor.ts";
import type { Clear, Copy, Dispatch } from "./commands.ts";

/** A kernel launch, and the tensors it binds: those of `tensors` by name, and the step's state. */
export function dispatchOf(
  device: GPUDevice,
  definition: Kernel,
  { pipeline, layout, bindings }: CompiledKernel,
  tensors: Readonly<Record<string, Tensor>>,
  how: {
    readonly options: RunOptions;
    readonly workgroups: [number, number, number];
    readonly step: Tensor;
  },
): [command: Dispatch, bound: readonly Tensor[]] {
  const { options, workgroups, step } = how;
  const bound = bindings.map(({ name }) => (name === "step" ? step : tensors[name]!));
  const entries = bindings.map(({ index, stride }, i): GPUBindGroupEntry => {
    const tensor = bound[i]!;
    const size = Math.ceil(tensor.byteLength / stride) * stride; // blocks end at multiples of 256
    const resource = { buffer: tensor.buffer, offset: tensor.byteOffset, size };
    return { binding: index, resource };
  });
  const bindGroup = device.createBindGroup({ layout, entries });
  const work = workOf(definition, bindings, bound, options);
  const label = definition.name;
  return [{ kind: "dispatch", label, pipeline, bindGroup, workgroups, ...work }, bound];
}

export function copyOf(source: Tensor, target: Tensor): Copy {
  return {
    kind: "copy",
    label: "copy",
    source: source.buffer,
    sourceOffset: source.byteOffset,
    target: target.buffer,
    targetOffset: target.byteOffset,
    bytes: source.byteLength,
  };
}

export function clearOf({ buffer, byteOffset, byteLength }: Tensor): Clear {
  return { kind: "clear", label: "clear", target: buffer, offset: byteOffset, bytes: byteLength };
}

/** What is told of a kernel launch to those who watch. `step`: the StepState, for kernels that read it. */
export function launchOf(
  { definition, tensors, options }: NonNullable<Launch["kernel"]>,
  step: Tensor,
  again: () => void,
): Launch {
  const { name: what, reads, writes, updates } = definition;
  const named = (...lists: readonly (readonly string[])[]) => lists.flat().map((name) => tensors[name]!);
  const bound = definition.step ? { ...tensors, step } : tensors;
  const kernel = { definition, tensors: bound, options };
  return { what, reads: named(reads, updates), writes: named(writes, updates), again, kernel };
}
