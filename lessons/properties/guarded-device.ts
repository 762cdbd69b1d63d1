/** @file A device on which every pass binds the guard's buffer beside the buffers of the kernels. */
import { guardGroup } from "./guard.ts";

/** Read what the guards of a launch have reported. */
export interface Guard {
  /** Words that are not 0, by their numbers, since the last look. */
  look(): Promise<ReadonlyMap<number, number>>;
}

/**
 * Changes the device: pipeline layouts get one more group, and compute passes bind it. A layout that nobody knows of is all that a
 * guard needs, so that the engine stays as it is. `sites`: words of the buffer.
 */
export function guardDevice(device: GPUDevice, sites: number): Guard {
  const layout = device.createBindGroupLayout({
    entries: [{ binding: 0, visibility: 4, buffer: { type: "storage" } }], // 4 = GPUShaderStage.COMPUTE
  });
  const size = 4 * Math.max(1, sites);
  const buffer = device.createBuffer({ size, usage: 0x80 | 0x4 | 0x8 }); // STORAGE | COPY_SRC | COPY_DST
  const group = device.createBindGroup({ layout, entries: [{ binding: 0, resource: { buffer } }] });
  const createPipelineLayout = device.createPipelineLayout.bind(device);
  device.createPipelineLayout = (descriptor) =>
    createPipelineLayout({ ...descriptor, bindGroupLayouts: [...descriptor.bindGroupLayouts, layout] });
  const createCommandEncoder = device.createCommandEncoder.bind(device);
  device.createCommandEncoder = (descriptor) => {
    const encoder = createCommandEncoder(descriptor);
    const beginComputePass = encoder.beginComputePass.bind(encoder);
    encoder.beginComputePass = (options) => {
      const pass = beginComputePass(options);
      pass.setBindGroup(guardGroup, group);
      return pass;
    };
    return encoder;
  };
  return {
    look: async () => {
      const staging = device.createBuffer({ size, usage: 0x1 | 0x8 }); // MAP_READ | COPY_DST
      const encoder = createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, 0, staging, 0, size);
      encoder.clearBuffer(buffer);
      device.queue.submit([encoder.finish()]);
      await staging.mapAsync(0x1);
      const found = new Map<number, number>();
      for (const [i, word] of new Uint32Array(staging.getMappedRange()).entries())
        if (word !== 0) found.set(i, word);
      staging.destroy();
      return found;
    },
  };
}
