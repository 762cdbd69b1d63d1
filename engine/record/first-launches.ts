/**
 * @file lavapipe compiles a pipeline when it is first launched, one after the other in the thread of a device's queue. So
 * before the first step each is launched once, on several devices at the same time: what one of them has compiled, the others
 * find in Mesa's shader cache. Without that cache (MESA_SHADER_CACHE_DISABLE) the first step compiles the others' share again.
 */
import { platform } from "#platform";
import type { CompiledKernel, PipelineRequest } from "../kernel.ts";
import { Pipelines } from "../pipelines.ts";
import { readSource } from "../source.ts";

const mostDevices = 4;
const pipelinesPerDevice = 4; // fewer are compiled before another device has opened

/**
 * Launches the pipelines of `requests`, which `own` has created on `device`; `open` opens one more device of the same adapter.
 * What fails here costs time only: a pipeline not compiled now is compiled later, and a lost device is reported where it is used.
 */
export async function launchFirst(
  device: GPUDevice,
  own: Pipelines,
  requests: readonly PipelineRequest[],
  open: () => Promise<GPUDevice>,
): Promise<void> {
  const length = ({ definition }: PipelineRequest) => readSource(definition).length;
  const queue = [...requests].sort((a, b) => length(b) - length(a)); // the longest shader first, so that all end together
  const devices = Math.min(mostDevices, platform.processors(), Math.floor(queue.length / pipelinesPerDevice));
  const helpers = Array.from({ length: Math.max(0, devices - 1) }, async () => {
    const helper = await open();
    await launchFrom(queue, helper, new Pipelines(helper, (_, check) => ignore(check))).finally(() =>
      helper.destroy(),
    );
  });
  await Promise.allSettled([launchFrom(queue, device, own), ...helpers]);
}

function ignore(check: Promise<unknown>): void {
  check.catch(() => {});
}

/** Takes requests from the queue until none is left. */
async function launchFrom(queue: PipelineRequest[], device: GPUDevice, pipelines: Pipelines): Promise<void> {
  const buffers: GPUBuffer[] = [];
  for (let request = queue.shift(); request; request = queue.shift()) {
    await pipelines.create([request]);
    launch(device, pipelines.get(request), buffers);
    await platform.patiently(device.queue.onSubmittedWorkDone());
  }
  for (const buffer of buffers) buffer.destroy();
}

/**
 * One workgroup over buffers of zeros: what it writes does not matter, nor whether it needs larger ones. They are cleared before
 * each launch, since what another kernel left there may be a number of turns that takes minutes.
 */
function launch(
  device: GPUDevice,
  { pipeline, layout, bindings }: CompiledKernel,
  buffers: GPUBuffer[],
): void {
  const entries = bindings.map(({ index }, i): GPUBindGroupEntry => {
    buffers[i] ??= device.createBuffer({ size: 4096, usage: 0x80 | 0x40 | 0x8 }); // STORAGE | UNIFORM | COPY_DST
    return { binding: index, resource: { buffer: buffers[i] } };
  });
  device.pushErrorScope("validation");
  const encoder = device.createCommandEncoder();
  for (let i = 0; i < bindings.length; i++) encoder.clearBuffer(buffers[i]!);
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
  pass.dispatchWorkgroups(1);
  pass.end();
  device.queue.submit([encoder.finish()]);
  ignore(device.popErrorScope());
}
