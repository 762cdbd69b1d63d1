/**
 * @file One training step with all its numbers: computed on one batch by the naive kernels, every launch kept, while the model, its
 * optimizer and its StepState stay as they were. In float32, whatever the precision of training, and the whole batch at once.
 */
import { gradients } from "../../engine/autodiff/tape.ts";
import type { Engine } from "../../engine/device.ts";
import { copyOf } from "../../engine/record/commands-of.ts";
import { LaunchRecord } from "../../engine/record/launch-record.ts";
import type { Change, NamedStep, NamedTensor } from "../../engine/record/named-step.ts";
import { withoutTrace } from "../../engine/record/undo.ts";
import { type StepFields, StepState } from "../../engine/step-state.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { withNaiveKernels } from "../../kernels/tuning/mode.ts";
import type { Batches } from "../data/batches.ts";
import type { Batch } from "../data/gpu-samples.ts";
import type { Inspect } from "../layers/layer.ts";
import { checkedRate } from "../schedules.ts";
import type { Session } from "./session.ts";
import { forwardPass } from "./step.ts";

/** Which samples a step is computed on, and when. */
export interface StepMoment {
  /** samples of the batch */
  readonly batchSize: number;
  /** number of the batch within the order, from 0. 0 unless given */
  readonly batch?: number;
  /** the order of the samples; as they are stored unless given */
  readonly order?: Uint32Array;
  /** of augmentation, from 0. 0 unless given */
  readonly epoch?: number;
}

export class StepRecord implements NamedStep {
  readonly launches: LaunchRecord;
  readonly places: readonly NamedTensor[];
  /** of the step, before it */
  readonly fields: StepFields;
  readonly #session: Session;
  readonly #step: StepState;
  readonly #batch: Batch;

  private constructor(session: Session, step: StepState, fields: StepFields, batch: Batch) {
    this.#session = session;
    this.#step = step;
    this.#batch = batch;
    this.fields = fields;
    const { engine, state } = session;
    state.allocateGradients();
    let places: readonly NamedTensor[] = [];
    const pass = () => {
      places = this.#pass();
    };
    const { record } = LaunchRecord.take(engine, () =>
      engine.useStep(step, () => withNaiveKernels(() => engine.scope(pass))),
    );
    this.launches = record;
    this.places = places;
  }

  /** Takes a batch and computes the step that training would make with it next. Dispose of it at the end. */
  static async take(session: Session, batches: Batches, moment: StepMoment): Promise<StepRecord> {
    const { engine, optimizer } = session;
    const { batchSize, batch = 0, order, epoch = 0 } = moment;
    batches.begin(order ?? batches.indices, batchSize, batch);
    await batches.ready(1);
    const { name, schedule } = optimizer;
    const before = await session.step.read();
    const learningRate = schedule
      ? checkedRate(name, schedule(before.step), before.step)
      : before.learningRate;
    const position = batch * batchSize;
    const fields = { ...before, learningRate, position, epoch, sample: 0, batch: 0, halted: 0 };
    const step = new StepState(engine);
    step.set(fields);
    const samples = Math.min(batchSize, batches.count - position);
    const taken = engine.useStep(step, () => engine.scope(() => batches.batch(samples)));
    const { inputs, weights } = taken;
    const targets = taken.targets.map((target) => apartFrom(engine, inputs, target));
    const kept = [...inputs, ...targets, ...weights.filter((tensor) => tensor !== undefined)];
    for (const tensor of kept) engine.keep(tensor);
    try {
      return new StepRecord(session, step, fields, { inputs, targets, weights });
    } catch (error) {
      for (const owner of [step, ...kept]) owner.dispose(); // a step that does not fit into memory
      throw error;
    }
  }

  get engine(): Engine {
    return this.#session.engine;
  }

