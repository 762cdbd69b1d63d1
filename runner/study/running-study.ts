/** @file A study that runs: its parts are trained in the folder of the run, or found there and in others. */
import { dirname, join } from "node:path";
import type { Engine } from "../../engine/device.ts";
import { InterruptedError } from "../../engine/errors.ts";
import { makeFolder } from "../../engine/platform/node/files.ts";
import type { Model } from "../../models/model.ts";
import { saveWeights } from "../../models/weights/model-weights.ts";
import { formatCount } from "../../report/format.ts";
import type { Block, FreeSection } from "../../report/run-report.ts";
import type { StudyExperiment } from "../experiment.ts";
import type { RunContext } from "../run.ts";
import { imagesOnly } from "../samples.ts";
import { shown } from "../store/run-folder.ts";
import type { RunConfig, RunSettings } from "../store/schemas.ts";
import type { PartOptions, TrainedPart } from "./part.ts";
import type { Measure, MeasureOptions, Study } from "./study.ts";
import { StudyData } from "./study-data.ts";
import { compilePart, copyPart, describePart, isFinished, loadPart, trainPart } from "./study-part.ts";
import { findFinishedPart } from "./study-reuse.ts";

export class RunningStudy implements Study {
  readonly engine: Engine;
  readonly settings: RunSettings;
  readonly data: StudyData;
  readonly parts: TrainedPart[] = [];
  readonly sections: FreeSection[] = [];
  readonly measures = new Map<string, Measure>();
  protected readonly context: RunContext<StudyExperiment>;
  readonly #config: RunConfig;
  /** of all parts, unfinished ones too */
  readonly #models: Model[] = [];

  constructor(context: RunContext<StudyExperiment>, config: RunConfig) {
    const { engine, dataset, settings, experiment } = context;
    this.context = context;
    this.#config = config;
    this.engine = engine;
    this.settings = settings;
    this.data = new StudyData(
      engine,
      imagesOnly(dataset),
      settings,
      settings.validation ?? experiment.validation,
    );
  }

  get quick(): boolean {
    return this.settings.profile === "quick";
  }

  get main(): TrainedPart | undefined {
    return this.parts.find(({ name }) => name === this.#mainName);
  }

  get #mainName(): string | undefined {
    return this.context.experiment.main?.part(this.settings.profile);
  }

  get literal(): boolean {
    return this.settings.literal;
  }

  get classes(): readonly string[] {
    return this.data.classes;
  }

  pick<T>(inFull: T, quick: T): T {
    return this.quick ? quick : inFull;
  }

  step(text: string): void {
    if (this.context.signal.aborted)
      throw new InterruptedError("Interrupted between two steps of the study.");
    this.context.events.line(text);
  }

  line(text: string): void {
    this.context.events.line(text);
  }

  async train(name: string, options: PartOptions): Promise<TrainedPart> {
    const count = formatCount(options.model.parameterCount);
    this.step(`part ${this.parts.length + 1}: ${name}, ${count} parameters`);
    this.#models.push(options.model);
    await compilePart(this.context, options);
    if (name === this.#mainName) await this.#saveInitial(options.model);
    const part = await this.obtain(name, options);
    this.parts.push(part);
    return part;
  }

  measure(name: string, value: number, options: MeasureOptions = {}): void {
    this.measures.set(name, { value, ...options });
  }

  section(title: string, ...blocks: Block[]): void {
    this.sections.push({ title, blocks });
  }

  async save(part: TrainedPart, model: Model, file: string): Promise<string> {
    const path = join(this.folderOf(part.name), `${file}.safetensors`);
    makeFolder(dirname(path));
    await saveWeights(model, path);
    return path;
  }

  /** Frees the GPU memory of parts and images. */
  dispose(): void {
    for (const model of this.#models) model.dispose();
    this.data.dispose();
  }

  /** The part, trained now or before. Its model is compiled and has its first weights. */
  protected async obtain(name: string, options: PartOptions): Promise<TrainedPart> {
    const folder = this.folderOf(name);
    makeFolder(folder);
    const description = describePart(this.context, options);
    if (isFinished(folder, description)) {
      this.line("  finished before: loaded");
      return await loadPart(name, folder, options);
    }
    const { reuse = [] } = options;
    const found = findFinishedPart(reuse, name, description, this.#config, this.context.folder);
    if (!found) return trainPart(this.context, name, folder, options);
    this.line(`  trained by ${shown(found.run)} with the same settings: loaded`);
    copyPart(found.folder, folder);
    return await loadPart(name, folder, options, found.run);
  }

  async #saveInitial(model: Model): Promise<void> {
    const { saveInitial, folder } = this.context;
    if (saveInitial) await saveWeights(model, join(folder, "initial.safetensors"));
  }

  protected folderOf(part: string): string {
    return join(this.context.folder, "parts", part);
  }
}
