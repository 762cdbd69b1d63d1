/**
 * @file A step is recorded once and replayed: the list of its dispatches and copies, with bind groups already made.
 * The buffers the step used belong to the recording until it is disposed, so nobody else's values are in them.
 */

import { WgradError } from "../errors.ts";
import type { BlockPool } from "../memory/buffers.ts";
import { tensorsIn } from "../memory/scope.ts";
import { checkOption } from "../options.ts";
import type { Storage, Tensor } from "../tensor.ts";
import type { Command, Commands, Dispatch } from "./commands.ts";

/** What a step does while it is recorded, and all memory that it works on. */
export class StepLog {
  readonly commands: Command[] = [];
  /** the memory of the tensors that the step makes */
  readonly arena: BlockPool;
  /** memory made before the step that it reads or writes; held, since every replay does so again */
  readonly #outside = new Set<Storage>();

  constructor(arena: BlockPool) {
    this.arena = arena;
  }

  add(command: Command, tensors: readonly Tensor[]): void {
    this.commands.push(command);
    for (const { storage } of tensors) {
      if (storage.block.pool === this.arena || this.#outside.has(storage)) continue;
      storage.retain();
      this.#outside.add(storage);
    }
  }

  /** Lets go of all memory. */
  close(): void {
    for (const storage of this.#outside) storage.release();
    this.#outside.clear();
    this.arena.close();
  }
}

/** What a replay needs of the engine. */
interface ReplayEngine {
  readonly commands: Pick<Commands, "addAll" | "flush">;
  assertAlive(): void;
  assertCompiled(pipelines: () => Iterable<GPUComputePipeline>): void;
}

/** A step as a list of GPU commands, made by engine.record(): replay() runs it again. Owns the memory of its tensors: dispose() frees it. */
export class Recording<R = unknown> {
  /** what the recorded function returned: tensors that every replay writes anew */
  readonly result: R;
  readonly #engine: ReplayEngine;
  readonly #log: StepLog;
  #disposed = false;

  constructor(engine: ReplayEngine, log: StepLog, result: R) {
    for (const tensor of tensorsIn(result)) tensor.retain();
    this.#engine = engine;
    this.#log = log;
    this.result = result;
  }

  /** The commands of one step, in order: launches, copies and clears. */
  get commands(): readonly Command[] {
    return this.#log.commands;
  }

  /** The kernel launches of one step, in order. */
  get dispatches(): readonly Dispatch[] {
    return this.commands.filter((command): command is Dispatch => command.kind === "dispatch");
  }

  /** Throws WgradError, beginning with what was tried, after dispose() and once the engine is dead. */
  assertUsable(what: string): void {
    if (this.#disposed) throw new WgradError(`${what}: this recording was disposed.`);
    this.#engine.assertAlive();
    this.#engine.assertCompiled(() => this.dispatches.map(({ pipeline }) => pipeline));
  }

  /** Encodes the step `times` times and submits. */
  replay(times = 1): void {
    this.assertUsable("replay");
    checkOption("replay", "times", times, () => Number.isInteger(times) && times >= 0, "a whole number");
    for (let i = 0; i < times; i++) this.#engine.commands.addAll(this.commands);
    this.#engine.commands.flush();
  }

  /** Returns the step's buffers to the engine. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const tensor of tensorsIn(this.result)) tensor.release();
    this.#log.close();
  }
}
