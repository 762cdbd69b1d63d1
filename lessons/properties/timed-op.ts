/** @file An op with its gradients, as work to be timed. */
import { gradients } from "../../engine/autodiff/tape.ts";
import { engineOf } from "../../engine/device.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { lossWithGradient } from "../loss-with-gradient.ts";

/** Launches the op and its backward kernels, for gradients of `sources`; y itself serves as the gradient of the loss by y. */
export function timedGradient(op: () => Tensor, sources: readonly Tensor[]): () => void {
  const engine = engineOf(sources[0]!);
  const loss = () => {
    const y = op();
    return y.size === 1 ? y : lossWithGradient(y, y);
  };
  return () => void gradients(engine, loss, sources);
}
