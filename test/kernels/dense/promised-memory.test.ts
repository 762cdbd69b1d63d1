/** @file The product's tiles on a device with the workgroup memory that WebGPU promises, and no more. */
import { expect, it } from "vitest";
import { createEngine } from "../../../engine/device.ts";
import { findAdapter } from "../../../engine/find-adapter.ts";
import { chooseMatmul } from "../../../kernels/dense/choose.ts";
import { matmul } from "../../../kernels/dense/matmul.ts";
import { withNaiveKernels } from "../../../kernels/tuning/mode.ts";
import { adapterChoice } from "../../engine/adapter-choice.ts";
import { expectClose } from "../../support/compare.ts";
import { randomArray } from "../../support/random.ts";
import { asGpu } from "../as-gpu.ts";

const promised = 16384;
const sizes = [
  [16, 16, 40],
  [25, 70, 40],
  [70, 25, 40],
  [70, 70, 40],
  [33, 10, 40],
] as const;

it("fit into it, whatever the size, with the product's result", async () => {
  const device = await (await findAdapter(adapterChoice)).requestDevice();
  expect(device.limits.maxComputeWorkgroupStorageSize).toBe(promised);
  const engine = await createEngine({ device });
  await asGpu(engine, async () => {
    expect(engine.adapter.workgroupMemory).toBe(promised);
    for (const [m, n, k] of sizes) {
      const a = engine.tensor(randomArray([m, k], 1).data, [m, k]);
      const b = engine.tensor(randomArray([k, n], 2).data, [k, n]);
      const y = await matmul(a, b).data();
      const expected = withNaiveKernels(() => matmul(a, b));
      expectClose(y, await expected.data(), { terms: k });
    }
  });
  engine.dispose();
  device.destroy();
});

it("are smaller there", () => {
  const problem = { m: 64, n: 64, k: 512, transposeA: false, transposeB: false, batch: 1 };
  const depth = (workgroupMemory: number) => {
    const strides = { batchStrideA: 0, batchStrideB: 0 };
    const adapter = { class: "gpu", subgroupSize: 0, workgroupMemory } as const;
    return Number(chooseMatmul({ ...problem, ...strides }, adapter).constants.GROUP_K);
  };
  expect(depth(promised)).toBeLessThan(depth(2 * promised));
});
