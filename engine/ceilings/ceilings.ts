/** @file What the adapter can do at most: arithmetic, bandwidth, and the cost of a launch and of a submit. */
import type { Engine } from "../device.ts";
import { kernel, run } from "../kernel.ts";

const multiplyAdd = kernel("engine/ceilings/multiply-add", { reads: ["x"], writes: ["y"] });
const copyKernel = kernel("engine/ceilings/copy", { reads: ["x"], writes: ["y"] });

export interface Ceilings {
  /** multiply-adds count as two operations */
  readonly f32GigaFlops: number;
  /** absent without the feature shader-f16 */
  readonly f16GigaFlops?: number;
  /** read plus written, by a kernel */
  readonly kernelGigabytes: number;
  /** read plus written, by copyBufferToBuffer */
  readonly copyGigabytes: number;
  /** GPU and CPU time of one trivial dispatch among many in a submit */
  readonly launchMicroseconds: number;
  /** CPU time to encode one replayed dispatch */
  readonly encodeMicroseconds: number;
  /** one empty-handed submit, waited for */
  readonly submitMicroseconds: number;
}

/** Measures everything for about `seconds` each. */
export async function measureCeilings(engine: Engine, seconds = 0.5): Promise<Ceilings> {
  const f16 = engine.adapter.features.includes("shader-f16")
    ? { f16GigaFlops: await arithmetic(engine, true, seconds) }
    : {};
  return {
    f32GigaFlops: await arithmetic(engine, false, seconds),
    ...f16,
    kernelGigabytes: await bandwidth(engine, true, seconds),
    copyGigabytes: await bandwidth(engine, false, seconds),
    ...(await launches(engine, seconds)),
  };
}

async function arithmetic(engine: Engine, half: boolean, seconds: number): Promise<number> {
  const invocations = engine.adapter.software ? 2 ** 13 : 2 ** 20;
  const rounds = 64;
  const x = engine.keep(engine.tensor([0.5, 0.25]));
  const launch = async () => {
    const constants = { ROUNDS: rounds };
    const y = { shape: [invocations], dtype: half ? "f16" : "f32" } as const;
    engine.scope(() => void run(multiplyAdd, { x }, { y }, { invocations, constants }));
    await engine.sync();
  };
  const ms = await bestMilliseconds(launch, seconds);
  x.dispose();
  return (2 * 128 * rounds * invocations) / (ms * 1e6);
}

async function bandwidth(engine: Engine, byKernel: boolean, seconds: number): Promise<number> {
  const elements = 2 ** 24; // 64 MiB, beyond any cache
  const source = engine.keep(engine.zeros([elements]));
  const target = engine.keep(engine.zeros([elements]));
  const launch = async () => {
    if (byKernel) run(copyKernel, { x: source }, { y: target }, { invocations: elements / 4 });
    else engine.copy(source, target);
    await engine.sync();
  };
  const ms = await bestMilliseconds(launch, seconds);
  source.dispose();
  target.dispose();
  return (2 * 4 * elements) / (ms * 1e6);
}

async function launches(engine: Engine, seconds: number) {
  const count = 1000;
  const x = engine.keep(engine.zeros([4]));
  const y = engine.keep(engine.zeros([4]));
  const recording = engine.record(() => {
    for (let i = 0; i < count; i++) run(copyKernel, { x }, { y }, { invocations: 1 });
  });
  let encoding = Number.POSITIVE_INFINITY;
  const many = await bestMilliseconds(async () => {
    const start = performance.now();
    for (const command of recording.commands) engine.commands.encode(command);
    encoding = Math.min(encoding, performance.now() - start);
    await engine.sync();
  }, seconds);
  const one = await bestMilliseconds(async () => {
    run(copyKernel, { x }, { y }, { invocations: 1 });
    await engine.sync();
  }, seconds);
  recording.dispose();
  x.dispose();
  y.dispose();
  return {
    launchMicroseconds: (many * 1000) / count,
    encodeMicroseconds: (encoding * 1000) / count,
    submitMicroseconds: one * 1000,
  };
}

/** The fastest of several runs within about `seconds`, after a warm-up: what the adapter can do undisturbed. */
async function bestMilliseconds(work: () => Promise<void>, seconds: number): Promise<number> {
  await work();
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  while (times.length < 3 || performance.now() < end) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return Math.min(...times);
}
