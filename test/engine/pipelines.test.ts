import { describe, expect, it } from "vitest";
import { createEngine, type Engine } from "../../engine/device.ts";
import { KernelError } from "../../engine/errors.ts";
import { run } from "../../engine/kernel.ts";
import { Pipelines } from "../../engine/pipelines.ts";
import { provideSources, readSource } from "../../engine/source.ts";
import { useEngine } from "../support/engine.ts";
import { adapterChoice } from "./adapter-choice.ts";
import { inlineKernel, multiplyKernel, product, requestFor, scaleAndAdd, scaleAndAddKernel } from "./ops.ts";

const wrongShader = `@group(0) @binding(0) var<storage, read_write> y: array<f32>;
const TILE: u32 = 1u;
@compute @workgroup_size(1) fn main() {
  y[0] = unknown_name;
}`;
const wrong = inlineKernel("wrong", wrongShader, { updates: ["y"] });

describe("pipelines", () => {
  const engine = useEngine();

  it("are compiled once per kernel and constants", async () => {
    const x = engine().tensor([1]);
    const before = engine().pipelines.count;
    for (let i = 0; i < 3; i++) scaleAndAdd(x, 1, 5);
    expect(engine().pipelines.count).toBe(before + 1);
    scaleAndAdd(x, 1, 6);
    expect(engine().pipelines.count).toBe(before + 2);
    expect(await x.data()).toEqual(Float32Array.of(22));
    const request = requestFor(multiplyKernel);
    expect(engine().pipelines.get(request)).toBe(engine().pipelines.get(request));
  });

  it("are compiled by prepare() without running anything, each once, and used afterwards", async () => {
    const x = engine().tensor([1]);
    const { pipelines } = engine().plan(() => {
      for (const amount of [11, 12, 13, 11]) scaleAndAdd(x, 1, amount);
    });
    const before = engine().pipelines.count;
    const twice = [...pipelines, ...pipelines];
    await Promise.all([engine().pipelines.prepare(twice), engine().pipelines.prepare(pipelines)]);
    expect(engine().pipelines.count).toBe(before + 3);
    scaleAndAdd(x, 1, 12);
    expect(engine().pipelines.count).toBe(before + 3);
    expect(await x.data()).toEqual(Float32Array.of(13));
  });
});

describe("an engine with shaders of its own", () => {
  const engine = useEngine();

  it("runs them in the place of the kernels' texts, and no other engine does", async () => {
    const text = readSource(multiplyKernel);
    const shaders = { [multiplyKernel.name]: text.replace("a[id.x] * b[id.x]", "a[id.x] + b[id.x]") };
    expect(shaders[multiplyKernel.name]).not.toBe(text);
    const own = await createEngine({ adapter: adapterChoice, shaders });
    const of = (from: Engine) => product(from.tensor([2, 3]), from.tensor([5, 7])).data();
    expect(await of(own)).toEqual(Float32Array.of(7, 10));
    expect(await of(engine())).toEqual(Float32Array.of(10, 21));
    own.dispose();
  });
});

describe("pipelines that are not used any more", () => {
  const engine = useEngine();
  const of = (...amounts: number[]) =>
    amounts.map((AMOUNT) => requestFor(scaleAndAddKernel, { FACTOR: 1, AMOUNT }));
  const cache = () =>
    new Pipelines(engine().device, (_, check) => void check.catch(() => {}), undefined, { most: 4 });
  /** True for those that are there without being compiled again. */
  async function kept(pipelines: Pipelines, amounts: number[]): Promise<boolean[]> {
    const found: boolean[] = [];
    for (const request of of(...amounts)) found.push((await pipelines.create([request])).length === 0);
    return found;
  }

  it("go, the longest unused first", async () => {
    const pipelines = cache();
    for (const request of of(21, 22, 23, 24)) pipelines.get(request);
    pipelines.get(of(21)[0]!);
    await pipelines.create(of(25));
    expect(pipelines.count).toBe(4);
    expect(await kept(pipelines, [25, 24, 23, 21])).toEqual([true, true, true, true]);
    expect(await kept(pipelines, [22])).toEqual([false]);
  });

  it("stay as long as one step needs them all", async () => {
    const pipelines = cache();
    const step = [21, 22, 23, 24, 25, 26];
    await pipelines.create(of(27, 28));
    await pipelines.create(of(...step));
    expect(pipelines.count).toBe(6);
    expect((await pipelines.create(of(...step))).length).toBe(0);
    await pipelines.create(of(29));
    expect(pipelines.count).toBe(4);
  });

  it("go with the last of those they were prepared for, or all at once", async () => {
    const pipelines = cache();
    const [one, other] = [{}, {}];
    await pipelines.prepare(of(21, 22), one);
    await pipelines.prepare(of(22, 23), other);
    pipelines.release(one);
    expect(pipelines.count).toBe(2);
    expect(await kept(pipelines, [22, 23])).toEqual([true, true]);
    pipelines.release(other);
    expect(pipelines.count).toBe(0);
    pipelines.get(of(21)[0]!);
    pipelines.clear();
    expect(pipelines.count).toBe(0);
  });

  it("are let go by trimMemory(), and made again when used", async () => {
    const x = engine().tensor([3]);
    const recording = engine().record(() => product(x, x));
    expect(engine().memory.pipelines).toBeGreaterThan(0);
    engine().trimMemory();
    expect(engine().memory.pipelines).toBe(0);
    recording.replay();
    expect(await recording.result.data()).toEqual(Float32Array.of(9));
    recording.dispose();
    expect(await product(x, x).data()).toEqual(Float32Array.of(9));
    expect(engine().memory.pipelines).toBe(1);
  });
});

