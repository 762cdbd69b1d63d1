/** @file The experiment that was named: by its id, or by the file that declares it. */
import { existsSync } from "node:fs";
import { UsageError } from "../engine/errors.ts";
import { experiments, findExperiment } from "../experiments/registry.ts";
import type { Experiment } from "../runner/experiment.ts";
import { isFile, loadExperiment } from "../runner/own/load.ts";
import { shown } from "../runner/store/run-folder.ts";
import type { RunConfig } from "../runner/store/schemas.ts";

/** Throws UsageError if there is none, FileError if its file is not sound. */
export async function findNamed(name: string): Promise<Experiment> {
  if (isFile(name)) return loadOwn(name);
  const file = [".ts", ".mts", ".js", ".mjs"]
    .map((ending) => `./${name}${ending}`)
    .find((path) => existsSync(path));
  if (file && !experiments.some(({ id }) => id === name))
    throw new UsageError(`There is no experiment "${name}". Did you mean the file ${file}?`);
  return findExperiment(name);
}

/** That of a run folder, by its config.json. `line` tells if its file is another one than then. */
export async function findRecorded(
  { experiment: id, file }: RunConfig,
  line: (text: string) => void,
): Promise<Experiment> {
  if (!file) return findExperiment(id);
  if (!existsSync(file.path))
    throw new UsageError(`The run is of an experiment in ${shown(file.path)}, which is gone. Name its file.`);
  const experiment = await loadOwn(file.path);
  if (experiment.file?.sha256 !== file.sha256)
    line(`note: ${shown(file.path)} has been changed since the run began.`);
  return experiment;
}

async function loadOwn(path: string): Promise<Experiment> {
  const experiment = await loadExperiment(path);
  const { id } = experiment;
  if (!experiments.some((known) => known.id === id)) return experiment;
  throw new UsageError(`${path}: "${id}" is an experiment of wgrad: give yours another id or file name.`);
}
