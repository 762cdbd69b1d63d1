/** @file run(), which launches a kernel: it allocates the outputs, finds the pipeline for the constants and encodes one dispatch. */
import { requireTensors } from "./arguments.ts";
import { ArgumentError, KernelError, MemoryError } from "./errors.ts";
import type { Kernel, RunOptions } from "./kernel-definition.ts";
import { requireParts, written } from "./options.ts";
import type { Dispatch, Operand } from "./record/commands.ts";
import { type Binding, type Constants, parseBindings, setConstants, setHalf } from "./shader.ts";
import { checkShape, type Shape } from "./shape.ts";
import { readSource } from "./source.ts";
import { type DType, type OpEngine, Tensor } from "./tensor.ts";

export {
  type Kernel,
  type KernelBindings,
  kernel,
  type OperationCounts,
  type RunOptions,
} from "./kernel-definition.ts";

/** What an output shall be: a shape (f32), a shape with a dtype, or an existing tensor to write into. */
export type Output = Shape | { readonly shape: Shape; readonly dtype: DType } | Tensor;

/** An output of the element type of `x`, and of its shape unless given. */
export function like(x: Tensor, shape: Shape = x.shape): Output {
  return { shape, dtype: x.dtype };
}

/** Runs a kernel: `inputs` by binding name (reads and updates), `outputs` by binding name. Returns the outputs. */
export function run<R extends string, W extends string, U extends string>(
  definition: Kernel<R, W, U>,
  inputs: Readonly<Record<R | U, Tensor>>,
  outputs: Readonly<Record<W, Output>>,
  options: RunOptions = {},
): Record<W, Tensor> {
  requireParts("run", definition, "a kernel", ["writes", "updates"]);
  for (const tensors of [inputs, outputs]) requireParts(definition.name, tensors, "tensors by name");
  const engine = engineOf(definition, inputs, outputs);
  const written = {} as Record<W, Tensor>;
  for (const name of definition.writes)
    written[name] = outputTensor(engine, outputs[name], `${definition.name}: ${name}`);
  const tensors: Record<string, Tensor> = { ...inputs, ...written };
  requireTensors(definition.name, tensors);
  noteOnTape(definition, inputs, outputs, written, engine);
  engine.dispatch(definition, tensors, options, workgroupsOf(definition, options, engine));
  return written;
}

/** While gradients are taken: refuses to change what they need, and notes what was computed from a source without a rule. */
function noteOnTape(
  definition: Kernel,
  inputs: Readonly<Record<string, Tensor>>,
  outputs: Readonly<Record<string, Output>>,
  written: Readonly<Record<string, Tensor>>,
  { tape }: OpEngine,
): void {
  if (!tape) return;
  const updated = definition.updates.map((name) => inputs[name]!);
  const given = Object.values(outputs).filter((output) => output instanceof Tensor);
  for (const target of [...updated, ...given]) tape.cuts.refuseChange(definition.name, target);
  const read = Object.values(inputs);
  for (const output of [...updated, ...Object.values(written)])
    tape.cuts.wrote(output, read, `the kernel ${definition.name}`);
}

function engineOf(
  definition: Kernel,
  inputs: Record<string, Tensor>,
  outputs: Record<string, Output>,
): OpEngine {
  for (const value of [...Object.values(inputs), ...Object.values(outputs)]) {
    if (value instanceof Tensor) return value.engine;
  }
  throw new ArgumentError(`${definition.name}: needs at least one tensor.`);
}

/** The tensor to write: the given one, or a new one; `what` names it in errors. */
export function outputTensor(engine: OpEngine, output: Output, what: string): Tensor {
  if (output instanceof Tensor) return output;
  if (typeof output !== "object" || output === null)
    throw new ArgumentError(`${what} must be a shape, { shape, dtype } or a tensor, got ${written(output)}.`);
  const shape: Shape = "dtype" in output ? output.shape : output;
  const dtype = "dtype" in output ? output.dtype : "f32";
  checkShape(shape, what);
  return engine.allocate(shape, dtype, what);
}

/**
 * Spreads workgroups over x and y, since a dispatch has at most 65,535 along an axis. There may be a few too many: shaders
 * leave those that are past their last. Throws MemoryError beyond both: fewer samples at a time may fit.
 */
