/** @file What compile() was given and where training stands, as plain data. */
import { ArgumentError, FileError } from "../../engine/errors.ts";
import { written } from "../../engine/options.ts";
import { sameShape } from "../../engine/shape.ts";
import type { LossScaleState } from "../../kernels/loss-scale/index.ts";
import type { CompileOptions } from "../fit/compile-options.ts";
import type { Session } from "../fit/session.ts";
import { replaceIn } from "../layers/config.ts";
import { type OptimizerChoice, optimizer, optimizersByName } from "../optimizer-names.ts";
import { isRecord } from "../records.ts";
import type { SafetensorsTensor } from "../weights/safetensors.ts";

/** Options of compile() that a file can hold, and the names of those that were functions. */
export interface CompiledRecord {
  readonly options: Readonly<Record<string, unknown>>;
  readonly missing: readonly string[];
}

/** Where training stands; moments of the optimizer lie beside it as tensors. */
export interface TrainingRecord {
  readonly step: number;
  readonly seed: number;
  readonly learningRate: number;
  readonly optimizer: string;
  /** of mixed precision, once it was used */
  readonly lossScale?: (LossScaleState & { readonly growthSteps: number }) | undefined;
}

/** Options whose values may be functions. */
const nameable = ["optimizer", "loss", "metrics", "weightedMetrics"] as const;

export function compiledRecord(options: CompileOptions & { readonly optimizer: { readonly name: string } }) {
  const { engine: _, optimizer: chosen, ...rest } = options;
  const described = describedOptimizer(chosen);
  const all: Readonly<Record<string, unknown>> = { ...rest, optimizer: described };
  const missing = nameable.filter((name) => options[name] !== undefined && holdsFunction(all[name], name));
  const kept = Object.entries(all).filter(([name]) => !missing.some((lacking) => lacking === name));
  return { options: Object.fromEntries(kept), missing } satisfies CompiledRecord;
}

/** Its options, if an optimizer made of them is the same; a schedule or one of the user's own is none. */
function describedOptimizer(chosen: OptimizerChoice): unknown {
  const { name, config } = optimizer(chosen);
  return Object.hasOwn(optimizersByName, name) && !config.scheduled ? config : undefined;
}

function holdsFunction(value: unknown, name: string): boolean {
  let found = name === "optimizer" && value === undefined;
  replaceIn(value, (part) => {
    if (typeof part === "function") found = true;
    return undefined;
  });
  return found;
}

/** Where training of a compiled model stands. */
export async function trainingRecord(session: Session): Promise<TrainingRecord> {
  const { seed, learningRate, keptLossScale } = session;
  const { step } = await session.step.read();
  const scale = keptLossScale && { ...(await keptLossScale.read()), growthSteps: keptLossScale.growthSteps };
  return { step, seed, learningRate, optimizer: session.optimizer.name, ...(scale && { lossScale: scale }) };
}

/** The options to compile a loaded model with. Throws ArgumentError if one that could not be saved is not given. */
export function compileOptions(
  what: string,
  record: unknown,
  given: Partial<CompileOptions>,
): CompileOptions {
  const { options, missing } = isRecord(record) ? record : {};
  if (!isRecord(options) || !Array.isArray(missing))
    throw new FileError(`${what}: its compile options are damaged: ${written(record)}.`);
  const lacking = missing.filter((name) => !(String(name) in given));
  if (lacking.length > 0) {
    const names = lacking.join(" and ");
    throw new ArgumentError(
      `loadModel: ${what} was saved without its ${names}, a function: give it, loadModel(path, { compile: { ${lacking.join(", ")} } }), ` +
        "or load the model alone with { compile: false }.",
    );
  }
  return { ...options, ...given } as unknown as CompileOptions;
}

/** Sets the moments and the position of the session of a model that is compiled as it was. Throws FileError for moments that do not fit. */
export function restoreTraining(
  what: string,
  session: Session,
  record: unknown,
  slots: ReadonlyMap<string, SafetensorsTensor>,
): void {
  const { step, seed, learningRate, optimizer: name, lossScale } = checkedTraining(what, record);
  if (name !== session.optimizer.name) {
    throw new ArgumentError(
      `loadModel: ${what} has the moments of ${name}, compile has ${session.optimizer.name}. To train with another optimizer, ` +
        "load with { compile: false } and compile then.",
    );
  }
  const { shapes } = session.state;
  const values = new Map<string, Float32Array>();
  for (const [slot, shape] of shapes) {
    const found = slots.get(slot);
    if (!found || !sameShape(found.shape, shape) || !(found.data instanceof Float32Array))
      throw new FileError(`${what}: the optimizer's ${slot} is missing, or of another shape or type.`);
    values.set(slot, found.data);
  }
  if (slots.size > shapes.size)
    throw new FileError(
      `${what}: it has ${slots.size} moments of the optimizer, ${shapes.size} are expected.`,
    );
  session.seed = seed;
  session.state.write(values);
  session.step.set({ step, seed });
  session.learningRate = learningRate;
  if (lossScale) {
    session.setPrecision("mixed", { dynamicGrowthSteps: lossScale.growthSteps });
    session.lossScale!.write(lossScale);
    session.setPrecision("float32");
  }
}

function checkedTraining(what: string, record: unknown): TrainingRecord {
  const isCount = (value: unknown) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32 - 2;
  const { step, seed, learningRate, optimizer: name, lossScale } = isRecord(record) ? record : {};
  const scale = isRecord(lossScale) ? lossScale : undefined;
  const sound =
    isCount(step) &&
    Number.isInteger(seed) &&
    (seed as number) >= 0 &&
    (seed as number) < 2 ** 32 &&
    typeof learningRate === "number" &&
    learningRate >= 0 &&
    typeof name === "string" &&
    (lossScale === undefined ||
      (typeof scale?.scale === "number" &&
        scale.scale > 0 &&
        [scale.goodSteps, scale.skipped, scale.growthSteps].every(isCount)));
  if (sound) return record as unknown as TrainingRecord;
  throw new FileError(`${what}: where training stood is damaged: ${written(record)}.`);
}
