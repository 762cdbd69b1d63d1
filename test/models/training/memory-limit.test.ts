/** @file createEngine({ memoryLimit }): what fit() says it needs, chooses, keeps to, and refuses. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AdapterChoice } from "../../../engine/adapter.ts";
import { createEngine, type Engine } from "../../../engine/device.ts";
import { ArgumentError, MemoryError } from "../../../engine/errors.ts";
import type { StepMemory } from "../../../models/fit/step-choice.ts";
import {
  adam,
  BatchNormalization,
  Conv2D,
  Dense,
  Dropout,
  type FitOptions,
  GlobalAveragePooling2D,
  Input,
  type Model,
  sequential,
} from "../../../models/index.ts";
import { randomArray } from "../../support/random.ts";

const samples = 22; // batches of 8, 8 and 6
const shape = [16, 16, 3];
const data = {
  inputs: Float32Array.from(randomArray([samples, ...shape], 3).data),
  inputShape: shape,
  labels: Array.from({ length: samples }, (_, i) => i % 3),
  classes: 3,
};

function network(normalize = true): Model {
  const block = () => [
    Conv2D(8, 3, { padding: "same" }),
    ...(normalize ? [BatchNormalization()] : []),
    Dropout(0.1),
  ];
  return sequential([
    Input(shape),
    ...Array.from({ length: 8 }, block).flat(),
    GlobalAveragePooling2D(),
    Dense(3, { activation: "softmax" }),
  ]);
}

const adapter = (process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice;

interface Trained {
  readonly memory: StepMemory;
  readonly peakBytes: number;
  readonly allocated: number;
  readonly loss: readonly unknown[];
  readonly weights: readonly Float32Array[];
}

/** Two epochs with validation on an engine of its own. */
async function train(
  memoryLimit: number | undefined,
  options: FitOptions = {},
  model = network(),
): Promise<Trained> {
  const engine = await createEngine({ adapter, ...(memoryLimit === undefined ? {} : { memoryLimit }) });
  try {
    await model.compile({ engine, optimizer: adam(), loss: "categorical_crossentropy", seed: 5 });
    let memory: StepMemory | undefined;
    const onPlan = (_: unknown, found: StepMemory) => {
      memory = found;
    };
    const history = await model.fit(data, {
      batchSize: 8,
      epochs: 2,
      validationData: data,
      onPlan,
      ...options,
    });
    const { peakBytes, bytesAllocated: allocated } = engine.memory;
    const loss = [...history.history.loss!, ...history.history.val_loss!];
    return { memory: memory!, peakBytes, allocated, loss, weights: [...(await model.getWeights()).values()] };
  } finally {
    model.dispose();
    engine.dispose();
  }
}

