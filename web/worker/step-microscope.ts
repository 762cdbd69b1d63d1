/** @file The microscope on the training that is open: the step that it would make next, recorded while it waits. */
import type { NamedTensor } from "../../engine/record/named-step.ts";
import { sizeOf } from "../../engine/shape.ts";
import { resolveAddress } from "../../lessons/microscope/address.ts";
import type { Place } from "../../lessons/microscope/elements.ts";
import { type AddressExplanation, explainAddress } from "../../lessons/microscope/explain-address.ts";
import { type Explanation, Microscope, type Share } from "../../lessons/microscope/microscope.ts";
import { Batches } from "../../models/data/batches.ts";
import { StepRecord } from "../../models/fit/step-record.ts";
import type { Model } from "../../models/model.ts";
import { batchAt, type Moment } from "./moment.ts";
import type { PlaceExplanation, Plane, RecordedStep } from "./protocol.ts";
import type { TrainingData } from "./training-data.ts";

/** Terms and shares that are listed. */
const terms = 12;

export class StepMicroscope {
  readonly moment: Moment;
  readonly #step: StepRecord;
  readonly #microscope: Microscope;
  readonly #batches: Batches;

  private constructor(moment: Moment, step: StepRecord, batches: Batches) {
    this.moment = moment;
    this.#step = step;
    this.#batches = batches;
    this.#microscope = new Microscope(step.launches, step.places);
  }

  /** Computes the step and keeps all its numbers. The training stays as it is. */
  static async open(model: Model, data: TrainingData, moment: Moment): Promise<StepMicroscope> {
    const { session } = model;
    const batches = Batches.open(session.engine, data.training, session.objective.oneHot);
    const step = await StepRecord.take(session, batches, batchAt(data, moment));
    return new StepMicroscope(moment, step, batches);
  }

  get facts(): RecordedStep {
    const places = this.#step.places.map(({ name, kind, tensor, gradient }) => {
      return { name, kind, shape: tensor.shape, hasGradient: gradient !== undefined };
    });
    return { step: this.moment.step, places, launches: this.#step.launches.launches.length };
  }

  /** Throws UsageError for an address that names nothing. */
  explain(address: string): Promise<AddressExplanation> {
    return explainAddress(this.#step, this.#microscope, address, { terms });
  }

  /** Of a number that has no address of its own: one that a launch reads or writes. */
  async explainPlace(place: Place): Promise<PlaceExplanation> {
    const number = await this.#microscope.number(place);
    const made: Explanation | undefined = await this.#microscope.explain(place, { terms });
    const contributors: Share[] = await this.#microscope.contributors(place, { terms });
    const consequences: Share[] = await this.#microscope.consequences(place, { terms });
    return { number, made, contributors, consequences };
  }

  /** What lies around an element in its image, map or matrix, and the same of the gradient. */
  async planes(address: string): Promise<{ readonly value: Plane; readonly gradient: Plane | undefined }> {
    const { place, index, at } = resolveAddress(this.#step, address);
    const { elements } = this.#microscope;
    const { launches } = this.#step;
    const isWeight = place.kind === "weight";
    const value = isWeight
      ? elements.firstOf(place.tensor, launches, at)
      : elements.lastOf(place.tensor, launches, at);
    const updates = elements.launches.findIndex(({ what }) => what.startsWith("optimizers/"));
    const gradient =
      place.gradient && elements.lastOf(place.gradient, launches, at, updates < 0 ? undefined : updates);
    const offset = (found: Place) => found.at - at; // a weight's slice of a flat buffer begins there
    return {
      value: await this.#plane(value!, offset(value!), place, index),
      gradient: gradient && (await this.#plane(gradient, offset(gradient), place, index)),
    };
  }

  async #plane(place: Place, offset: number, named: NamedTensor, index: readonly number[]): Promise<Plane> {
    const operand = this.#microscope.elements.operandOf(place);
    const side = place.side === "in" ? "before" : "after";
    const all = await this.#step.launches.values(operand, place.launch, side);
    const values = Float32Array.from(all.subarray(offset, offset + named.tensor.size));
    return cut(values, named, index);
  }

  dispose(): void {
    this.#step.dispose();
    this.#batches.dispose();
  }
}

/** The two axes that are shown: height and width of images, both of a matrix, the only one of a row. */
function shownAxes(
  kind: NamedTensor["kind"],
  rank: number,
): readonly [number | undefined, number | undefined] {
  if (rank === 4) return kind === "weight" ? [0, 1] : [1, 2]; // [kh, kw, c, k], [n, h, w, c]
  if (rank === 0) return [undefined, undefined];
  return rank === 1 ? [undefined, 0] : [rank - 2, rank - 1];
}

/** The values that lie in one plane with the element at `index`. */
function cut(
  values: Float32Array,
  { kind, tensor: { shape } }: NamedTensor,
  index: readonly number[],
): Plane {
  const [rowAxis, columnAxis] = shownAxes(kind, shape.length);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const base = index.reduce(
    (sum, value, axis) => sum + (axis === rowAxis || axis === columnAxis ? 0 : value * strides[axis]!),
    0,
  );
  const [rows, columns] = [rowAxis, columnAxis].map((axis) => (axis === undefined ? 1 : shape[axis]!)) as [
    number,
    number,
  ];
  const plane = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const down = rowAxis === undefined ? 0 : row * strides[rowAxis]!;
      const across = columnAxis === undefined ? 0 : column * strides[columnAxis]!;
      plane[row * columns + column] = values[base + down + across]!;
    }
  return { rows, columns, rowAxis, columnAxis, values: plane };
}
