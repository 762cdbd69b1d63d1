/** @file From a declaration to the experiment that runs: checked, with its defaults. */
import { datasetIds } from "../../datasets/sources/load-dataset.ts";
import { ArgumentError, nearest } from "../../engine/errors.ts";
import {
  checkFunction,
  checkOption,
  checkOptionNames,
  type OptionNames,
  written,
} from "../../engine/options.ts";
import type { Optimizer } from "../../kernels/optimizers/index.ts";
import { Model } from "../../models/model.ts";
import {
  type LossKind,
  type MetricKind,
  metricEntries,
  Objective,
} from "../../models/objective/objective.ts";
import { optimizerNamed } from "../changes.ts";
import type { Profile, ProfileName, PublishedFigure, TrainingExperiment } from "../experiment.ts";
import type { ExperimentDeclaration } from "./define.ts";

const names: OptionNames<ExperimentDeclaration> = {
  ...{ id: true, title: true, question: true, network: true, dataset: true, optimizer: true, loss: true },
  ...{ metrics: true, epochs: true, batch: true, limit: true, testLimit: true, quick: true },
  ...{ validation: true, generator: true, callbacks: true, published: true },
};

const profileNames: OptionNames<Partial<Profile>> = {
  ...{ epochs: true, batch: true, limit: true, testLimit: true, description: true },
};

/** Where it is declared: `name` is used without an id. */
export interface Place {
  readonly name: string;
  readonly file: { readonly path: string; readonly sha256: string };
  /** calls what the user wrote, so that its errors say where they arose */
  readonly call: <T>(what: string, action: () => T) => T;
}

/** Throws ArgumentError for what is missing, misspelt or of another kind. */
export function experimentOf(declaration: ExperimentDeclaration, place: Place): TrainingExperiment {
  checkOptionNames("experiment", declaration, names);
  const { id = place.name, title = id, question = "", loss, dataset, published = [] } = declaration;
  for (const [name, value] of Object.entries({ id, title, question })) {
    if (typeof value !== "string")
      throw new ArgumentError(`experiment: ${name} ${missingOr(value, "a text")}`);
  }
  if (!isKind(loss))
    throw new ArgumentError(`experiment: loss ${missingOr(loss, "a name, or a function of tensors")}`);
  if (!/^\w[\w.-]*$/.test(id)) {
    throw new ArgumentError(
      `experiment: id names a folder: letters, digits, "-", "_" and "." only, got ${written(id)}.`,
    );
  }
  checkFunction("experiment", "network", declaration.network);
  const network = (profile: ProfileName) => {
    const made = place.call("network", () => declaration.network(profile));
    if (made instanceof Model) return made;
    throw new ArgumentError(`experiment: network must return a model, got ${written(made)}.`);
  };
  const model = network("full");
  const metrics = metricsOf(declaration);
  checkObjective(model, loss, metrics);
  const { validation, generator, callbacks } = declaration;
  checkPublished(published);
  if (callbacks !== undefined) checkFunction("experiment", "callbacks", callbacks);
  return {
    ...{ id, kind: "training", title, question, published, file: place.file },
    source: { text: "Own experiment", question: "-" },
    dataset: dataOf(dataset, place),
    parameters: model.parameterCount,
    network,
    optimizer: optimizerOf(declaration.optimizer ?? "adam", place),
    ...{ loss, metrics },
    ...(validation === undefined ? {} : { validation: checkedValidation(validation) }),
    ...(generator === undefined ? {} : { generator: generatorOf(generator, place) }),
    ...(callbacks === undefined ? {} : { callbacks: () => place.call("callbacks", callbacks) }),
    profiles: profilesOf(declaration),
  };
}

function missingOr(value: unknown, expected: string): string {
  return value === undefined
    ? `is missing: it must be ${expected}.`
    : `must be ${expected}, got ${written(value)}.`;
}

