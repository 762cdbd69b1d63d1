import { describe, expect, it } from "vitest";
import { ArgumentError, KernelError, ShapeError } from "../../engine/errors.ts";
import {
  type Kernel,
  kernel,
  loadShader,
  pipelineRequest,
  type RunOptions,
  run,
} from "../../engine/kernel.ts";
import type { Tensor } from "../../engine/tensor.ts";
import { useEngine } from "../support/engine.ts";
import { inlineKernel, multiplyKernel, product, requestFor } from "./ops.ts";

const shader = `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
const SCALE: f32 = 1.0;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&y)) { y[id.x] = x[id.x] * SCALE; }
}`;

describe("kernel", () => {
  it("has its id and reads nothing yet", () => {
    const declared = kernel("nowhere/missing", { reads: ["x"] });
    expect(declared.name).toBe("nowhere/missing");
    expect(declared).toMatchObject({ reads: ["x"], writes: [], updates: [], step: false });
  });
});

describe("loadShader", () => {
  it("returns the text with its constants set, and the bindings", () => {
    const definition = inlineKernel("right", shader, { reads: ["x"], writes: ["y"] });
    const { code, bindings } = loadShader(requestFor(definition, { SCALE: 2 }));
    expect(code).toBe(shader.replace("SCALE: f32 = 1.0", "SCALE: f32 = 2.0"));
    expect(bindings.map(({ name }) => name)).toEqual(["x", "y"]);
  });

  it("says which binding has another role than declared", () => {
    const load = (bindings: Parameters<typeof kernel>[1]) => () =>
      loadShader(requestFor(inlineKernel("roles", shader, bindings as object)));
    expect(load({ reads: ["x", "y"] })).toThrow(KernelError);
    expect(load({ reads: ["x", "y"] })).toThrow(
      "inline/roles: the shader binds y for write, the op declares read.",
    );
    expect(load({ writes: ["y"] })).toThrow("the shader binds x for read, the op declares nothing.");
    expect(load({ reads: ["x", "z"], writes: ["y"] })).toThrow("declared x, z, y; the shader binds x, y.");
    expect(load({ reads: ["x"], writes: ["y"], step: true })).toThrow("declared x, y, step;");
  });
});

describe("pipelineRequest", () => {
  it("tells kernels, constants and precision apart, and nothing else", () => {
    const other = inlineKernel("other", shader, { reads: ["x"], writes: ["y"] });
    const key = (options: Parameters<typeof pipelineRequest>[1], definition: Kernel = multiplyKernel) =>
      pipelineRequest(definition, options, {}).key;
    expect(key({ invocations: 3 })).toBe(key({ invocations: 500, flops: 1 }));
    const keys = [key({}), key({ constants: { M: 1 } }), key({ constants: { M: 2 } })];
    const a = { dtype: "f16" } as Tensor;
    const half = pipelineRequest(multiplyKernel, {}, { a }).key;
    expect(new Set([...keys, half, key({}, other)]).size).toBe(5);
  });
});

describe("run", () => {
  const engine = useEngine();

  it("allocates outputs by shape or dtype, or writes into a given tensor", async () => {
    const [a, b] = [engine().tensor([1, 2, 3]), engine().tensor([4, 5, 6])];
    const target = engine().zeros([3]);
    expect(run(multiplyKernel, { a, b }, { y: target }, { invocations: 3 }).y).toBe(target);
    expect(await target.data()).toEqual(Float32Array.of(4, 10, 18));
    const typed = run(multiplyKernel, { a, b }, { y: { shape: [3], dtype: "u32" } }, { invocations: 3 }).y;
    expect(typed.dtype).toBe("u32");
    expect(await typed.data()).toEqual(new Uint32Array(Float32Array.of(4, 10, 18).buffer)); // its bits
  });

  it("names the kernel and the output whose shape is wrong", () => {
    const a = engine().tensor([1]);
    const wrong = () => run(multiplyKernel, { a, b: a }, { y: [3, 0] });
    expect(wrong).toThrow(ShapeError);
    expect(wrong).toThrow("test/multiply: y: sizes must be positive integers, got [3,0].");
  });

  it("refuses released tensors", () => {
    const a = engine().scope(() => ({ hidden: [engine().tensor([1])] })).hidden[0]!;
    const b = engine().keep(engine().tensor([1]));
    b.dispose();
    expect(() => product(a, b)).toThrow("multiply: b [1] was released");
  });

  it("needs a tensor to find its engine", () => {
    const nothing = inlineKernel("nothing", "@compute @workgroup_size(1) fn main() {}", {});
    expect(() => run(nothing, {}, {})).toThrow(ArgumentError);
    expect(() => run(nothing, {}, {})).toThrow("inline/nothing: needs at least one tensor.");
  });

  it("checks the number of workgroups", () => {
    const a = engine().tensor([1]);
    const most = engine().limits.maxComputeWorkgroupsPerDimension;
    const launch = (workgroups: number) => () => run(multiplyKernel, { a, b: a }, { y: [1] }, { workgroups });
    for (const wrong of [0, 1.5, Number.NaN]) expect(launch(wrong)).toThrow(KernelError);
    expect(launch(most ** 2 + 1)).toThrow(
      `test/multiply: ${most ** 2 + 1} workgroups; a launch has 1 to ${most ** 2}.`,
    );
  });

  it("spreads workgroups over two dimensions where one has too few", () => {
    const a = engine().tensor([1]);
    const most = engine().limits.maxComputeWorkgroupsPerDimension;
    const launched = (options: RunOptions) => {
      const recording = engine().record(() => {
        run(multiplyKernel, { a, b: a }, { y: [1] }, options);
      });
      const { workgroups } = recording.dispatches[0]!;
      recording.dispose();
      return workgroups;
    };
    expect(launched({})).toEqual([1, 1, 1]);
    expect(launched({ invocations: 65 })).toEqual([2, 1, 1]);
    expect(launched({ invocations: 65, workgroupSize: 32 })).toEqual([3, 1, 1]);
    expect(launched({ invocations: most * 64 })).toEqual([most, 1, 1]);
    expect(launched({ invocations: most * 64 + 1 })).toEqual([Math.ceil((most + 1) / 2), 2, 1]);
    expect(launched({ workgroups: most })).toEqual([most, 1, 1]);
    expect(launched({ workgroups: most + 1 })).toEqual([Math.ceil((most + 1) / 2), 2, 1]);
  });

  it("binds whole vectors where a tail is shorter than one", async () => {
    const double = inlineKernel(
      "double",
      `@group(0) @binding(0) var<storage, read> x: array<vec4f>;
       @group(0) @binding(1) var<storage, read_write> y: array<vec4f>;
       @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
         if (id.x < arrayLength(&y)) { y[id.x] = 2 * x[id.x]; }
       }`,
      { reads: ["x"], writes: ["y"] },
    );
    const x = engine().tensor([1, 2, 3, 4, 5]);
    expect(await run(double, { x }, { y: [5] }).y.data()).toEqual(Float32Array.of(2, 4, 6, 8, 10));
  });
});
