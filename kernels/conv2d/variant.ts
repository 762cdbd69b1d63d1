/** @file What a chooser of convolutions returns: a kernel file of a pass with its constants and launch. */
import type { Constants } from "../../engine/shader.ts";

export type ConvolutionPass = "forward" | "input-gradient" | "filter-gradient";

/** A kernel file of the pass with its constants and dispatch. */
export interface ConvolutionVariant {
  /** naive computes the sums alone; subgroup and tiled need channels and filters divisible by 4, the same with -any do not */
  readonly name:
    | "naive"
    | "direct"
    | "tiled"
    | "tiled-any"
    | "subgroup"
    | "subgroup-any"
    | "registers"
    | "depthwise"
    | "subgroup-matrix";
  readonly workgroups: number;
  /** slices of a long sum, added by a second kernel */
  readonly split: number;
  readonly constants: Constants;
}
