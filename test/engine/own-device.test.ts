import { describe, expect, it } from "vitest";
import { createEngine } from "../../engine/device.ts";
import { AdapterError, ArgumentError } from "../../engine/errors.ts";
import { findAdapter } from "../../engine/find-adapter.ts";
import { deviceDescriptor } from "../../engine/index.ts";
import { adapterChoice } from "./adapter-choice.ts";
import { product } from "./ops.ts";

async function openDevice(descriptor?: GPUDeviceDescriptor): Promise<GPUDevice> {
  const adapter = await findAdapter(adapterChoice);
  return adapter.requestDevice(descriptor ?? deviceDescriptor(adapter));
}

describe("createEngine({ device })", () => {
  it("computes on a device of the caller's and leaves it alive", async () => {
    const device = await openDevice();
    for (let i = 0; i < 2; i++) {
      const engine = await createEngine({ device });
      expect(engine.device).toBe(device);
      expect(engine.adapter.features).toEqual([...device.features].sort());
      const x = engine.tensor([1, 2, 3]);
      expect(await product(x, x).data()).toEqual(Float32Array.of(1, 4, 9));
      engine.dispose();
      expect(() => engine.zeros([1])).toThrow("This engine was disposed.");
    }
    const buffer = device.createBuffer({ size: 16, usage: 0x0001 | 0x0008 }); // MAP_READ | COPY_DST
    await buffer.mapAsync(0x0001);
    expect(buffer.getMappedRange().byteLength).toBe(16);
    device.destroy();
  });

  it("gives back the memory that it took", async () => {
    const device = await openDevice();
    const made: GPUBuffer[] = [];
    const create = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      const buffer = create(descriptor);
      made.push(buffer);
      return buffer;
    };
    const engine = await createEngine({ device });
    engine.keep(engine.zeros([1000]));
    engine.dispose();
    expect(made.length).toBeGreaterThan(1);
    device.pushErrorScope("validation");
    for (const buffer of made) device.queue.writeBuffer(buffer, 0, new Uint8Array(4));
    expect((await device.popErrorScope())?.message).toMatch(/destroyed/);
    device.destroy();
  });

  it("lets go of buffers that it gave back before", async () => {
    const device = await openDevice();
    let [made, destroyed] = [0, 0];
    const create = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      const buffer = create(descriptor);
      const destroy = buffer.destroy.bind(buffer);
      buffer.destroy = () => {
        destroyed++;
        return destroy();
      };
      made++;
      return buffer;
    };
    const engine = await createEngine({ device });
    for (let size = 1; size <= 8; size++) {
      engine.scope(() => void engine.zeros([size * 1000]));
      engine.trimMemory();
    }
    expect(made).toBeGreaterThanOrEqual(8);
    engine.dispose();
    expect(destroyed).toBe(made); // each once: none was kept in a list
    device.destroy();
  });

  it("uses no feature that the device was not opened with", async () => {
    const device = await openDevice({});
    const engine = await createEngine({ device });
    expect(engine.adapter.features).not.toContain("shader-f16");
    expect(engine.adapter.subgroupSize).toBe(0);
    const x = engine.tensor([2]);
    expect(await product(x, x).data()).toEqual(Float32Array.of(4));
    engine.dispose();
    device.destroy();
  });

  it("is ended by an error on the device that nobody caught", async () => {
    const device = await openDevice();
    const engine = await createEngine({ device });
    device.addEventListener("uncapturederror", (event) => event.preventDefault());
    device.createBuffer({ size: 4, usage: 0x0001 | 0x0002 }); // MAP_READ | MAP_WRITE
    await expect(engine.sync().then(() => engine.sync())).rejects.toThrow(/usage/);
    engine.dispose();
    device.destroy();
  });

  it("refuses what is no device, one that is too small, and an adapter beside it", async () => {
    await expect(createEngine({ device: 3 as never })).rejects.toThrow(
      "createEngine: device must be a GPUDevice, got 3.",
    );
    const limits = { maxStorageBuffersPerShaderStage: 4 };
    const small = { createComputePipeline: () => {}, limits } as never;
    await expect(createEngine({ device: small })).rejects.toThrow(AdapterError);
    await expect(createEngine({ device: small })).rejects.toThrow(
      "createEngine: the device has maxStorageBuffersPerShaderStage 4, kernels need 8.",
    );
    await expect(createEngine({ device: small, adapter: "auto" })).rejects.toThrow(ArgumentError);
  });
});
