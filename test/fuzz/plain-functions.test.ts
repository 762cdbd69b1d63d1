/** @file Fuzzes what needs no network: callbacks, the history, reports on predictions. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import {
  areaUnderCurve,
  CSVLogger,
  classificationReport,
  classRocCurves,
  confusionCounts,
  EarlyStopping,
  formatClassificationReport,
  History,
  hasCheckpoint,
  LambdaCallback,
  LearningRateScheduler,
  largestConfusion,
  ModelCheckpoint,
  mostConfusedPairs,
  ReduceLROnPlateau,
  readCheckpoint,
  rocCurve,
  saveCheckpoints,
  topKCategoricalAccuracy,
} from "../../models/index.ts";
import { attack, type Target } from "./attack.ts";
import { useSurroundings } from "./surroundings.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-fuzz-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

const callbacks: readonly Target[] = [
  {
    name: "EarlyStopping",
    sound: () => [
      {
        monitor: "loss",
        mode: "min",
        minDelta: 0.1,
        patience: 2,
        baseline: 1,
        startFromEpoch: 1,
        restoreBestWeights: "always",
      },
    ],
    call: EarlyStopping,
  },
  {
    name: "ReduceLROnPlateau",
    sound: () => [
      { monitor: "loss", mode: "min", factor: 0.5, patience: 1, minDelta: 0, cooldown: 1, minLr: 0 },
    ],
    call: ReduceLROnPlateau,
  },
  {
    name: "ModelCheckpoint",
    sound: () => [
      file("{epoch:02d}.safetensors"),
      { monitor: "loss", mode: "min", saveBestOnly: true, period: 2 },
    ],
    call: ModelCheckpoint,
  },
  { name: "CSVLogger", sound: () => [file("log.csv"), { separator: ";", append: true }], call: CSVLogger },
  { name: "LearningRateScheduler", sound: () => [() => 0.1], call: LearningRateScheduler },
  {
    name: "LambdaCallback",
    sound: () => [{ name: "mine", savesTraining: false, onEpochEnd: () => {}, saveState: () => ({}) }],
    call: LambdaCallback,
  },
  { name: "saveCheckpoints", sound: () => [folder], call: saveCheckpoints },
  { name: "checkpoint", sound: () => [folder], call: hasCheckpoint },
  {
    name: "checkpoint|Cannot read",
    sound: () => [folder],
    call: (path) => (path === folder ? undefined : readCheckpoint(path)), // there is none
  },
  { name: "topKCategoricalAccuracy", sound: () => [3, { sparse: true }], call: topKCategoricalAccuracy },
];

function history(): History {
  const made = new History();
  made.append(1, { loss: 2 });
  return made;
}

const histories: readonly Target[] = [
  { name: "history", sound: () => [2, { loss: 1 }], call: (epoch, logs) => history().append(epoch, logs) },
  { name: "history", sound: () => [history()], call: (later) => void history().join(later) },
  { name: "history", sound: () => [{ epoch: [1], loss: [2] }], call: (json) => void History.fromJSON(json) },
  { name: "read", says: /read|write|history/, sound: () => [file("h.json")], call: saveAndLoad },
];

async function saveAndLoad(path: string): Promise<void> {
  if (typeof path === "string" && path !== "" && !path.startsWith(folder)) return; // anything would be written
  await history().save(path);
  await History.load(path);
}

const counts = [
  [3, 1],
  [0, 2],
];
const reports: readonly Target[] = [
  { name: "classificationReport", sound: () => [counts], call: classificationReport },
  {
    name: "formatClassificationReport|classificationReport",
    sound: () => [{ classes: ["cat", "dog"], counts }],
    call: formatClassificationReport,
  },
  { name: "confusionCounts", sound: () => [[0, 1, 1], [1, 0, 1], 2], call: confusionCounts },
  { name: "mostConfusedPairs", sound: () => [counts, 1], call: mostConfusedPairs },
  { name: "largestConfusion", sound: () => [counts], call: largestConfusion },
  { name: "roc", sound: () => [[true, false], [0.5, 0.25], { dropIntermediate: false }], call: rocCurve },
  {
    name: "roc",
    sound: () => [[0, 1], [0.5, 0.5, 0.25, 0.75], 2, { dropIntermediate: false }],
    call: classRocCurves,
  },
  {
    name: "roc",
    sound: () => [
      [0, 0.5, 1],
      [0, 1, 1],
    ],
    call: areaUnderCurve,
  },
];

describe.each([
  { family: "callbacks", targets: callbacks },
  { family: "the history", targets: histories },
  { family: "reports", targets: reports },
])("$family", ({ targets }) => {
  const surroundings = useSurroundings();

  it.each(targets)("$name says what is wrong", async (target) => {
    await attack(target, surroundings());
  });
});
