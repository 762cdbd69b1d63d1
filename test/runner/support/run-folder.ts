/** @file Run folders as `npm run train` writes them, with made-up figures. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface FolderContent {
  readonly experiment?: string;
  readonly started?: string;
  readonly settings?: Record<string, unknown>;
  readonly dataset?: Record<string, unknown>;
  readonly measured?: Record<string, unknown>;
  readonly published?: readonly Record<string, unknown>[];
  readonly history?: Record<string, readonly (number | null)[]>;
  /** what else result.json holds */
  readonly more?: Record<string, unknown>;
  /** false leaves result.json out */
  readonly finished?: boolean;
  /** file name without ending -> text of the SVG */
  readonly figures?: Record<string, string>;
}

const dataset = { id: "svhn", origin: "official", note: "", train: 73_257, test: 26_032, files: [] };

/** Writes the files and returns the folder. */
export function writeRunFolder(folder: string, content: FolderContent = {}): string {
  const { experiment = "svhn-c", finished = true, measured = {}, published = [], figures = {} } = content;
  mkdirSync(join(folder, "figures"), { recursive: true });
  const json = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
  const settings = { profile: "full", epochs: 3, batch: 1280, limit: null, seed: 1, ...content.settings };
  const adapter = { class: "lavapipe", description: "llvmpipe" };
  const data = { ...dataset, ...content.dataset };
  json("config.json", {
    experiment,
    command: `npm run train -- ${experiment} --profile full --seed 1`,
    settings,
    started: content.started ?? "2026-11-22T04:00:00.000Z",
    adapter,
    versions: { wgrad: "0.1.0" },
    commit: null,
    dataset: data,
  });
  if (content.history) json("history.json", content.history);
  if (finished) {
    const { origin, train, test } = data;
    const { epochs, seed, profile } = settings;
    json("result.json", {
      experiment,
      profile,
      epochs,
      seed,
      dataset: { origin, note: data.note, train, test },
      adapter,
      measured,
      published,
      ...content.more,
    });
  }
  for (const [name, svg] of Object.entries(figures))
    writeFileSync(join(folder, "figures", `${name}.svg`), svg);
  return folder;
}

/** Curves of three epochs, with the test set as validation set. */
export const threeEpochs = {
  epoch: [1, 2, 3],
  loss: [2, 1, 0.5],
  accuracy: [0.2, 0.5, 0.7],
  val_loss: [2.1, 1.2, 0.9],
  val_accuracy: [0.18, 0.45, 0.6],
  val_error: [0.82, 0.55, 0.4],
  test_loss: [2.1, 1.2, 0.9],
  test_error: [0.82, 0.55, 0.4],
  seconds: [3, 2, 2],
};