describe("under a memory limit", () => {
  let free: Trained;
  let recomputed: Trained;
  beforeAll(async () => {
    free = await train(undefined);
    recomputed = await train(undefined, { recompute: true });
  });

  it("there is none unless given: everything is stored, and said", () => {
    const { memory } = free;
    expect(memory).toMatchObject({ parts: [8], recompute: false });
    expect(memory.tried).toEqual([{ parts: [8], recompute: false, bytes: memory.bytes }]);
    const [stored, again] = recomputed.memory.tried;
    expect(stored).toEqual({ parts: [8], recompute: false, bytes: memory.bytes });
    expect(again).toEqual({ parts: [8], recompute: true, bytes: recomputed.memory.bytes });
    expect(recomputed.memory.bytes).toBeLessThan(0.8 * memory.bytes);
  });

  it("what is said is what it takes, to two per cent", async () => {
    for (const recompute of [false, true]) {
      const engine = await createEngine({ adapter });
      const model = network();
      await model.compile({ engine, optimizer: adam(), loss: "categorical_crossentropy" });
      let said = 0;
      const onPlan = (_: unknown, { bytes }: StepMemory) => {
        said = bytes;
      };
      const even = { ...data, inputs: data.inputs.subarray(0, 16 * 768), labels: data.labels.slice(0, 16) };
      await model.fit(even, { batchSize: 8, recompute, onPlan });
      expect(Math.abs(engine.memory.peakBytes / said - 1), `recompute ${recompute}`).toBeLessThan(0.02);
      model.dispose();
      engine.dispose();
    }
  });

  it("what fits stays as it is", async () => {
    const { memory, loss, allocated } = await train(1.3 * free.memory.bytes);
    expect(memory.recompute).toBe(false);
    expect(loss).toEqual(free.loss);
    expect(allocated).toBeLessThanOrEqual(1.3 * free.memory.bytes);
  });

  it("activations are computed again where they must, with the same bits, and evaluation finds room", async () => {
    const limit = (free.memory.bytes + recomputed.memory.bytes) / 2;
    const { memory, loss, weights, peakBytes, allocated } = await train(limit);
    expect(memory).toMatchObject({ parts: [8], recompute: true });
    expect(memory.tried.map(({ recompute }) => recompute)).toEqual([false, true]);
    expect(loss).toEqual(free.loss);
    expect(weights).toEqual(free.weights);
    expect(peakBytes).toBeLessThanOrEqual(limit);
    expect(allocated).toBeLessThanOrEqual(limit);
  });

  it("then the batch is split, if samples do not depend on each other", async () => {
    const whole = await train(undefined, { recompute: true }, network(false));
    const limit = 0.9 * whole.memory.bytes;
    const { memory, allocated } = await train(limit, {}, network(false));
    expect(memory.parts.length).toBeGreaterThan(1);
    expect(memory.bytes).toBeLessThanOrEqual(limit);
    expect(allocated).toBeLessThanOrEqual(limit);
    expect(memory.tried.at(-1)).toEqual({
      parts: memory.parts,
      recompute: memory.recompute,
      bytes: memory.bytes,
    });
  });

  it("splitting is refused where a layer needs the whole batch, unless it is asked for", async () => {
    const limit = 0.9 * recomputed.memory.bytes;
    await expect(train(limit)).rejects.toThrow(
      /A batch of 8 samples does not fit: .*memoryLimit is .* kB.* But batch_normalization_1 needs all.*microBatches: "independent"/,
    );
    const { memory } = await train(limit, { microBatches: "independent" });
    expect(memory.parts.length).toBeGreaterThan(1);
  });

  it("recompute: false is kept to, and the error says that it would help", async () => {
    const limit = (free.memory.bytes + recomputed.memory.bytes) / 2;
    await expect(train(limit, { recompute: false })).rejects.toThrow(/Without recompute: false it may fit/);
  });

  it("what fits in no way is an error with the sizes, before anything runs", async () => {
    const engine = await createEngine({ adapter, memoryLimit: 70_000 });
    const model = network(false);
    await model.compile({ engine, optimizer: adam(), loss: "categorical_crossentropy" });
    const before = await model.getWeights();
    const failing = model.fit(data, { batchSize: 8 });
    await expect(failing).rejects.toThrow(MemoryError);
    await expect(failing).rejects.toThrow(/memoryLimit/);
    expect(await model.getWeights()).toEqual(before);
    model.dispose();
    engine.dispose();
  });

  it("generators and trainOnBatch keep to it", async () => {
    const limit = (free.memory.bytes + recomputed.memory.bytes) / 2;
    const engine = await createEngine({ adapter, memoryLimit: limit });
    const model = network();
    await model.compile({ engine, optimizer: adam(), loss: "categorical_crossentropy", seed: 5 });
    const part = (count: number) => ({
      inputs: data.inputs.subarray(0, count * 768),
      targets: Float32Array.from({ length: count * 3 }, (_, i) => Number(i % 3 === 0)),
    });
    let memory: StepMemory | undefined;
    const batches = [part(8), part(6), part(8), part(5)];
    await model.fit(batches, {
      onPlan: (_, found) => {
        memory = found;
      },
    });
    expect(memory!.recompute).toBe(true);
    await model.trainOnBatch(part(7).inputs, part(7).targets);
    expect(engine.memory.bytesAllocated).toBeLessThanOrEqual(limit);
    model.dispose();
    engine.dispose();
  });
});

describe("memoryLimit and recompute", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ adapter, memoryLimit: 10_000 });
  });
  afterAll(() => engine.dispose());

  it("nothing goes beyond the limit, and what was given back is room again", () => {
    engine.scope(() => {
      engine.zeros([1000]);
      engine.zeros([1000]);
      expect(() => engine.zeros([1000])).toThrow(
        /4.1 kB beside the 8.7 kB in use exceeds the memoryLimit of 10 kB/,
      );
    });
    engine.scope(() => engine.zeros([2000]));
    expect(engine.memory.bytesAllocated).toBeLessThanOrEqual(10_000);
  });

  it.each([0, -1, Number.NaN, "4 GB"])("refuses memoryLimit %s", async (memoryLimit) => {
    await expect(createEngine({ adapter, memoryLimit: memoryLimit as number })).rejects.toThrow(
      /memoryLimit must be a number of bytes above 0/,
    );
  });

  it("refuses recompute that is no flag", async () => {
    await expect(train(undefined, { recompute: "yes" as unknown as boolean })).rejects.toThrow(ArgumentError);
  });
});
