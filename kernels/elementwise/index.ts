/** @file Elementwise ops: one table of unary and one of binary functions. */
export { activationGradient } from "./activation-gradient.ts";
export { add, div, maximum, minimum, mul, pow, sub } from "./binary.ts";
export { broadcastShape } from "./broadcast.ts";
export { cast } from "./cast.ts";
export { type FusedActivation, fusedActivationCodes } from "./fused-activation.ts";
export type { RealType } from "./real-type.ts";
export type { UnaryRow } from "./unary.ts";
export * from "./unary-table.ts";