function workgroupsOf(definition: Kernel, options: RunOptions, engine: OpEngine): [number, number, number] {
  const most = engine.limits.maxComputeWorkgroupsPerDimension;
  const {
    invocations = 1,
    workgroupSize = 64,
    workgroups = Math.ceil(invocations / workgroupSize),
  } = options;
  const problem = `${definition.name}: ${workgroups} workgroups; a launch has 1 to ${most * most}.`;
  if (!(Number.isInteger(workgroups) && workgroups >= 1)) throw new KernelError(problem);
  if (workgroups > most * most) throw new MemoryError(problem);
  const y = Math.ceil(workgroups / most);
  return [Math.ceil(workgroups / y), y, 1];
}

/** What a launch works on and how much it does, for traces; `tensors` in the order of the bindings. */
export function workOf(
  definition: Kernel,
  bindings: readonly Binding[],
  tensors: readonly Tensor[],
  options: RunOptions,
): Pick<Dispatch, "operands" | "bytes" | "flops"> {
  const operands = tensors.flatMap((tensor, i): Operand[] => {
    if (tensors.indexOf(tensor) < i) return [];
    const { shape, byteLength: bytes } = tensor;
    const { name } = bindings[i]!;
    return [{ name, shape, role: roleOf(definition, name), bytes }];
  });
  const traffic = operands.reduce((sum, { role, bytes }) => sum + (role === "update" ? 2 : 1) * bytes, 0);
  const byName = Object.fromEntries(bindings.map(({ name }, i) => [name, tensors[i]!]));
  return { operands, bytes: options.bytes ?? traffic, flops: flopsOf(definition, byName, options) };
}

/** Floating-point operations of a launch; `tensors` by binding name. */
export function flopsOf(
  { flops }: Kernel,
  tensors: Readonly<Record<string, Tensor>>,
  { flops: stated, constants = {} }: RunOptions,
): number {
  if (stated !== undefined) return stated;
  const counts = Object.entries(flops).map(([name, count = 0]) => {
    const each = typeof count === "function" ? count(constants) : count;
    return each * tensors[name]!.size;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

function roleOf({ updates, writes, reads }: Kernel, name: string): Operand["role"] {
  if (updates.includes(name)) return "update";
  if (writes.includes(name)) return "write";
  return reads.includes(name) ? "read" : "uniform";
}

/** A compiled variant of a kernel: the pipeline for one set of constants. */
export interface CompiledKernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly bindings: readonly Binding[];
}

/** What is needed to create a pipeline: the outcome of a dry run. */
export interface PipelineRequest {
  readonly key: string;
  readonly definition: Kernel;
  readonly constants: Constants;
  /** names of the bindings that hold f16 */
  readonly half: readonly string[];
}

/** Identifies the pipeline for a kernel, its constants, and the element types of its tensors, by binding name. */
export function pipelineRequest(
  definition: Kernel,
  options: RunOptions,
  tensors: Readonly<Record<string, Tensor>>,
): PipelineRequest {
  const constants = options.constants ?? {};
  const { reads, writes, updates } = definition;
  const half = [...reads, ...writes, ...updates].filter((name) => tensors[name]?.dtype === "f16");
  const key = `${definition.name}${textNumber(definition)}|${half}|${JSON.stringify(constants)}`;
  return { key, definition, constants, half };
}

/** Numbers of the texts that kernels were given, so that two kernels with one id are not taken for each other. */
const textNumbers = new Map<string, number>();

function textNumber({ source }: Kernel): string {
  if (source === undefined) return "";
  const number = textNumbers.get(source) ?? textNumbers.size;
  textNumbers.set(source, number);
  return `#${number}`;
}

/** A shader's text, or `text` in its place, with its constants set, checked against the declared roles. */
export function loadShader(
  request: PipelineRequest,
  text?: string,
): {
  code: string;
  bindings: Binding[];
} {
  const { definition, constants, half } = request;
  const source = setHalf(text ?? readSource(definition), half, definition.name);
  const bindings = parseBindings(source);
  const roles = new Map<string, string>();
  for (const name of definition.reads) roles.set(name, "read");
  for (const name of [...definition.writes, ...definition.updates]) roles.set(name, "write");
  if (definition.step) roles.set("step", "uniform");
  for (const { name, access } of bindings) {
    if (roles.get(name) !== access) {
      throw new KernelError(
        `${definition.name}: the shader binds ${name} for ${access}, the op declares ${roles.get(name) ?? "nothing"}.`,
      );
    }
  }
  if (bindings.length !== roles.size) {
    const found = bindings.map((binding) => binding.name).join(", ");
    throw new KernelError(
      `${definition.name}: declared ${[...roles.keys()].join(", ")}; the shader binds ${found}.`,
    );
  }
  return { code: setConstants(source, constants, definition.name), bindings };
}
