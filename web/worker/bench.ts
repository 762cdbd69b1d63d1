/** @file The worker of a worker in which texts that nobody has proved run: it can be ended at any time, and nothing is lost. */
import { expose } from "comlink";
import { describeAdapter } from "../../engine/adapter.ts";
import { type Ceilings, measureCeilings } from "../../engine/ceilings/ceilings.ts";
import { findAdapter, findAgain } from "../../engine/find-adapter.ts";
import { createEngine, type Engine } from "../../engine/index.ts";
import { openDevice } from "../../engine/open-device.ts";
import { profile } from "../../engine/record/profile.ts";
import { checkKernel, type KernelVerdict } from "../../lessons/properties/check.ts";
import { type CompilerMessage, compilerMessages } from "../../lessons/properties/messages.ts";
import { kernelProperties } from "../../lessons/properties/properties.ts";
import { type KernelProperty, missing } from "../../lessons/properties/property.ts";
import { traceOf } from "../../runner/trace/trace.ts";
import type { KernelFacts, KernelTiming, LadderEvent, LadderName, TimedKernel } from "./kernels-protocol.ts";
import { measureLadder } from "./ladder.ts";

const ceilingSeconds = 0.1; // for each ceiling
const rungSeconds = 0.5;
/** Each kernel is timed so often, in turn with the others, and its best time counts: a slow moment meets all. */
const rounds = 3;

export class Bench {
  #adapter: Promise<GPUAdapter> | undefined;
  #compiler: Promise<GPUDevice> | undefined;
  #ceilings: Promise<Ceilings> | undefined;

  /** Every kernel that has a check. */
  async list(): Promise<KernelFacts[]> {
    const facts = describeAdapter(await this.#found());
    return kernelProperties.map((property) => {
      const { kernel, op } = property;
      return { kernel, op, missing: missing(property, facts) };
    });
  }

  /** What the compiler says of a text. */
  async messages(text: string): Promise<CompilerMessage[]> {
    this.#compiler ??= this.#openDevice();
    const device = await this.#compiler;
    void device.lost.then(() => {
      this.#compiler = undefined;
    });
    return compilerMessages(device, text);
  }

  check(
    kernel: string,
    text: string,
    seed: number,
    cases: number,
    tell: (done: number, all: number) => void,
  ): Promise<KernelVerdict> {
    const property = propertyOf(kernel);
    return checkKernel({ property, text, seed, cases, openDevice: () => this.#openDevice(), tell });
  }

  /** The text on the fixed problem of its op, and after it the shipped variants of that op; `tell` hears of each that is done. */
  async time(kernel: string, text: string, tell: () => void): Promise<KernelTiming> {
    const facts = describeAdapter(await this.#found());
    const ceilings = await this.#measured();
    tell();
    const edited = propertyOf(kernel);
    const shipped = kernelProperties.filter(
      (property) => property.op === edited.op && !missing(property, facts),
    );
    const works = [{ property: edited, text }, ...shipped.map((property) => ({ property, text: undefined }))];
    const kernels: TimedKernel[] = [];
    for (let round = 0; round < rounds; round++)
      for (const [i, work] of works.entries()) {
        const timed = { isEdited: i === 0, ...(await this.#timeOne(work.property, work.text, ceilings)) };
        const before = kernels[i];
        if (!before || timed.row.microseconds < before.row.microseconds) kernels[i] = timed;
        tell();
      }
    return { ceilings, kernels };
  }

  /** Measures the ceilings and the chosen ladders. */
  async climb(ladders: readonly LadderName[], tell: (event: LadderEvent) => void): Promise<void> {
    const engine = await this.#engine();
    try {
      const ceilings = await this.#measured();
      tell({ kind: "ceilings", facts: { adapter: engine.adapter, ceilings } });
      for (const ladder of ladders) await measureLadder(engine, ladder, ceilings, rungSeconds, tell);
    } finally {
      close(engine);
    }
  }

  /** By the text, or by the shipped one. */
  async #timeOne({ kernel, prepare }: KernelProperty, text: string | undefined, ceilings: Ceilings) {
    const engine = await this.#engine(text === undefined ? {} : { [kernel]: text });
    try {
      const { problem, run } = prepare(engine);
      const recording = engine.record(run);
      const { rows } = traceOf(await profile(engine, recording), ceilings);
      return { problem, row: rows.find(({ name }) => name === kernel)! };
    } finally {
      close(engine);
    }
  }

  #measured(): Promise<Ceilings> {
    this.#ceilings ??= this.#engine().then(async (engine) => {
      const ceilings = await measureCeilings(engine, ceilingSeconds);
      close(engine);
      return ceilings;
    });
    return this.#ceilings;
  }

  /** With texts of kernels in the place of the shipped ones. */
  async #engine(shaders: Readonly<Record<string, string>> = {}): Promise<Engine> {
    return createEngine({ device: await this.#openDevice(), shaders });
  }

  async #openDevice(): Promise<GPUDevice> {
    return openDevice(await findAgain(await this.#found()));
  }

  #found(): Promise<GPUAdapter> {
    this.#adapter ??= findAdapter("auto");
    return this.#adapter;
  }
}

function close(engine: Engine): void {
  engine.dispose();
  engine.device.destroy();
}

function propertyOf(kernel: string): KernelProperty {
  return kernelProperties.find((property) => property.kernel === kernel)!;
}

expose(new Bench());
