/** @file All that is known of one number of a network: how it came about, its gradient, the check of that, and what the step makes of it. */
import { UsageError } from "../../engine/errors.ts";
import type { NamedStep } from "../../engine/record/named-step.ts";
import { sizeOf } from "../../engine/shape.ts";
import { type Addressed, resolveAddress } from "./address.ts";
import { type CentralDifference, centralDifference } from "./central-difference.ts";
import type { Place } from "./elements.ts";
import type { Explanation, Microscope, MicroscopeOptions, Number32, Share } from "./microscope.ts";

/** Plain data. */
export interface AddressExplanation {
  readonly address: string;
  readonly kind: Addressed["place"]["kind"];
  readonly value: number;
  /** from the last launch back to the first that adds up many terms; none for what was there before the step */
  readonly forward: readonly Explanation[];
  /** undefined where none comes */
  readonly gradient: number | undefined;
  readonly backward: readonly Explanation[];
  readonly difference: CentralDifference | undefined;
  /** of a weight, and of moving statistics: what the step makes of it */
  readonly update: Explanation | undefined;
  readonly contributors: readonly Share[];
  readonly consequences: readonly Share[];
}

export interface AddressOptions extends MicroscopeOptions {
  /** leave the central difference out, which computes the loss twice more */
  readonly difference?: boolean;
}

/** Throws UsageError for an address that names nothing. */
export async function explainAddress(
  step: NamedStep,
  microscope: Microscope,
  address: string,
  options: AddressOptions = {},
): Promise<AddressExplanation> {
  const found = resolveAddress(step, address);
  const { place, at } = found;
  const { elements } = microscope;
  const { launches } = step;
  const value =
    place.kind === "weight"
      ? elements.firstOf(place.tensor, launches, at)
      : elements.lastOf(place.tensor, launches, at);
  const gradient = place.gradient && elements.lastOf(place.gradient, launches, at, firstUpdate(microscope));
  if (!value) throw new UsageError(`--at ${found.address}: no launch of the step reads or writes it.`);
  const number = await microscope.number(value);
  const slope = gradient && (await microscope.number(gradient));
  const updated = place.kind === "weight" ? elements.lastOf(place.tensor, launches, at) : undefined;
  return {
    address: found.address,
    kind: place.kind,
    value: number.value,
    forward: place.kind === "weight" ? [] : await explainChain(microscope, value, options),
    gradient: slope?.value,
    backward: gradient ? await explainChain(microscope, gradient, options) : [],
    difference:
      options.difference === false || !slope
        ? undefined
        : await differenceOf(step, microscope, found, number, slope.value),
    update: updated && elements.makerOf(updated) ? await microscope.explain(updated, options) : undefined,
    contributors: await microscope.contributors(value, options),
    consequences: await microscope.consequences(value, options),
  };
}

/** The launch with which the update of the weights begins. */
function firstUpdate({ elements: { launches } }: Microscope): number {
  const found = launches.findIndex(({ what }) => what.startsWith("optimizers/"));
  return found < 0 ? launches.length : found;
}

/** Launches that are followed back until one adds up many terms. */
const mostLaunches = 8;

/** Kernels that add up in stages: their largest partial result is followed to what it was added up from. */
const inStages = ["reduce/", "batch-norm/", "losses/"];

/** How a number came about, and where that is one operation how its operand did, up to the sum. */
export async function explainChain(
  microscope: Microscope,
  from: Place,
  options: MicroscopeOptions,
): Promise<Explanation[]> {
  const found: Explanation[] = [];
  let place: Place | undefined = from;
  while (place && found.length < mostLaunches) {
    const explanation = await microscope.explain(place, options);
    if (!explanation) break;
    found.push(explanation);
    const { kernel, sum } = explanation;
    if (sum && !kernel.startsWith("softmax/")) place = partOf(microscope, explanation);
    else if (kernel.startsWith("losses/")) break;
    else place = await mainOperand(microscope, explanation);
  }
  return found;
}

/** The largest of partial results that a kernel of the same kind made. */
function partOf({ elements }: Microscope, { kernel, sum }: Explanation): Place | undefined {
  const part = sum?.terms[0]?.factors[0];
  const made = part && elements.makerOf(part);
  const stages = inStages.find((folder) => kernel.startsWith(folder));
  return made && stages && elements.launches[made.launch]!.what.startsWith(stages) ? made : undefined;
}

/** The element that a number is made of: of one index with it where there is one, and not there before the step. */
async function mainOperand(microscope: Microscope, { number }: Explanation): Promise<Place | undefined> {
  const { elements } = microscope;
  const shares = await microscope.contributors(number, { terms: Number.POSITIVE_INFINITY });
  const made = shares.map((share) => share.number).filter((operand) => elements.makerOf(operand));
  const size = (place: Place) => sizeOf(elements.operandOf(place).shape);
  const alike = made.filter((operand) => operand.at === number.at && size(operand) === size(number));
  return alike.find(({ binding }) => binding === "dy") ?? alike[0] ?? made[0];
}

/** Of a number that the loss depends on; `value` is where it lies. */
async function differenceOf(
  step: NamedStep,
  microscope: Microscope,
  { place, at }: Addressed,
  value: Number32,
  gradient: number,
): Promise<CentralDifference | undefined> {
  if (place.kind === "loss" || place.kind === "target") return undefined;
  const { launches } = step;
  const { elements } = microscope;
  const { tensor } = step.places.find(({ kind }) => kind === "loss")!;
  const loss = await microscope.number(elements.lastOf(tensor, launches, 0)!);
  const side = value.side === "in" ? "before" : "after";
  const around = Float64Array.from(await launches.values(elements.operandOf(value), value.launch, side));
  const scale = Math.sqrt(around.reduce((sum, each) => sum + each ** 2, 0) / around.length);
  return centralDifference(step, { place, at, from: value.value }, { gradient, loss: loss.value, scale });
}
