/** @file Images that become samples once the shape that the model takes is known: what images() of wgrad/datasets makes. */
import type { Shape } from "../../engine/shape.ts";

/** Images that are decoded when the shape that the model takes is known. */
export interface ImageSource {
  /** The images as samples of this shape, [h, w, c]. Rejects with ArgumentError for a shape that no image has. */
  samplesOf(shape: Shape): Promise<ImageSamples>;
}

/** Bytes [n, ...inputShape], which the network gets multiplied by `scale`. */
export interface ImageSamples {
  readonly inputs: Uint8Array;
  readonly inputShape: Shape;
  readonly scale: number;
}

export function isImageSource(given: unknown): given is ImageSource {
  return typeof (given as Partial<ImageSource> | null)?.samplesOf === "function";
}
