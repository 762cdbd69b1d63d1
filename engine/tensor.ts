/** @file Tensors: a shape, a dtype and a range of a GPU buffer. Several tensors (views) may share one range. */
import { type AdapterFacts, requireHalf } from "./adapter.ts";
import { ArgumentError, formatShape, ShapeError, WgradError } from "./errors.ts";
import { encodeHalf } from "./half.ts";
import { checkValues } from "./host-values.ts";
import type { Kernel, RunOptions } from "./kernel-definition.ts";
import type { Block } from "./memory/buffers.ts";
import { written } from "./options.ts";
import { checkShape, type Shape, sizeOf } from "./shape.ts";

/**
 * Element types. `u8` is packed four to a word: data sets stay as small as their files. `f16` needs the adapter feature
 * shader-f16; kernels compute with such values in f32.
 */
export type DType = "f32" | "f16" | "i32" | "u32" | "u8";

export const bytesPerElement: Record<DType, number> = { f32: 4, f16: 2, i32: 4, u32: 4, u8: 1 };

/** What `data()` returns for each dtype. */
export interface DataOf {
  f32: Float32Array;
  f16: Float32Array;
  i32: Int32Array;
  u32: Uint32Array;
  u8: Uint8Array;
}

/** Bytes a tensor takes in its buffer: whole 32-bit words, since that is what kernels and copies address. */
export function storageBytes(shape: Shape, dtype: DType): number {
  return Math.ceil((sizeOf(shape) * bytesPerElement[dtype]) / 4) * 4;
}

/** A pool block shared by tensors: it goes back to its pool when the last of them lets go, or before: recompute.ts. */
export class Storage {
  /** asked for */
  readonly bytes: number;
  /** why its values are not what was computed, if they are not */
  lost: WgradError | undefined;
  #block: Block | undefined;
  #references = 0;

  constructor(block: Block) {
    this.#block = block;
    this.bytes = block.bytes;
  }

