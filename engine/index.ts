/** @file The public face of the engine. */
export { type AdapterChoice, type AdapterClass, type AdapterFacts, adapterChoices } from "./adapter.ts";
export type { GradientOptions } from "./autodiff/gradient-options.ts";
export { differentiable, gradients, type Rule, type Want } from "./autodiff/tape.ts";
export { createEngine, type Engine, engineOf } from "./device.ts";
export { download } from "./download.ts";
export type { EngineOptions } from "./engine-options.ts";
export * from "./errors.ts";
export type { HostValues } from "./host-values.ts";
export {
  type Kernel,
  type KernelBindings,
  kernel,
  type OperationCounts,
  type Output,
  type RunOptions,
  run,
} from "./kernel.ts";
export type { EngineMemory, MemoryUse } from "./memory/buffers.ts";
export { deviceDescriptor } from "./open-device.ts";
export type { Clear, Command, Copy, Dispatch, Operand } from "./record/commands.ts";
export type { Plan } from "./record/plan.ts";
export { type Clock, profile, type StepProfile, type TimedCommand } from "./record/profile.ts";
export type { Recording } from "./record/recording.ts";
export type { Constants } from "./shader.ts";
export { checkShape, type Shape, sameShape, sizeOf } from "./shape.ts";
export { provideSources } from "./source.ts";
export { type StepFields, StepState } from "./step-state.ts";
export { type DataOf, type DType, type OpEngine, Tensor } from "./tensor.ts";
