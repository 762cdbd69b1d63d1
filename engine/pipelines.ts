/** @file The pipeline cache: one compute pipeline per kernel and set of constants, compiled once. */
import { KernelError } from "./errors.ts";
import { type CompiledKernel, loadShader, type PipelineRequest } from "./kernel.ts";
import { patiently } from "./patience.ts";
import type { Binding } from "./shader.ts";

export class Pipelines {
  readonly #device: GPUDevice;
  readonly #compiled = new Map<string, CompiledKernel>();
  readonly #report: (check: Promise<unknown>) => void;
  readonly #launch: ((fresh: readonly PipelineRequest[]) => Promise<void>) | undefined;

  /**
   * `report` receives a promise per compilation; it rejects with a KernelError if the shader is wrong. `launch` is for drivers
   * that compile a pipeline when it is first launched: it launches what prepare() has created.
   */
  constructor(
    device: GPUDevice,
    report: (check: Promise<unknown>) => void,
    launch?: (fresh: readonly PipelineRequest[]) => Promise<void>,
  ) {
    this.#device = device;
    this.#report = report;
    this.#launch = launch;
  }

  get count(): number {
    return this.#compiled.size;
  }

  /** The pipeline for `request`, compiled now if it is new. Errors surface at the next awaited call. */
  get(request: PipelineRequest): CompiledKernel {
    const known = this.#compiled.get(request.key);
    if (known) return known;
    const { descriptor, layout, bindings, code, module } = this.#describe(request);
    this.#device.pushErrorScope("validation");
    const pipeline = this.#device.createComputePipeline(descriptor);
    this.#report(
      this.#device.popErrorScope().then((error) => error && fail(request, module, code, error.message)),
    );
    return this.#remember(request, { pipeline, layout, bindings });
  }

  /** Makes many pipelines ready to run, compiled in parallel. Rejects with the first KernelError. */
  async prepare(requests: Iterable<PipelineRequest>): Promise<void> {
    const fresh = await this.create(requests);
    await this.#launch?.(fresh);
  }

  /** Creates many pipelines in parallel; returns the requests for new ones. Rejects with the first KernelError. */
  async create(requests: Iterable<PipelineRequest>): Promise<readonly PipelineRequest[]> {
    const fresh = new Map([...requests].map((request) => [request.key, request]));
    for (const key of this.#compiled.keys()) fresh.delete(key);
    const compilations = [...fresh.values()].map((request) => this.#compile(request));
    await patiently(Promise.all(compilations));
    return [...fresh.values()];
  }

  async #compile(request: PipelineRequest): Promise<void> {
    const { descriptor, layout, bindings, code, module } = this.#describe(request);
    try {
      const pipeline = await this.#device.createComputePipelineAsync(descriptor);
      this.#remember(request, { pipeline, layout, bindings });
    } catch (cause) {
      await fail(request, module, code, cause instanceof Error ? cause.message : String(cause));
    }
  }

  #remember(request: PipelineRequest, compiled: CompiledKernel): CompiledKernel {
    this.#compiled.set(request.key, compiled);
    return compiled;
  }

  #describe(request: PipelineRequest) {
    const { code, bindings } = loadShader(request);
    const label = request.definition.name;
    this.#device.pushErrorScope("validation");
    const module = this.#device.createShaderModule({ code, label });
    this.#report(
      this.#device.popErrorScope().then((error) => error && fail(request, module, code, error.message)),
    );
    const layout = this.#device.createBindGroupLayout({ label, entries: bindings.map(layoutEntry) });
    const descriptor: GPUComputePipelineDescriptor = {
      label,
      layout: this.#device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main" },
    };
    return { descriptor, layout, bindings, code, module };
  }
}

function layoutEntry(binding: Binding): GPUBindGroupLayoutEntry {
  const type = ({ read: "read-only-storage", write: "storage", uniform: "uniform" } as const)[binding.access];
  return { binding: binding.index, visibility: 4, buffer: { type } }; // 4 = GPUShaderStage.COMPUTE
}

async function fail(
  request: PipelineRequest,
  module: GPUShaderModule,
  code: string,
  message: string,
): Promise<never> {
  const { messages } = await module.getCompilationInfo();
  const lines = code.split("\n");
  const details = messages.map(({ lineNum, message: text }) => {
    const from = Math.max(0, lineNum - 3);
    const excerpt = lines.slice(from, lineNum + 1).map((line, i) => `  ${from + i + 1} | ${line}`);
    return `line ${lineNum}: ${text}\n${excerpt.join("\n")}`;
  });
  const constants = JSON.stringify(request.constants);
  throw new KernelError(
    `${request.definition.name}.wgsl does not compile with ${constants}.\n${details.join("\n") || message}`,
  );
}
