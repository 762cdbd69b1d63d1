/**
 * @file A step is recorded once and replayed: the list of its dispatches and copies, with bind groups already made.
 * The buffers the step used belong to the recording until it is disposed, so nobody else's values are in them.
 */
import type { BufferPool } from "./buffers.ts";
import type { Command, Dispatch } from "./commands.ts";
import type { Engine } from "./device.ts";
import { WgradError } from "./errors.ts";
import { tensorsIn } from "./scope.ts";

export class Recording<R = unknown> {
  readonly commands: readonly Command[];
  /** what the recorded function returned: tensors that every replay writes anew */
  readonly result: R;
  readonly #engine: Engine;
  readonly #arena: BufferPool;
  #disposed = false;

  constructor(engine: Engine, commands: readonly Command[], result: R, arena: BufferPool) {
    for (const tensor of tensorsIn(result)) engine.keep(tensor);
    this.#engine = engine;
    this.commands = commands;
    this.result = result;
    this.#arena = arena;
  }

  /** The kernel launches of one step, in order. */
  get dispatches(): readonly Dispatch[] {
    return this.commands.filter((command): command is Dispatch => command.kind === "dispatch");
  }

  /** Encodes the step `times` times and submits. */
  replay(times = 1): void {
    if (this.#disposed) throw new WgradError("replay: this recording was disposed.");
    this.#engine.assertAlive();
    for (let i = 0; i < times; i++) this.#engine.commands.addAll(this.commands);
    this.#engine.commands.flush();
  }

  /** Returns the step's buffers to the engine. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const tensor of tensorsIn(this.result)) tensor.dispose();
    this.#arena.close();
  }
}
