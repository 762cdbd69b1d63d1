/**
 * @file The slope of the loss by a number, without a backward pass: the kernels compute the loss with the number a little larger and a
 * little smaller. A step that is too small drowns in the rounding of the loss, one that is too large runs into its curvature.
 */
import type { Change, NamedStep } from "../../engine/record/named-step.ts";

/** (above - below) / (the two numbers' difference). */
export interface CentralDifference {
  /** the number was raised and lowered by so much */
  readonly step: number;
  readonly above: number;
  readonly below: number;
  readonly slope: number;
  /** to either side alone: they differ where the loss bends in between */
  readonly slopeAbove: number;
  readonly slopeBelow: number;
  /** by how much the rounding of the two losses alone may have moved the slope */
  readonly resolution: number;
}

/** Of a loss: float32 numbers that its rounding errors may amount to. */
const roundings = 4;

/** The step is as small as leaves the rounding of the losses at this part of their difference: the smaller, the less of a kink is in it. */
const wantedRounding = 0.01;

/**
 * Moves one number by a step that is chosen from the gradient, so that the rounding of the loss is about a hundredth of the difference,
 * but by no more than a twentieth of the numbers around it, `scale`.
 */
export async function centralDifference(
  step: Pick<NamedStep, "lossWith">,
  number: Omit<Change, "value">,
  { gradient, loss, scale }: { readonly gradient: number; readonly loss: number; readonly scale: number },
): Promise<CentralDifference> {
  const most = 0.05 * Math.max(scale, Math.abs(number.from), 0.1);
  const rounding = roundings * Math.abs(loss) * 2 ** -23;
  const wanted = rounding / (2 * wantedRounding * Math.max(Math.abs(gradient), 1e-30));
  const least = Math.abs(number.from) * 2 ** -12; // of the number's own rounding there is little in it
  const by = Math.min(most, Math.max(wanted, least));
  const [up, down] = [Math.fround(number.from + by), Math.fround(number.from - by)];
  const above = await step.lossWith({ ...number, value: up });
  const below = await step.lossWith({ ...number, value: down });
  const unit = Math.max(Math.abs(above), Math.abs(below)) * 2 ** -23;
  return {
    step: (up - down) / 2,
    above,
    below,
    slope: (above - below) / (up - down),
    slopeAbove: (above - loss) / (up - number.from),
    slopeBelow: (loss - below) / (number.from - down),
    resolution: (roundings * unit) / (up - down),
  };
}
