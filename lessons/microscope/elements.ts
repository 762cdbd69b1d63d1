/** @file Which number is which: an element as a launch binds it, the launch that made it, and the launches that read it. */
import { ArgumentError } from "../../engine/errors.ts";
import type { LaunchRecord, RecordedLaunch, RecordedOperand } from "../../engine/record/launch-record.ts";
import type { NamedTensor } from "../../engine/record/named-step.ts";
import { type Shape, sameShape, sizeOf } from "../../engine/shape.ts";
import { bytesPerElement, type Tensor } from "../../engine/tensor.ts";

/** One number of a step, as a launch finds it ("in") or leaves it ("out"). Plain data: a page sends it back to ask on. */
export interface Place {
  /** of the launch, in their order */
  readonly launch: number;
  readonly binding: string;
  readonly side: "in" | "out";
  /** row-major index in what is bound */
  readonly at: number;
}

/** Row-major index to one index per axis. */
export function indicesOf(at: number, shape: Shape): number[] {
  let rest = at;
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .reverse();
}

/** A name that stands for a range of memory. */
interface NamedRange extends Pick<NamedTensor, "name" | "kind"> {
  readonly storage: number;
  readonly byteOffset: number;
  readonly bytes: number;
  readonly shape: Shape;
}

export class Elements {
  readonly launches: readonly RecordedLaunch[];
  readonly #names: readonly NamedRange[];

  constructor(record: LaunchRecord, named: readonly NamedTensor[]) {
    this.launches = record.launches;
    const range = (name: string, kind: NamedTensor["kind"], tensor: Tensor | undefined): NamedRange[] => {
      const storage = tensor && record.storageOf(tensor);
      if (!tensor || storage === undefined) return [];
      const { byteOffset, byteLength: bytes, shape } = tensor;
      return [{ name, kind, storage, byteOffset, bytes, shape }];
    };
    this.#names = named.flatMap(({ name, kind, tensor, gradient }) => [
      ...range(name, kind, tensor),
      ...range(`d ${name}`, kind, gradient),
    ]);
  }

  /** What a place is bound as. Throws ArgumentError for a place that is none. */
  operandOf({ launch, binding, side }: Omit<Place, "at">): RecordedOperand {
    const roles = side === "in" ? ["read", "update", "uniform"] : ["write", "update"];
    const operand = this.launches[launch]?.operands.find(
      ({ name, role }) => name === binding && roles.includes(role),
    );
    if (operand) return operand;
    throw new ArgumentError(
      `microscope: launch ${launch} has no ${binding} that it ${side === "in" ? "reads" : "writes"}.`,
    );
  }

  /** The launch that made a number, as its output; undefined for what was there before the step. */
  makerOf(place: Place): Place | undefined {
    if (place.side === "out") return place;
    return this.#writerBefore(this.operandOf(place), place.at, place.launch);
  }

  /** The last value of an element of a tensor: as some launch left it, else as the first that reads it finds it. */
  lastOf(tensor: Tensor, record: LaunchRecord, at: number, before = this.launches.length): Place | undefined {
    const storage = record.storageOf(tensor);
    if (storage === undefined) return undefined;
    const { byteOffset, dtype } = tensor;
    const where = { storage, byteOffset, dtype };
    return this.#writerBefore(where, at, before) ?? this.#readersFrom(where, at, 0).next().value ?? undefined;
  }

  /** The value of an element at the beginning of the step, as the first launch that reads it finds it; undefined if it is made in it. */
  firstOf(tensor: Tensor, record: LaunchRecord, at: number): Place | undefined {
    const storage = record.storageOf(tensor);
    if (storage === undefined) return undefined;
    return (
      this.#readersFrom({ storage, byteOffset: tensor.byteOffset, dtype: tensor.dtype }, at, 0).next()
        .value ?? undefined
    );
  }

  /** Where a number is read: every launch after the one that made it, up to the one that writes another over it. */
  readersOf(place: Place): Place[] {
    const made = this.makerOf(place);
    const operand = this.operandOf(place);
    return [...this.#readersFrom(operand, place.at, made ? made.launch + 1 : 0)];
  }

  /** What a number is called: conv2d_1/kernel[2,1,0,7], or by the kernel that reads or writes it. */
  labelOf(place: Place): string {
    const operand = this.operandOf(place);
    const { byteOffset, dtype, storage, shape } = operand;
    const byte = byteOffset + place.at * bytesPerElement[dtype];
    const holds = (range: NamedRange) =>
      range.storage === storage && byte >= range.byteOffset && byte < range.byteOffset + range.bytes;
    const found = this.#names.filter(holds);
    const range = found.find((each) => sameShape(each.shape, shape)) ?? found[0];
    if (range) {
      const at = (byte - range.byteOffset) / bytesPerElement[dtype];
      const late =
        range.kind === "weight" && !range.name.startsWith("d ") && this.makerOf(place) !== undefined;
      return `${range.name}${indexText(at, range.shape)}${late ? " after the step" : ""}`;
    }
    const { what } = this.launches[place.launch]!;
    if (what.startsWith("optimizers/") && place.binding !== "parameters") {
      const weight = this.labelOf({ ...place, binding: "parameters", side: "in" });
      return `${place.binding} of ${weight}${place.side === "out" ? " after the step" : ""}`;
    }
    return `${place.binding}${indexText(place.at, shape)}`;
  }

  #writerBefore(where: Where, at: number, before: number): Place | undefined {
    for (let launch = before - 1; launch >= 0; launch--) {
      const found = this.#within(where, at, launch, ["write", "update"]);
      if (found) return { launch, binding: found.binding, side: "out", at: found.at };
    }
    return undefined;
  }

  *#readersFrom(where: Where, at: number, first: number): Generator<Place, void, undefined> {
    for (let launch = first; launch < this.launches.length; launch++) {
      const found = this.#allWithin(where, at, launch, ["read", "update", "uniform"]);
      for (const read of found) yield { launch, binding: read.binding, side: "in", at: read.at };
      if (this.#within(where, at, launch, ["write", "update"])) return;
    }
  }

  #within(where: Where, at: number, launch: number, roles: readonly RecordedOperand["role"][]) {
    return this.#allWithin(where, at, launch, roles)[0];
  }

  /** The bindings of a launch, of these roles, that an element lies in, and its index there. */
  #allWithin(
    { storage, byteOffset, dtype }: Where,
    at: number,
    launch: number,
    roles: readonly RecordedOperand["role"][],
  ) {
    const byte = byteOffset + at * bytesPerElement[dtype];
    return this.launches[launch]!.operands.flatMap((operand) => {
      const { name: binding, role, storage: other, byteOffset: from, byteLength } = operand;
      const holds = roles.includes(role) && other === storage && byte >= from && byte < from + byteLength;
      return holds ? [{ binding, at: (byte - from) / bytesPerElement[operand.dtype] }] : [];
    });
  }
}

/** The memory that indices count from. */
type Where = Pick<RecordedOperand, "storage" | "byteOffset" | "dtype">;

function indexText(at: number, shape: Shape): string {
  if (at >= sizeOf(shape)) return `[+${at}]`; // behind the last element
  return shape.length === 0 ? "" : `[${indicesOf(at, shape).join(",")}]`;
}
