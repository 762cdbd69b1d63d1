/**
 * @file The open command encoder and compute pass. Dispatches gather here until something needs the queue:
 * a readback, an upload, or `maxPending` dispatches.
 */
import type { Shape } from "../shape.ts";

/** A tensor that a kernel launch works on. */
export interface Operand {
  /** of the binding */
  readonly name: string;
  readonly shape: Shape;
  readonly role: "read" | "write" | "update" | "uniform";
  readonly bytes: number;
}

/** One kernel launch, complete: what a recording stores and a trace lists. */
export interface Dispatch {
  readonly kind: "dispatch";
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
  /** in the order of the bindings; a tensor that is bound twice is listed once */
  readonly operands: readonly Operand[];
  /** bytes read and written: all of the operands, updated ones twice, unless the op states less */
  readonly bytes: number;
  /** floating-point operations; 0 for kernels that move data */
  readonly flops: number;
}

/** One buffer-to-buffer copy. */
export interface Copy {
  readonly kind: "copy";
  readonly label: string;
  readonly source: GPUBuffer;
  readonly sourceOffset: number;
  readonly target: GPUBuffer;
  readonly targetOffset: number;
  readonly bytes: number;
}

/** Zeros written over a range of a buffer. */
export interface Clear {
  readonly kind: "clear";
  readonly label: string;
  readonly target: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** What a recorded step is a list of: kernel launches, copies and clears. */
export type Command = Dispatch | Copy | Clear;

const maxPending = 128;

export class Commands {
  readonly #device: GPUDevice;
  #encoder: GPUCommandEncoder | undefined;
  #pass: GPUComputePassEncoder | undefined;
  #pipeline: GPUComputePipeline | undefined;
  #pending = 0;
  readonly #doubtful: () => boolean;
  readonly #watch: (error: Promise<GPUError | null>) => void;

  /** `watch` is told of the outcome of a submission if `doubtful` says before it that it may fail */
  constructor(
    device: GPUDevice,
    doubtful: () => boolean = () => false,
    watch: (error: Promise<GPUError | null>) => void = () => {},
  ) {
    this.#device = device;
    this.#doubtful = doubtful;
    this.#watch = watch;
  }

  /** Encodes one command after all earlier ones; submits once enough are waiting. */
  add(command: Command): void {
    this.encode(command);
    if (++this.#pending >= maxPending) this.flush();
  }

  /** Encodes a list without submitting in between: a replayed step. */
  addAll(commands: readonly Command[]): void {
    for (const command of commands) this.encode(command);
    this.#pending += commands.length;
  }

  encode(command: Command): void {
    if (command.kind === "dispatch") {
      const pass = this.#openPass();
      if (command.pipeline !== this.#pipeline) {
        pass.setPipeline(command.pipeline);
        this.#pipeline = command.pipeline;
      }
      pass.setBindGroup(0, command.bindGroup);
      const [x, y, z] = command.workgroups;
      pass.dispatchWorkgroups(x, y, z);
      return;
    }
    const encoder = this.#openEncoder();
    this.#endPass();
    if (command.kind === "clear") {
      encoder.clearBuffer(command.target, command.offset, command.bytes);
    } else {
      const { source, sourceOffset, target, targetOffset, bytes } = command;
      encoder.copyBufferToBuffer(source, sourceOffset, target, targetOffset, bytes);
    }
  }

  /** Encodes one command so that the GPU's clock is written to queries 2 * index (before it) and 2 * index + 1 (after). */
  encodeTimed(command: Command, querySet: GPUQuerySet, index: number): void {
    const [before, after] = [2 * index, 2 * index + 1];
    this.#endPass();
    if (command.kind === "dispatch") {
      const writes = { querySet, beginningOfPassWriteIndex: before, endOfPassWriteIndex: after };
      this.#pass = this.#openEncoder().beginComputePass({ timestampWrites: writes });
      this.encode(command);
      this.#endPass();
      return;
    }
    const clock = (endOfPassWriteIndex: number) =>
      this.#openEncoder().beginComputePass({ timestampWrites: { querySet, endOfPassWriteIndex } }).end();
    clock(before);
    this.encode(command);
    clock(after);
  }

  /** Submits everything encoded so far. */
  flush(): void {
    this.#endPass();
    if (this.#encoder) this.#submit(this.#encoder);
    this.#encoder = undefined;
    this.#pending = 0;
  }

  /** Uploads bytes. What was encoded before is submitted first, since writeBuffer overtakes encoded commands. */
  upload(target: GPUBuffer, offset: number, data: ArrayBufferView<ArrayBuffer>): void {
    this.flush();
    const whole = data.byteLength - (data.byteLength % 4);
    this.#device.queue.writeBuffer(target, offset, data.buffer, data.byteOffset, whole);
    if (whole < data.byteLength) {
      const tail = new Uint8Array(4);
      tail.set(new Uint8Array(data.buffer, data.byteOffset + whole, data.byteLength - whole));
      this.#device.queue.writeBuffer(target, offset + whole, tail);
    }
  }

  #submit(encoder: GPUCommandEncoder): void {
    const doubtful = this.#doubtful();
    if (doubtful) this.#device.pushErrorScope("validation");
    this.#device.queue.submit([encoder.finish()]);
    if (doubtful) this.#watch(this.#device.popErrorScope());
  }

  #openEncoder(): GPUCommandEncoder {
    this.#encoder ??= this.#device.createCommandEncoder();
    return this.#encoder;
  }

  #openPass(): GPUComputePassEncoder {
    this.#pass ??= this.#openEncoder().beginComputePass();
    return this.#pass;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = undefined;
    this.#pipeline = undefined;
  }
}
