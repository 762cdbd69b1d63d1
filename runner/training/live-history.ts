/** @file history.json while a network trains. */
import { join } from "node:path";
import type { Callback } from "../../models/callbacks/callback.ts";
import { writeJson } from "../json-files.ts";

/** Keeps history.json in `folder` up to date, so that a run that is cut shows what it did. */
export function liveHistory(folder: string): Callback {
  return {
    name: "live-history",
    savesTraining: true,
    onEpochEnd(_epoch, _logs, control) {
      writeJson(join(folder, "history.json"), control.history.toJSON());
    },
  };
}