/** The metrics by the names of their results. */
function metricsOf({ metrics, loss }: ExperimentDeclaration): Readonly<Record<string, MetricKind>> {
  const overClasses = typeof loss === "string" && /^(sparse_)?categorical|^(sparse_)?softmax/.test(loss);
  const chosen = metrics ?? (overClasses ? ["accuracy"] : []);
  const expected = "a list or a record of names and functions";
  if (typeof chosen !== "object" || chosen === null)
    throw new ArgumentError(`experiment: metrics must be ${expected}, got ${written(chosen)}.`);
  const entries = metricEntries(chosen);
  const wrong = entries.find(([, kind]) => !isKind(kind));
  if (wrong) throw new ArgumentError(`experiment: metrics must be ${expected}, got ${written(wrong[1])}.`);
  const names = entries.map(([name]) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new ArgumentError(`experiment: two metrics would be named "${twice}": give names, { mine: ... }.`);
  return Object.fromEntries(entries);
}

function isKind(value: unknown): value is LossKind | MetricKind {
  return typeof value === "string" || typeof value === "function";
}

/** Throws ArgumentError for a name or an option that compile() would refuse. */
function checkObjective(model: Model, loss: LossKind, metrics: Readonly<Record<string, MetricKind>>): void {
  const outputs = model.outputs.map(({ shape }, i) => ({ name: model.outputNames[i]!, shape }));
  new Objective(outputs, loss, metrics);
}

function dataOf(dataset: ExperimentDeclaration["dataset"], place: Place): TrainingExperiment["dataset"] {
  if (typeof dataset === "function") return { load: async () => place.call("dataset", dataset) };
  if (typeof dataset === "object" && dataset !== null) return { load: async () => dataset };
  if (datasetIds.includes(dataset)) return dataset;
  const near = typeof dataset === "string" ? nearest(dataset, datasetIds) : undefined;
  const what = dataset === undefined ? "is missing" : `is ${written(dataset)}, which wgrad does not know`;
  const hint = near ? ` Did you mean "${near}"?` : "";
  throw new ArgumentError(
    `experiment: dataset ${what}.${hint} One of ${datasetIds.join(", ")}, or arrays of your own: { train: { x, shape, y }, test }.`,
  );
}

function optimizerOf(
  optimizer: NonNullable<ExperimentDeclaration["optimizer"]>,
  place: Place,
): () => Optimizer {
  if (typeof optimizer === "string") {
    const make = optimizerNamed("experiment: optimizer", optimizer);
    return () => make({});
  }
  const make = typeof optimizer === "function" ? () => place.call("optimizer", optimizer) : () => optimizer;
  const made = make();
  if (typeof made?.apply === "function" && typeof made.name === "string") return make;
  throw new ArgumentError(
    `experiment: optimizer must be one, e.g. adam(), or its name, got ${written(made)}.`,
  );
}

function checkedValidation(validation: unknown): NonNullable<TrainingExperiment["validation"]> {
  const { take, fraction } = (validation ?? {}) as { take?: unknown; fraction?: unknown };
  const ends = ["last", "first", "random"].includes(take as string);
  const isPart = typeof fraction === "number" && fraction > 0 && fraction < 1;
  if (validation === "test" || (ends && isPart)) return validation as "test";
  throw new ArgumentError(
    `experiment: validation must be "test" or { take: "last", "first" or "random", fraction: between 0 and 1 }, got ${written(validation)}.`,
  );
}

function generatorOf(generator: NonNullable<ExperimentDeclaration["generator"]>, place: Place) {
  if (typeof generator !== "function") return () => generator;
  return (profile: ProfileName) => place.call("generator", () => generator(profile));
}

function checkPublished(published: unknown): void {
  const isFigure = (figure: Partial<PublishedFigure> | null) =>
    typeof figure?.value === "number" &&
    [figure.name, figure.measure, figure.source].every((text) => typeof text === "string");
  if (Array.isArray(published) && published.every(isFigure)) return;
  throw new ArgumentError(
    `experiment: published must be a list of { name, measure, value, source }, got ${written(published)}.`,
  );
}

function profilesOf(declaration: ExperimentDeclaration): TrainingExperiment["profiles"] {
  const { epochs = 10, batch = 32, limit, testLimit, quick } = declaration;
  const limits = {
    ...(limit === undefined ? {} : { limit }),
    ...(testLimit === undefined ? {} : { testLimit }),
  };
  const full: Profile = { epochs, batch, ...limits, description: "the experiment as it is declared" };
  checkCounts("experiment", full);
  if (quick === undefined) return { full, quick: full };
  checkOptionNames("experiment: quick", quick, profileNames);
  const smaller: Profile = { ...full, description: "a smaller run, as the experiment declares it", ...quick };
  checkCounts("experiment: quick", smaller);
  return { full, quick: smaller };
}

function checkCounts(name: string, { epochs, batch, limit, testLimit }: Profile): void {
  for (const [option, value] of Object.entries({ epochs, batch, limit, testLimit })) {
    if (value === undefined) continue;
    checkOption(name, option, value, () => Number.isInteger(value) && value >= 1, "a positive whole number");
  }
}
