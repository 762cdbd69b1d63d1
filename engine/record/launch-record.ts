/**
 * @file Everything that the launches of a body read and wrote, to be read afterwards, number by number. What a launch changes in
 * place is copied before; the rest is held, so that no later launch gets its memory. The body leaves no trace: undo.ts. Memory that
 * was there before and is only read is read where it lies: nobody may change it while the record is in use.
 */
import type { Engine } from "../device.ts";
import { ArgumentError } from "../errors.ts";
import type { Constants } from "../shader.ts";
import type { Shape } from "../shape.ts";
import { type DType, type Launch, type LaunchWatch, type Storage, Tensor } from "../tensor.ts";
import { copyOfStorage, Undo, watchLaunches } from "./undo.ts";

/** A tensor that a launch worked on, as it was bound. */
export interface RecordedOperand {
  /** of the binding; `source` and `target` of a copy, `target` of a clear */
  readonly name: string;
  readonly role: "read" | "write" | "update" | "uniform";
  readonly shape: Shape;
  readonly dtype: DType;
  /** number of its memory within the record */
  readonly storage: number;
  /** its first byte in that memory */
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** A kernel launch, a copy or a clear. */
export interface RecordedLaunch {
  /** its place in the order of the launches, from 0 */
  readonly index: number;
  /** the kernel's id, "copy" or "clear" */
  readonly what: string;
  readonly constants: Constants;
  readonly operands: readonly RecordedOperand[];
}

export type HostArray = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** Bytes of one memory that some launch has touched. */
type Range = readonly [from: number, to: number];

/** One memory, and what it held at the times at which somebody looked. */
interface Memory {
  readonly storage: Storage;
  /** what it held until launch `until` changed it, in the order of the launches */
  readonly copies: { readonly until: number; readonly content: Tensor<"u32"> }[];
  /** touched since the last copy */
  touched: Range[];
}

/** Bytes of values in main memory that are kept for the next question. */
const mostCached = 2 ** 28;

export class LaunchRecord implements LaunchWatch {
  readonly launches: RecordedLaunch[] = [];
  readonly #engine: Engine;
  readonly #undo: Undo;
  readonly #memories: Memory[] = [];
  readonly #numbers = new Map<Storage, number>();
  readonly #cache = new Map<string, Promise<HostArray>>();
  #cached = 0;

  private constructor(engine: Engine) {
    this.#engine = engine;
    this.#undo = new Undo(engine);
  }

  /** Runs `body`, synchronous, and records what it launches. Of what it changes nothing stays; what it returns is the caller's to hold. */
  static take<R>(engine: Engine, body: () => R): { readonly record: LaunchRecord; readonly result: R } {
    const record = new LaunchRecord(engine);
    try {
      const result = watchLaunches(engine, record, body);
      record.#end();
      return { record, result };
    } catch (error) {
      record.#end();
      record.dispose();
      throw error;
    }
  }

  made(storage: Storage): void {
    this.#undo.made(storage);
  }

  launching(launch: Launch): void {
    const index = this.launches.length;
    const operands = operandsOf(launch).map((given) => this.#operand(given));
    for (const { role, storage, byteOffset, byteLength } of operands) {
      const memory = this.#memories[storage]!;
      const range: Range = [byteOffset, byteOffset + byteLength];
      if (role === "read" || role === "uniform" || role === "update") memory.touched.push(range);
    }
    for (const { role, storage, byteOffset, byteLength } of operands) {
      if (role !== "write" && role !== "update") continue;
      const memory = this.#memories[storage]!;
      const range: Range = [byteOffset, byteOffset + byteLength];
      if (memory.touched.some((other) => meet(other, range))) {
        memory.copies.push({ until: index, content: copyOfStorage(this.#engine, memory.storage) });
        memory.touched = [];
      }
      memory.touched.push(range);
    }
    this.#undo.launching(launch);
    const { kernel, what } = launch;
    this.launches.push({ index, what, constants: kernel?.options.constants ?? {}, operands });
  }

  launched(launch: Launch): void {
    this.#undo.launched(launch);
  }

  /** Number of the memory of a tensor; undefined if no launch has seen it. */
  storageOf({ storage }: Tensor): number | undefined {
    return this.#numbers.get(storage);
  }

  /** Values of an operand as launch `index` found them, or, of an output, as it left them. */
  values(operand: RecordedOperand, index: number, side: "before" | "after"): Promise<HostArray> {
    const memory = this.#memories[operand.storage];
    if (!memory) throw new ArgumentError("This record of launches was disposed.");
    const time = side === "before" ? index : index + 1;
    const found = memory.copies.findIndex(({ until }) => until >= time);
    const key = [operand.storage, found, operand.byteOffset, operand.shape, operand.dtype].join(" ");
    const known = this.#cache.get(key);
    if (known) return known;
    if (this.#cached > mostCached) {
      this.#cache.clear();
      this.#cached = 0;
    }
    const source = found < 0 ? memory.storage : memory.copies[found]!.content.storage;
    const { shape, dtype, byteOffset, byteLength } = operand;
    const view = new Tensor(this.#engine, shape, dtype, source, byteOffset).retain();
    const values = view.data().finally(() => view.release());
    this.#cache.set(key, values);
    this.#cached += byteLength;
    return values;
  }

  /** Lets go of all memory. */
  dispose(): void {
    this.#cache.clear();
    for (const { storage, copies } of this.#memories.splice(0)) {
      for (const { content } of copies) content.dispose();
      storage.release();
    }
    this.#numbers.clear();
  }

  /** What the body changed holds its last values until they are taken back. */
  #end(): void {
    const changed = new Set(this.#undo.changed);
    for (const { storage, copies } of this.#memories) {
      if (!changed.has(storage)) continue;
      copies.push({ until: Number.POSITIVE_INFINITY, content: copyOfStorage(this.#engine, storage) });
    }
    this.#undo.end();
  }

  #operand({ tensor, name, role }: GivenOperand): RecordedOperand {
    const { storage: memory, shape, dtype, byteOffset, byteLength } = tensor;
    let storage = this.#numbers.get(memory);
    if (storage === undefined) {
      memory.retain();
      storage = this.#memories.push({ storage: memory, copies: [], touched: [] }) - 1;
      this.#numbers.set(memory, storage);
    }
    return { name, role, shape, dtype, storage, byteOffset, byteLength };
  }
}

interface GivenOperand extends Pick<RecordedOperand, "name" | "role"> {
  readonly tensor: Tensor;
}

function operandsOf({ reads, writes, kernel }: Launch): GivenOperand[] {
  if (!kernel) {
    const sources = reads.map((tensor): GivenOperand => ({ name: "source", role: "read", tensor }));
    return [...sources, ...writes.map((tensor): GivenOperand => ({ name: "target", role: "write", tensor }))];
  }
  const { definition, tensors } = kernel;
  const bound = (names: readonly string[], role: RecordedOperand["role"]) =>
    names.map((name): GivenOperand => ({ name, role, tensor: tensors[name]! }));
  const { reads: read, updates, writes: write, step } = definition;
  return [
    ...bound(read, "read"),
    ...bound(updates, "update"),
    ...bound(write, "write"),
    ...bound(step ? ["step"] : [], "uniform"),
  ];
}

function meet([from, to]: Range, [start, end]: Range): boolean {
  return from < end && start < to;
}
