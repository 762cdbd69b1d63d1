/** @file Activations that dense and conv2d apply in their epilogue: those whose derivative follows from the output. */

export type FusedActivation = "linear" | "relu" | "sigmoid" | "tanh";

/** Values of the shaders' `const ACTIVATION: u32`. */
export const fusedActivationCodes: Readonly<Record<FusedActivation, number>> = {
  linear: 0,
  relu: 1,
  sigmoid: 2,
  tanh: 3,
};