describe("a shader that does not compile", () => {
  const message = /^inline\/wrong\.wgsl does not compile with \{"TILE":4\}\.\nline 4: .*unknown_name/;

  async function withEngine(debug: boolean, body: (engine: Engine) => Promise<void>): Promise<void> {
    const engine = await createEngine({ adapter: adapterChoice, debug });
    await body(engine);
    engine.dispose();
  }

  it.each([true, false])("is reported with its lines at the next awaited call (debug %s)", async (debug) => {
    await withEngine(debug, async (engine) => {
      const y = engine.zeros([1]);
      run(wrong, { y }, {}, { constants: { TILE: 4 } });
      const error = await y.data().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(KernelError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).toContain("  2 | const TILE: u32 = 4u;");
      expect((error as Error).message).toContain("  4 |   y[0] = unknown_name;\n  5 | }");
      await expect(y.data()).rejects.toThrow(KernelError); // nothing is silently zero afterwards
      expect(() => product(y, y)).toThrow(message);
    });
  });

  it.each([
    true,
    false,
  ])("fails one call: what was there before and is made afterwards is sound (debug %s)", async (debug) => {
    await withEngine(debug, async (engine) => {
      const [x, y] = [engine.tensor([3]), engine.zeros([1])];
      await engine.sync();
      run(wrong, { y }, {}, { constants: { TILE: 4 } });
      const bystander = product(x, x); // in the submission that fails
      await expect(engine.sync()).rejects.toThrow(message);
      await engine.sync();
      expect(await x.data()).toEqual(Float32Array.of(3));
      await expect(bystander.data()).rejects.toThrow(message);
      expect(() => engine.copy(bystander, x)).toThrow(message);
      expect(await product(x, x).data()).toEqual(Float32Array.of(9));
      engine.upload(y, Float32Array.of(5)); // overwritten: its values are sound again
      engine.clear(bystander);
      expect([await y.data(), await bystander.data()]).toEqual([Float32Array.of(5), Float32Array.of(0)]);
    });
  });

  it("fails every reader of what it should have written, also two at a time", async () => {
    await withEngine(false, async (engine) => {
      const y = engine.zeros([1]);
      run(wrong, { y }, {}, { constants: { TILE: 4 } });
      const outcomes = await Promise.allSettled([y.data(), y.data(), y.data()]);
      expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    });
  });

  it("fails every replay of a step that launches it", async () => {
    await withEngine(false, async (engine) => {
      const y = engine.zeros([1]);
      const recording = engine.record(() => run(wrong, { y }, {}, { constants: { TILE: 4 } }));
      await expect(engine.sync()).rejects.toThrow(message);
      expect(() => recording.replay()).toThrow(message);
      const x = engine.tensor([3]);
      expect(await product(x, x).data()).toEqual(Float32Array.of(9));
      recording.dispose();
    });
  });

  it("works once it is mended", async () => {
    await withEngine(false, async (engine) => {
      const y = engine.zeros([1]);
      run(wrong, { y }, {}, { constants: { TILE: 4 } });
      await expect(engine.sync()).rejects.toThrow(message);
      provideSources({ [wrong.name]: wrongShader.replace("unknown_name", "7.0") });
      const fresh = engine.zeros([1]);
      run(wrong, { y: fresh }, {}, { constants: { TILE: 4 } });
      expect(await fresh.data()).toEqual(Float32Array.of(7));
      provideSources({ [wrong.name]: wrongShader });
    });
  });

  it("makes prepare() reject with its lines, and nothing else", async () => {
    await withEngine(false, async (engine) => {
      const requests = [requestFor(multiplyKernel), requestFor(wrong, { TILE: 4 })];
      await expect(engine.pipelines.prepare(requests)).rejects.toThrow(message);
      const x = engine.tensor([3]);
      expect(await product(x, x).data()).toEqual(Float32Array.of(9));
    });
  });

  it("makes prepare() reject when bindings and roles differ", async () => {
    await withEngine(false, async (engine) => {
      const roles = requestFor(inlineKernel("roles", wrongShader, { reads: ["y"] }));
      await expect(engine.pipelines.prepare([roles])).rejects.toThrow(
        "inline/roles: the shader binds y for write, the op declares read.",
      );
    });
  });
});