  /** The loss as the kernels compute it with one number changed; random layers draw what they drew. Frees all but the number. */
  async lossWith({ place, at, value, from }: Change): Promise<number> {
    const { engine } = this;
    const { tensor, kind } = place;
    const set = (target: Tensor, number: number) => engine.upload(target, Float32Array.of(number), 4 * at);
    const given = this.#batch.inputs.find(({ storage }) => storage === tensor.storage); // a layer may hand on its input
    const within = kind === "output" && !given;
    const owned = given ?? tensor;
    if (!within) set(owned, value);
    const inspect = within ? this.#changing(place, (output) => set(output, value)) : undefined;
    const forward = () => engine.keep(this.#forward(inspect).loss);
    const pass = () => engine.scope(() => withNaiveKernels(forward));
    let loss: Tensor;
    try {
      loss = withoutTrace(engine, () => engine.useStep(this.#step, pass));
    } finally {
      if (!within) set(owned, from);
    }
    try {
      return (await loss.data())[0]!;
    } finally {
      loss.dispose();
    }
  }

  dispose(): void {
    this.launches.dispose();
    const { inputs, targets, weights } = this.#batch;
    for (const tensor of [...inputs, ...targets, ...weights]) tensor?.dispose();
    this.#step.dispose();
  }

  #forward(inspect?: Inspect) {
    const samples = this.#batch.inputs[0]!.shape[0]!;
    const options = { training: true, batchSize: samples, first: true, ...(inspect && { inspect }) };
    return forwardPass(this.#session, this.#batch, options);
  }

  /** Forward, backward and update; returns what has a name. */
  #pass(): NamedTensor[] {
    const { engine, state, model } = this.#session;
    const { inputs, targets } = this.#batch;
    const outputs = new Map<string, Tensor>();
    const arrived = new Map<Tensor, Tensor>();
    const note = namesOfUses((name, output) => void outputs.set(name, output));
    const sources = [...state.sources, ...inputs];
    const into = [...state.gradients, ...inputs.map(({ shape }) => engine.zeros(shape))];
    const { value, gradients: found } = gradients(engine, () => this.#forward(note).loss, sources, {
      into,
      arrived: (tensor, gradient) => void arrived.set(tensor, gradient),
    });
    state.update();
    this.#step.advance(inputs[0]!.shape[0]!, true, inputs[0]!.shape[0]!);
    const gradientOf = new Map(sources.map((source, i) => [source, found[i]!]));
    const named = (kind: NamedTensor["kind"], name: string, tensor: Tensor): NamedTensor => ({
      name,
      kind,
      tensor,
      gradient: gradientOf.get(tensor) ?? arrived.get(tensor),
    });
    const several = (what: string, names: readonly string[], i: number) =>
      names.length === 1 ? what : `${what}:${names[i]}`;
    return [
      ...inputs.map((x, i) => named("input", several("input", model.inputNames, i), x)),
      ...targets.map((t, i) => named("target", several("target", model.outputNames, i), t)),
      ...model.weights.map(({ path, variable }) => named("weight", path, variable.tensor)),
      ...[...outputs].map(([name, output]) => named("output", name, output)),
      named("loss", "loss", value),
    ];
  }

  /** Calls `change` with the output of one use of a layer. */
  #changing({ name: wanted }: NamedTensor, change: (output: Tensor) => void): Inspect {
    return namesOfUses((name, output) => {
      if (name === wanted) change(output);
    });
  }
}

/** An autoencoder's targets are its inputs: as a copy they stay when a pixel is changed, and are no way for its gradient. */
function apartFrom(engine: Engine, inputs: readonly Tensor[], target: Tensor): Tensor {
  if (!inputs.some(({ storage }) => storage === target.storage)) return target;
  const copy = engine.allocate(target.shape, target.dtype, "a copy");
  engine.commands.add(copyOf(target, copy));
  return copy;
}

/** Tells each layer's output with its name, to which the second and later uses of a layer add their number. */
function namesOfUses(tell: (name: string, output: Tensor) => void): Inspect {
  const uses = new Map<string, number>();
  return ({ name }, output) => {
    const use = uses.get(name) ?? 0;
    uses.set(name, use + 1);
    tell(use === 0 ? name : `${name}:${use}`, output);
  };
}
