/** @file What a kernel is: a WGSL file, the roles of its bindings, and what one launch may say. */
import { requireParts } from "./options.ts";
import type { Constants } from "./shader.ts";
import { declareSource } from "./source.ts";

/**
 * Floating-point operations for each element of a bound tensor, by the binding's name: a number, or one that follows from
 * the constants. A launch does those of all tensors named. docs/decisions.md says what counts as one.
 */
export type OperationCounts<Name extends string = string> = Readonly<
  Partial<Record<Name, number | ((constants: Constants) => number)>>
>;

/** Names of a kernel's bindings by role. `step: true` binds the StepState uniform, named `step` in the shader. */
export interface KernelBindings<Read extends string, Write extends string, Update extends string> {
  readonly reads?: readonly Read[];
  readonly writes?: readonly Write[];
  /** tensors changed in place: optimizer state, accumulators */
  readonly updates?: readonly Update[];
  readonly step?: boolean;
  /** absent for kernels that move data, and for products, which state theirs in each launch */
  readonly flops?: OperationCounts<NoInfer<Read | Write | Update>>;
}

/** A shader and what it binds. Created once per module by `kernel()`. */
export interface Kernel<
  Read extends string = string,
  Write extends string = string,
  Update extends string = string,
> {
  /** "conv2d/forward.naive": its id, also in labels and traces */
  readonly name: string;
  /** the WGSL, where it was given; else it is read from the file that the id names */
  readonly source: string | undefined;
  readonly reads: readonly Read[];
  readonly writes: readonly Write[];
  readonly updates: readonly Update[];
  readonly step: boolean;
  readonly flops: OperationCounts;
}

/**
 * Declares a kernel. "conv2d/forward.naive" stands for kernels/conv2d/forward.naive.wgsl, "engine/..." for a file of the engine;
 * a kernel of your own has any other id and brings its WGSL as `source`. Nothing is read yet.
 */
export function kernel<
  Read extends string = never,
  Write extends string = never,
  Update extends string = never,
>(id: string, bindings: KernelBindings<Read, Write, Update>, source?: string): Kernel<Read, Write, Update> {
  requireParts("kernel", bindings, "names of bindings");
  const { reads = [], writes = [], updates = [], step = false, flops = {} } = bindings;
  if (source !== undefined) declareSource(id, source);
  return { name: id, source, reads, writes, updates, step, flops };
}

/** What one launch of a kernel says: values of the shader's constants, and how many workgroups run. */
export interface RunOptions {
  readonly constants?: Constants;
  /** number of workgroups; a launch spreads them over x and y, and the shader counts them: id.y * workgroups.x + id.x */
  readonly workgroups?: number;
  /** instead: number of invocations in workgroups of `workgroupSize` (64 unless said) */
  readonly invocations?: number;
  readonly workgroupSize?: number;
  /** floating-point operations, where they are not those that the kernel declares */
  readonly flops?: number;
  /** bytes read and written, where that is less than all of the operands */
  readonly bytes?: number;
}