  get block(): Block {
    if (this.#block) return this.#block;
    throw new WgradError(
      "The memory of this tensor was given up, to be computed again in the backward pass.",
    );
  }

  /** Whether it has memory. */
  get resident(): boolean {
    return this.#block !== undefined;
  }

  retain(): void {
    this.#references++;
  }

  release(): void {
    if (--this.#references === 0 && this.#block) this.evict();
  }

  /** Gives the memory back. Nobody may read the tensors before refill(). */
  evict(): void {
    this.block.pool.give(this.block);
    this.#block = undefined;
  }

  /** Other memory, of unspecified content, after evict(). */
  refill(block: Block): void {
    this.#block = block;
  }
}

/** One launch, copy or upload, as those see it who watch them. */
export interface Launch {
  readonly what: string;
  readonly reads: readonly Tensor[];
  /** what it changes in part is among `reads` as well */
  readonly writes: readonly Tensor[];
  /** does it again on the same tensors; undefined if that cannot be done */
  readonly again?: () => void;
  /** of a kernel launch: what it binds, by name, and `step` the StepState if it reads that */
  readonly kernel?: {
    readonly definition: Kernel;
    readonly tensors: Readonly<Record<string, Tensor>>;
    readonly options: RunOptions;
  };
}

/** Sees everything that is launched while it is set. */
export interface LaunchWatch {
  /** a tensor of new memory was made */
  made(storage: Storage): void;
  /** called before it is encoded; not for uploads */
  launching?(launch: Launch): void;
  /** called when it has been encoded */
  launched(launch: Launch): void;
}

/** What ops and the tape need of the engine (device.ts), which each tensor names as its own. */
export interface OpEngine {
  readonly adapter: AdapterFacts;
  readonly limits: GPUSupportedLimits;
  /** the scalar 1 */
  readonly one: Tensor;
  /** the StepState that is bound to the uniform `step` */
  readonly step: { readonly tensor: Tensor<"u32"> };
  /** while gradients() runs its body, which sets it */
  tape: OpenTape | undefined;
  /** sees all launches, while gradients() computes the value */
  watch: LaunchWatch | undefined;
  /** gives a storage memory again */
  refill(storage: Storage): void;
  /** the backward pass begins, for which `kept` is held */
  beginBackward(kept: readonly Tensor[]): void;
  readonly scopes: {
    /** releases a tensor before its scope ends */
    discard(tensor: Tensor): void;
  };
  /** throws the error that ended the engine, if one did */
  assertAlive(): void;
  /** a tensor of unspecified content in the innermost scope */
  allocate<D extends DType = "f32">(shape: Shape, dtype: D, what: string): Tensor<D>;
  /** a tensor with these values */
  tensor<D extends DType = "f32">(values: ArrayLike<number>, shape?: Shape, dtype?: D): Tensor<D>;
  /** a tensor of zeros */
  zeros<D extends DType = "f32">(shape: Shape, dtype?: D): Tensor<D>;
  /** overwrites bytes of a tensor from the host */
  upload(target: Tensor, data: ArrayBufferView, byteOffset?: number): void;
  /** copies all bytes of one tensor over another */
  copy(source: Tensor, target: Tensor): void;
  /** Sets all elements to zero. */
  clear(target: Tensor): void;
  /** Gives a tensor to the innermost scope, which releases it at its end. */
  adopt<T extends Tensor>(tensor: T): T;
  /** takes a tensor out of all scopes */
  keep<T extends Tensor>(tensor: T): T;
  /** releases what `body` made and does not return */
  scope<R>(body: () => R): R;
  /** encodes a launch of a kernel */
  dispatch(
    definition: Kernel,
    tensors: Readonly<Record<string, Tensor>>,
    options: RunOptions,
    workgroups: [number, number, number],
  ): void;
  /** reads a tensor back */
  read<D extends DType>(tensor: Tensor<D>): Promise<DataOf[D]>;
}

/** What an open tape (autodiff/tape.ts) is told of tensors that are made, written and changed. */
export interface OpenTape {
  /** `output` is computed from `rule.inputs`, and the rule says how to differentiate that */
  record(output: Tensor, rule: OpenRule): void;
  readonly cuts: {
    /** `what` computed `output` from `inputs`, by no rule as yet */
    wrote(output: Tensor, inputs: readonly Tensor[], what: string): void;
    /** throws ArgumentError if the values of `target` are needed */
    refuseChange(op: string, target: Tensor): void;
  };
}

interface OpenRule {
  readonly inputs: readonly Tensor[];
  backward(dy: Tensor, want: (index: number) => unknown): readonly (Tensor | undefined)[];
}

let nextId = 1;

/** An n-dimensional array on the GPU. Immutable to its users; ops make new ones. */
export class Tensor<D extends DType = DType> {
  readonly id = nextId++;
  readonly engine: OpEngine;
  readonly shape: Shape;
  readonly dtype: D;
  readonly storage: Storage;
  /** where the tensor starts in its buffer, a multiple of 256 */
  readonly byteOffset: number;
  #holders = 0;

  constructor(engine: OpEngine, shape: Shape, dtype: D, storage: Storage, byteOffset = 0) {
    this.engine = engine;
    this.shape = shape;
    this.dtype = dtype;
    this.storage = storage;
    this.byteOffset = byteOffset;
  }

  /** number of elements */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Bytes of its elements. */
  get byteLength(): number {
    return storageBytes(this.shape, this.dtype);
  }

  /** Its memory was given back: it cannot be used any more. */
  get released(): boolean {
    return this.#holders === 0;
  }

  /** The GPU buffer behind the tensor; an error once the tensor was released. */
  get buffer(): GPUBuffer {
    this.assertUsable();
    const { buffer } = this.storage.block;
    if (!buffer) throw new WgradError("A dry run has shapes but no values: its tensors cannot be read.");
    return buffer;
  }

  /** Throws ArgumentError once the tensor was released; `what` names it. */
  assertUsable(what = "This tensor"): void {
    if (this.released) {
      throw new ArgumentError(
        `${what} ${formatShape(this.shape)} was released when its scope ended. Return it from scope(), ` +
          "or keep() it inside.",
      );
    }
  }

  /** One more holder (a scope, the tape, a caller of keep). */
  retain(): this {
    if (this.#holders++ === 0) this.storage.retain();
    return this;
  }

  /** One holder less; the last one returns the storage to the pool. */
  release(): void {
    if (this.#holders === 0) throw new WgradError(`Tensor ${formatShape(this.shape)} was released twice.`);
    if (--this.#holders === 0) this.storage.release();
  }

  /** For tensors with an explicit owner: parameters, data sets, results of keep(). */
  dispose(): void {
    this.release();
  }

  /** dispose() at the end of a `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /**
   * The same values under another shape of the same size; one size may be -1. Shares the storage, copies nothing.
   * Differentiable, as reshape() is.
   */
  view(shape: Shape): Tensor<D> {
    const view = aliasOf(this, shape);
    this.engine.tape?.record(view, {
      inputs: [this],
      backward: (dy, want) => [want(0) ? aliasOf(dy, this.shape) : undefined],
    });
    return view;
  }

  /**
   * Elements `start` to `start + sizeOf(shape)` as a tensor of their own; the start must be 256-byte aligned. Shares the
   * storage, copies nothing. Differentiable, but for f16 with an odd number of elements.
   */
  slice(start: number, shape: Shape): Tensor<D> {
    this.assertUsable("slice:");
    checkShape(shape, "slice");
    if (!Number.isInteger(start) || start < 0 || start + sizeOf(shape) > this.size) {
      throw new ShapeError(
        `slice: ${formatShape(shape)} at ${written(start)} does not fit ${formatShape(this.shape)}.`,
      );
    }
    const byteOffset = this.byteOffset + start * bytesPerElement[this.dtype];
    if (byteOffset % 256 !== 0) {
      const step = 256 / bytesPerElement[this.dtype];
      throw new ShapeError(
        `slice: must start at a multiple of ${step} elements (256 bytes), not at ${start}.`,
      );
    }
    const part = this.engine.adopt(new Tensor(this.engine, shape, this.dtype, this.storage, byteOffset));
    const whole = part.size * bytesPerElement[this.dtype] === part.byteLength;
    if (!whole) this.engine.tape?.cuts.wrote(part, [this], "slice() of an odd number of f16 elements");
    else this.engine.tape?.record(part, { inputs: [this], backward: (dy) => [this.#spread(dy, start)] });
    return part;
  }

  /** The gradient of this tensor from that of a slice: zeros but for the slice. */
  #spread(dy: Tensor, start: number): Tensor {
    const { engine, dtype } = this;
    const dx = engine.zeros(this.shape, dtype);
    const byteOffset = start * bytesPerElement[dtype];
    engine.copy(dy, engine.adopt(new Tensor(engine, dy.shape, dtype, dx.storage, byteOffset)));
    return dx;
  }

  /** Reads the values back to main memory, in row-major order. Throws at once inside of a recorded step. */
  data(): Promise<DataOf[D]> {
    return this.engine.read(this);
  }
}

/**
 * What view() returns, for kernels' operands and for backward rules: it leaves nothing on the tape, since the rule of the op
 * that uses it names the tensor itself.
 */
export function aliasOf<D extends DType>(tensor: Tensor<D>, shape: Shape): Tensor<D> {
  const { engine, dtype, storage, byteOffset } = tensor;
  tensor.assertUsable("reshape:");
  const alias = engine.adopt(new Tensor(engine, inferShape(shape, tensor), dtype, storage, byteOffset));
  engine.tape?.cuts.wrote(alias, [tensor], "a kernel that reads it under another shape");
  return alias;
}

/** Whether two tensors have bytes in common. */
export function overlap(a: Tensor, b: Tensor): boolean {
  const apart = a.byteOffset + a.byteLength <= b.byteOffset || b.byteOffset + b.byteLength <= a.byteOffset;
  return a.storage === b.storage && !apart;
}

function inferShape(shape: Shape, source: Tensor): Shape {
  if (!Array.isArray(shape) || !shape.every(Number.isInteger))
    throw new ShapeError(`reshape: a shape is a list of sizes, got ${written(shape)}.`);
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const open = source.size / known;
  const target = shape.map((size) => (size === -1 ? open : size));
  const unclear =
    shape.includes(-1) && (!Number.isInteger(open) || shape.filter((size) => size === -1).length > 1);
  if (unclear || sizeOf(target) !== source.size) {
    throw new ShapeError(
      `reshape: ${formatShape(source.shape)} (${source.size} elements) does not fit ${formatShape(shape)}.`,
    );
  }
  checkShape(target, "reshape");
  return target;
}

/** The array that has the bytes of each dtype in main memory. */
export const typedArrays = {
  f32: Float32Array,
  f16: Uint16Array,
  i32: Int32Array,
  u32: Uint32Array,
  u8: Uint8Array,
} as const;
/** Whole numbers from and to; of f32 and f16 the smallest size that rounds to infinity. */
const ranges = {
  f32: [0, 2 ** 128 - 2 ** 103],
  f16: [0, 65520],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  u8: [0, 255],
} as const;

/** Throws ArgumentError for a dtype that does not exist, AdapterError for one that `adapter` cannot compute with. */
export function checkDType(
  what: string,
  dtype: unknown,
  adapter?: Pick<AdapterFacts, "device" | "features">,
): asserts dtype is DType {
  if (dtype === "f16" && adapter) requireHalf(what, adapter);
  if (typeof dtype === "string" && Object.hasOwn(bytesPerElement, dtype)) return;
  const known = Object.keys(bytesPerElement);
  throw new ArgumentError(`${what}: dtype must be one of ${known.join(", ")}, got ${written(dtype)}.`);
}

/**
 * The values as the typed array that has the bytes of `dtype`. Throws ArgumentError for what is no number, as the rows of a
 * nested list are, and for what `dtype` cannot hold: it would arrive as another number.
 */
export function toTyped(values: ArrayLike<number>, dtype: DType, what = "tensor"): ArrayBufferView {
  checkDType(what, dtype);
  checkValues(what, values);
  const Typed = typedArrays[dtype];
  const fractions = dtype === "f32" || dtype === "f16";
  if (values instanceof Typed && dtype !== "f16") return values;
  const [low, high] = ranges[dtype];
  for (let i = 0; i < values.length; i++) {
    const value: unknown = values[i];
    if (typeof value === "number") {
      // NaN and infinity are numbers of f32 and f16
      if (fractions ? Math.abs(value) < high || !Number.isFinite(value) : isWhole(value, low, high)) continue;
    }
    const size = typeof value === "number" ? ` below ${high} in size` : "";
    const wanted = fractions ? `a number${size}` : `a whole number from ${low} to ${high}`;
    throw new ArgumentError(`${what}: value ${i} of ${dtype} must be ${wanted}, got ${written(value)}.`);
  }
  return dtype === "f16" ? encodeHalf(values) : Typed.from(values);
}

function isWhole(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
