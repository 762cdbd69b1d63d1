/** @file The engine: one device, its queue, its memory and its errors. Every tensor belongs to one engine. */
import { platform } from "#platform";
import { type AdapterFacts, describeAdapter } from "./adapter.ts";
import { requireTensorsOf } from "./arguments.ts";
import { checkEngineOptions, type EngineOptions } from "./engine-options.ts";
import { ArgumentError, deviceLost, formatShape, ShapeError, WgradError } from "./errors.ts";
import { Failures } from "./failures.ts";
import { findAdapter, findAgain } from "./find-adapter.ts";
import { pipelineRequest } from "./kernel.ts";
import { Arena } from "./memory/arena.ts";
import type { BlockPool, EngineMemory } from "./memory/buffers.ts";
import { DeviceMemory } from "./memory/device-memory.ts";
import type { MemoryLayout } from "./memory/memory-layout.ts";
import { Scopes } from "./memory/scope.ts";
import { factsOfDevice, openDevice } from "./open-device.ts";
import { checkFunction, written } from "./options.ts";
import { Pipelines } from "./pipelines.ts";
import { readTensor } from "./readback.ts";
import { type Command, Commands } from "./record/commands.ts";
import { clearOf, copyOf, dispatchOf, launchOf } from "./record/commands-of.ts";
import { launchFirst } from "./record/first-launches.ts";
import { type Plan, PlanNotes } from "./record/plan.ts";
import { Recording, StepLog } from "./record/recording.ts";
import { checkShape, type Shape, sizeOf } from "./shape.ts";
import { StepState } from "./step-state.ts";
import {
  checkDType,
  type DataOf,
  type DType,
  type Launch,
  type LaunchWatch,
  type OpEngine,
  type OpenTape,
  Storage,
  storageBytes,
  Tensor,
  toTyped,
} from "./tensor.ts";
import { requireKept } from "./unproven.ts";
import { uploadBytes } from "./upload.ts";

/** Finds an adapter and opens a device, unless one is given. Throws AdapterError with what to install if there is none. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const { debug, memoryLimit, shaders } = checkEngineOptions(options);
  if (options.device !== undefined)
    return new Engine(options.device, factsOfDevice(options.device), debug, { memoryLimit, shaders });
  const adapter = await findAdapter(options.adapter ?? "auto");
  const openAnother = async () => openDevice(await findAgain(adapter));
  const own = { openAnother, memoryLimit, shaders };
  return new Engine(await openDevice(adapter), describeAdapter(adapter), debug, own);
}

/** The engine of a tensor, which names it by what ops need of it alone. Throws ArgumentError for what is no tensor. */
export function engineOf(tensor: Tensor): Engine {
  const engine = tensor instanceof Tensor ? tensor.engine : undefined;
  if (engine instanceof Engine) return engine;
  throw new ArgumentError(`engineOf: needs a tensor, got ${written(tensor)}.`);
}

interface DeviceOptions extends Pick<EngineOptions, "memoryLimit" | "shaders"> {
  /** opens a further device of the same adapter; a device without it is the caller's and outlives the engine */
  readonly openAnother?: () => Promise<GPUDevice>;
}

/** One GPU device with its queue, memory and kernels; createEngine() makes it. Tensors belong to the engine that made them. */
export class Engine implements OpEngine {
  readonly device: GPUDevice;
  readonly adapter: AdapterFacts;
  readonly commands: Commands;
  readonly pipelines: Pipelines;
  readonly scopes = new Scopes();
  readonly limits: GPUSupportedLimits;
  /** bytes that buffers may take together */
  readonly memoryLimit: number;
  /** the open tape; set by gradients() */
  tape: OpenTape | undefined;
  /** sees all launches; set by gradients(), and by watchLaunches() of record/watch.ts */
  watch: LaunchWatch | undefined;
  /** bound to the uniform `step` of kernels */
  step: StepState;
  /** the scalar 1: the gradient that every backward pass starts from */
  readonly one: Tensor;
  readonly #debug: boolean;
  readonly #memory: DeviceMemory;
  #pool: BlockPool;
  #log: StepLog | undefined;
  #plan: PlanNotes | undefined;
  readonly #failures = new Failures();
  #disposed = false;
  readonly #ownsDevice: boolean;

