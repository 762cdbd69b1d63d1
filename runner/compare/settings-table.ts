/** @file What runs were made with, setting by setting: those that differ, and those that do not. */
import { ownEntry } from "../../models/records.ts";
import type { SavedRun } from "../store/saved-run.ts";

export interface Setting {
  readonly name: string;
  /** one per run, as text; "" where a run does not have it */
  readonly values: readonly string[];
}

/** Every setting of the runs, in the order of the first run that has it. */
export function settingsOf(runs: readonly SavedRun[]): { differing: Setting[]; common: Setting[] } {
  const each = runs.map(settingsOfRun);
  const names = [...new Set(each.flatMap((settings) => [...settings.keys()]))];
  const settings = names.map((name) => ({ name, values: each.map((values) => values.get(name) ?? "") }));
  const known = ({ values }: Setting) => new Set(values.filter((value) => value !== ""));
  return {
    differing: settings.filter((setting) => known(setting).size > 1),
    common: settings.filter((setting) => known(setting).size === 1),
  };
}

function settingsOfRun({ config, result }: SavedRun): Map<string, string> {
  const { experiment, settings, dataset, adapter, versions, commit } = config;
  const entries: [string, unknown][] = [
    ["experiment", experiment],
    ...Object.entries(settings).map(([name, value]): [string, unknown] => [settingName(name), value]),
    ["parameters", result?.parameters],
    ["data set", dataset.id],
    ["origin of the data", dataset.origin],
    ["training images of the data set", dataset.train],
    ["test images of the data set", dataset.test],
    ["adapter", adapter.description ?? adapter.class],
    ...Object.entries(versions).map(([name, version]): [string, unknown] => [`version of ${name}`, version]),
    ["commit", commit],
  ];
  return new Map(
    entries
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([name, value]) => [name, shown(value)]),
  );
}

const settingNames: Record<string, string> = {
  limit: "training images used at most",
  testLimit: "test images used at most",
};

function settingName(name: string): string {
  return ownEntry(settingNames, name) ?? name;
}

function shown(value: unknown): string {
  if (typeof value === "number") return value.toLocaleString("en-US", { maximumFractionDigits: 8 });
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
