/** @file The rows of a gradient check with a broken kernel, each beside what the shipped kernel gave. */
import {
  type CaseCheck,
  type GradientCheck,
  outputTolerance,
  tolerance,
} from "../../lessons/gradcheck/check.ts";
import type { CheckRow } from "./break-protocol.ts";

/** One row for y and one for each gradient; `shipped` and `broken` are checks of the same case. */
export function rowsOf(op: string, shipped: CaseCheck, broken: CaseCheck): CheckRow[] {
  const y: CheckRow = {
    op,
    label: broken.label,
    input: undefined,
    worst: undefined,
    before: relative(shipped.output, outputTolerance),
    after: relative(broken.output, outputTolerance),
    allowed: outputTolerance,
    isRed: !broken.output.passed,
  };
  const gradients = broken.gradients.map((check, i) =>
    gradientRow(op, broken.label, shipped.gradients[i]!, check),
  );
  return [y, ...gradients];
}

function gradientRow(op: string, label: string, shipped: GradientCheck, broken: GradientCheck): CheckRow {
  const { input, elements, worst, allowed, passed } = broken;
  const { analytic, numeric, index } = worst;
  const same = shipped.elements[elements.indexOf(worst)]!;
  return {
    op,
    label,
    input,
    worst: { analytic, numeric, index, shipped: same.analytic },
    before: relative({ difference: shipped.worst.difference, allowed: shipped.allowed }, tolerance),
    after: relative({ difference: worst.difference, allowed }, tolerance),
    allowed: tolerance,
    isRed: !passed,
  };
}

/** A difference by the largest entry, which `allowed` is `share` of. */
function relative(
  { difference, allowed }: { readonly difference: number; readonly allowed: number },
  share: number,
): number {
  return difference === 0 ? 0 : (difference / allowed) * share;
}