  constructor(
    device: GPUDevice,
    adapter: AdapterFacts,
    debug: boolean,
    { openAnother, memoryLimit = Number.POSITIVE_INFINITY, shaders = {} }: DeviceOptions = {},
  ) {
    this.device = device;
    this.memoryLimit = memoryLimit;
    this.adapter = adapter;
    this.limits = device.limits;
    this.#debug = debug;
    this.commands = new Commands(
      device,
      () => this.#failures.unproven.any && !debug,
      (error) => this.#failures.watchEffects(error),
    );
    this.pipelines = new Pipelines(
      device,
      (pipeline, check) => this.#failures.watchPipeline(pipeline, check),
      adapter.class === "lavapipe" && openAnother
        ? (fresh) => launchFirst(device, this.pipelines, fresh, openAnother)
        : undefined,
      { shaders },
    );
    this.#ownsDevice = openAnother !== undefined;
    const flush = () => this.commands.flush();
    const watch = (check: Promise<unknown>) => this.#failures.watch(check);
    const limits = () => this.limits;
    this.#memory = new DeviceMemory({ device, limits, memoryLimit, flush, watch }, !this.#ownsDevice);
    this.#pool = this.#memory.pool;
    device.addEventListener("uncapturederror", this.#onError);
    void device.lost.then(({ message }) => {
      if (!this.#disposed) this.#failures.end(deviceLost(message), -1);
    });
    this.step = new StepState(this);
    this.one = this.keep(this.tensor([1], []));
  }

  /** Bytes on the GPU: in use, peak, allocated; and compiled kernels. */
  get memory(): EngineMemory {
    return { ...this.#memory.pool.use, pipelines: this.pipelines.count };
  }

  /** Bytes that further buffers may take. */
  get memoryLeft(): number {
    return this.memoryLimit - this.#memory.pool.use.bytesInUse;
  }

  /** The peak of `memory` counts from now on. */
  resetPeakMemory(): void {
    this.#memory.pool.resetPeak();
  }

  /** Returns buffers that wait for reuse to the device, and lets go of compiled kernels that no recording uses. */
  trimMemory(): void {
    this.#memory.trim();
    this.pipelines.clear();
  }

  /** true within record() */
  get recording(): boolean {
    return this.#log !== undefined;
  }

  /** true in a dry run: shapes and sizes only */
  get planning(): boolean {
    return this.#plan !== undefined;
  }

  /** A tensor of unspecified content in the innermost scope; for ops, which write every element. */
  allocate<D extends DType = "f32">(shape: Shape, dtype: D, what: string): Tensor<D> {
    this.assertAlive();
    checkDType(what, dtype, this.adapter);
    const storage = new Storage(this.#pool.take(storageBytes(shape, dtype), what));
    this.watch?.made(storage);
    return this.adopt(new Tensor(this, shape, dtype, storage));
  }

  /** Gives a storage that was evicted memory of unspecified content. */
  refill(storage: Storage): void {
    storage.refill(this.#pool.take(storage.bytes, "recompute"));
  }

  /** A tensor with the given values. Throws ShapeError if their number does not fit the shape. */
  tensor<D extends DType = "f32">(values: ArrayLike<number>, shape?: Shape, dtype?: D): Tensor<D> {
    const type = (dtype ?? "f32") as D;
    const data = toTyped(values, type);
    const target = shape ?? [values.length];
    checkShape(target, "tensor");
    if (values.length !== sizeOf(target)) {
      throw new ShapeError(
        `tensor: ${values.length} values for shape ${formatShape(target)} (${sizeOf(target)}).`,
      );
    }
    const result = this.allocate(target, type, "tensor");
    this.upload(result, data);
    return result;
  }

  /** A tensor of zeros. */
  zeros<D extends DType = "f32">(shape: Shape, dtype?: D): Tensor<D> {
    checkShape(shape, "zeros");
    const result = this.allocate(shape, (dtype ?? "f32") as D, "zeros");
    this.clear(result);
    return result;
  }

  /** Overwrites a tensor's bytes from `byteOffset`, a multiple of 4, on. Not while recording: a replay could not repeat it. */
  upload(target: Tensor, data: ArrayBufferView, byteOffset = 0): void {
    this.assertAlive();
    uploadBytes(this, target, data, byteOffset);
    this.#failures.unproven.write(target, byteOffset === 0 ? data.byteLength : 0);
    this.watch?.launched({ what: "upload", reads: [], writes: [target] });
  }

  clear(target: Tensor): void {
    requireTensorsOf(this, "clear", { target });
    this.tape?.cuts.refuseChange("clear", target);
    const again = () => {
      if (this.planning) return;
      this.#failures.unproven.write(target);
      this.#submit(clearOf(target), [target]);
    };
    this.#launch({ what: "clear", reads: [], writes: [target], again });
  }

  /** Copies all of `source` over `target`; they have the same number of bytes and different buffers. */
  copy(source: Tensor, target: Tensor): void {
    requireTensorsOf(this, "copy", { source, target });
    if (source.byteLength !== target.byteLength) {
      throw new ShapeError(`copy: ${formatShape(source.shape)} does not fit ${formatShape(target.shape)}.`);
    }
    this.tape?.cuts.refuseChange("copy", target);
    this.tape?.cuts.wrote(target, [source], "copy()");
    const again = () => {
      if (this.planning) return;
      if (source.buffer === target.buffer)
        throw new ArgumentError("copy: source and target share their memory.");
      requireKept(source);
      this.#failures.unproven.write(target);
      this.#submit(copyOf(source, target), [source, target]);
    };
    this.#launch({ what: "copy", reads: [source], writes: [target], again });
  }

  /** Encodes one kernel launch. `tensors` by binding name. Ops call run() instead. */
  dispatch(...[definition, tensors, options, workgroups]: Parameters<OpEngine["dispatch"]>): void {
    const again = () => this.#dispatch(definition, tensors, options, workgroups);
    if (!this.watch) again();
    else this.#launch(launchOf({ definition, tensors, options }, this.step.tensor, again));
  }

  #dispatch(...[definition, tensors, options, workgroups]: Parameters<OpEngine["dispatch"]>): void {
    this.assertAlive();
    if (this.#plan) {
      this.#plan.launch(definition, options, tensors);
      return;
    }
    const compiled = this.pipelines.get(pipelineRequest(definition, options, tensors));
    this.#failures.unproven.launch(definition, tensors);
    if (this.#debug) this.device.pushErrorScope("validation");
    const how = { options, workgroups, step: this.step.tensor };
    this.#submit(...dispatchOf(this.device, definition, compiled, tensors, how));
    if (!this.#debug) return;
    this.commands.flush(); // a wrong dispatch is reported when its encoder ends
    this.#failures.watchEffects(this.device.popErrorScope(), `${definition.name}: `);
  }

  adopt<T extends Tensor>(tensor: T): T {
    return this.scopes.adopt(tensor);
  }

  /** Runs `body` with another StepState bound to the uniform `step`: training and evaluation have their own. */
  useStep<R>(step: StepState, body: () => R): R {
    const outer = this.step;
    this.step = step;
    try {
      return body();
    } finally {
      this.step = outer;
    }
  }

  /** Runs `body`; what it made and does not return is released. */
  scope<R>(body: () => R): R {
    checkFunction("scope", "body", body);
    return this.scopes.scope(body);
  }

  /** Takes a tensor out of all scopes; the caller must dispose() it. */
  keep<T extends Tensor>(tensor: T): T {
    requireTensorsOf(this, "keep", { tensor });
    return this.scopes.keep(tensor);
  }

  /**
   * Runs `step` once and logs what it does; the recording replays it. Readbacks and uploads inside are errors. With the
   * layout of a plan() of the same step its tensors take little more memory than they need at the fullest moment.
   */
  record<R>(step: () => R, layout?: MemoryLayout): Recording<R> {
    checkFunction("record", "step", step);
    if (this.#log) throw new WgradError("record: a recording is already running.");
    const pool = this.#memory.newPool({ parent: this.#memory.pool });
    const arena = layout ? new Arena(pool, layout) : pool;
    const outer = this.#pool;
    const log = new StepLog(arena);
    this.#log = log;
    this.#pool = arena;
    try {
      return this.scope(() => new Recording(this, log, this.scope(step)));
    } catch (error) {
      log.close();
      throw error;
    } finally {
      this.#log = undefined;
      this.#pool = outer;
    }
  }

  /** Runs `body` with shapes only: nothing is allocated or computed. Tells which pipelines it needs and how much memory. */
  plan(body: () => unknown): Plan {
    checkFunction("plan", "body", body);
    const outer = { pool: this.#pool, plan: this.#plan };
    const notes = new PlanNotes();
    const pool = this.#memory.newPool({ planning: true });
    this.#plan = notes;
    this.#pool = pool;
    try {
      this.scope(() => void this.scope(body));
      return notes.finish(pool);
    } finally {
      this.#plan = outer.plan;
      this.#pool = outer.pool;
    }
  }

  /** The tape holds `kept` for the backward pass that begins; a dry run notes it. */
  beginBackward(kept: readonly Tensor[]): void {
    this.#plan?.backward(kept);
  }

  /** Reads a tensor back. Rejects with whatever went wrong on the GPU before; throws inside record() and plan(). */
  read<D extends DType>(tensor: Tensor<D>): Promise<DataOf[D]> {
    if (this.recording || this.planning) {
      throw new WgradError(
        "data(): a recorded step cannot read values back or branch on them. Return the tensor and read it after replay().",
      );
    }
    return this.guard(readTensor(this, tensor)).then((values) => {
      requireKept(tensor);
      return values;
    });
  }

  /** Waits until the GPU has done everything submitted so far. */
  async sync(): Promise<void> {
    this.assertAlive();
    this.commands.flush();
    await this.guard(this.device.queue.onSubmittedWorkDone());
  }

  /** Awaits `work`, then reports the first GPU error of everything before it. */
  async guard<T>(work: Promise<T>): Promise<T> {
    const result = await platform.patiently(work).catch(async (error: unknown) => {
      await this.#failures.settle();
      throw error;
    });
    await this.#failures.settle();
    return result;
  }

  /** Throws the error that ended this engine, if one did. */
  assertAlive(): void {
    if (this.#failures.fatal) throw this.#failures.fatal;
    if (this.#disposed) throw new ArgumentError("This engine was disposed.");
  }

  /** Throws the KernelError of the first of these pipelines that does not compile. */
  assertCompiled(pipelines: () => Iterable<GPUComputePipeline>): void {
    this.#failures.unproven.assertSound(pipelines);
  }

  /** Frees the device, or what it has of a device that is not its own. Tensors of this engine are dead afterwards. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.device.removeEventListener("uncapturederror", this.#onError);
    this.#memory.dispose();
  }

  readonly #onError = (event: GPUUncapturedErrorEvent): void => {
    if (this.#ownsDevice) event.preventDefault(); // else Dawn prints it too
    this.#failures.end(new WgradError(event.error.message), Number.POSITIVE_INFINITY);
  };

  #launch(launch: Launch): void {
    this.watch?.launching?.(launch);
    launch.again?.();
    this.watch?.launched(launch);
  }

  #submit(command: Command, tensors: readonly Tensor[]): void {
    this.commands.add(command);
    this.#log?.add(command, tensors);
  }
}
