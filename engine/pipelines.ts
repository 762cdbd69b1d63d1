/**
 * @file The pipeline cache: one compute pipeline per kernel and set of constants. Constants hold shapes, so each new batch size
 * has pipelines of its own, about 0.5 MB each on lavapipe: those used last are kept. A recording keeps its own in any case.
 */
import { platform } from "#platform";
import { KernelError } from "./errors.ts";
import { type CompiledKernel, loadShader, type PipelineRequest } from "./kernel.ts";
import type { Binding } from "./shader.ts";

/** More than the steps of our largest network have, for training and evaluation, with whole batches and the rest. */
const mostPipelines = 256;

interface CachedKernel extends CompiledKernel {
  /** for whom prepare() made it: it goes when all of them have let go */
  readonly users: Set<object>;
}

interface PipelineOptions {
  readonly most?: number;
  readonly shaders?: Readonly<Record<string, string>>;
}

export class Pipelines {
  readonly #device: GPUDevice;
  /** the one used last at the end */
  readonly #compiled = new Map<string, CachedKernel>();
  readonly #usual: number;
  /** `#usual`, or what the last step needs */
  #most: number;
  readonly #shaders: ReadonlyMap<string, string>;
  readonly #kernels = new Set<string>();
  readonly #report: (pipeline: GPUComputePipeline, check: Promise<unknown>) => void;
  readonly #launch: ((fresh: readonly PipelineRequest[]) => Promise<void>) | undefined;

  /**
   * `report` receives a promise for every pipeline of get(); it rejects with a KernelError if the shader is wrong. `launch` is for drivers
   * that compile a pipeline when it is first launched: it launches what prepare() has created. At most `most` pipelines are
   * kept, or as many as one create() asks for. `shaders` are texts by kernel that stand in the place of the kernels' own.
   */
  constructor(
    device: GPUDevice,
    report: (pipeline: GPUComputePipeline, check: Promise<unknown>) => void,
    launch?: (fresh: readonly PipelineRequest[]) => Promise<void>,
    { most = mostPipelines, shaders = {} }: PipelineOptions = {},
  ) {
    this.#device = device;
    this.#report = report;
    this.#launch = launch;
    this.#usual = most;
    this.#most = most;
    this.#shaders = new Map(Object.entries(shaders));
  }

  /** Ids of all kernels that were compiled so far. */
  get kernels(): ReadonlySet<string> {
    return this.#kernels;
  }

  get count(): number {
    return this.#compiled.size;
  }

  /** The pipeline for `request`, compiled now if it is new. Errors surface at the next awaited call. */
  get(request: PipelineRequest): CompiledKernel {
    const known = this.#touch(request.key);
    if (known) return known;
    this.#device.pushErrorScope("validation");
    const { descriptor, layout, bindings, code, module } = this.#describe(request);
    const pipeline = this.#device.createComputePipeline(descriptor);
    const check = this.#device.popErrorScope().then((error) => {
      if (!error) return;
      if (this.#compiled.get(request.key)?.pipeline === pipeline) this.#compiled.delete(request.key);
      return fail(request, module, code, error.message);
    });
    this.#report(pipeline, check);
    return this.#remember(request, { pipeline, layout, bindings });
  }

  /** Makes many pipelines ready to run, compiled in parallel, for `user` to release(). Rejects with the first KernelError. */
  async prepare(requests: readonly PipelineRequest[], user?: object): Promise<void> {
    const fresh = await this.create(requests);
    if (user) for (const { key } of requests) this.#compiled.get(key)?.users.add(user);
    await this.#launch?.(fresh);
  }

  /** Lets go of the pipelines that were prepared for `user` alone. */
  release(user: object): void {
    for (const [key, { users }] of this.#compiled)
      if (users.delete(user) && users.size === 0) this.#compiled.delete(key);
  }

  /** Lets go of all pipelines; what is used again is compiled again. */
  clear(): void {
    this.#compiled.clear();
  }

  /** Creates many pipelines in parallel; returns the requests for new ones. Rejects with the first KernelError. */
  async create(requests: readonly PipelineRequest[]): Promise<readonly PipelineRequest[]> {
    const wanted = new Map(requests.map((request) => [request.key, request]));
    this.#most = Math.max(this.#usual, wanted.size);
    const fresh = [...wanted.values()].filter(({ key }) => !this.#touch(key));
    await platform.patiently(Promise.all(fresh.map((request) => this.#compile(request))));
    return fresh;
  }

  /** The pipeline is the one used last now. */
  #touch(key: string): CachedKernel | undefined {
    const known = this.#compiled.get(key);
    if (!known) return undefined;
    this.#compiled.delete(key);
    this.#compiled.set(key, known);
    return known;
  }

  async #compile(request: PipelineRequest): Promise<void> {
    this.#device.pushErrorScope("validation"); // of the module; the pipeline's comes as a rejection
    const { descriptor, layout, bindings, code, module } = this.#describe(request);
    void this.#device.popErrorScope();
    try {
      const pipeline = await this.#device.createComputePipelineAsync(descriptor);
      this.#remember(request, { pipeline, layout, bindings });
    } catch (cause) {
      await fail(request, module, code, cause instanceof Error ? cause.message : String(cause));
    }
  }

  #remember(request: PipelineRequest, compiled: CompiledKernel): CompiledKernel {
    const users = this.#compiled.get(request.key)?.users ?? new Set();
    const entry = { ...compiled, users };
    this.#compiled.set(request.key, entry);
    const surplus = this.#compiled.size - this.#most;
    for (const key of [...this.#compiled.keys()].slice(0, Math.max(0, surplus))) this.#compiled.delete(key);
    return entry;
  }

  #describe(request: PipelineRequest) {
    const label = request.definition.name;
    const { code, bindings } = loadShader(request, this.#shaders.get(label));
    this.#kernels.add(label);
    const module = this.#device.createShaderModule({ code, label });
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
