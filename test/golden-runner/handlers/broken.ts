/** @file Files that must be refused, or accepted: what reads them, by the folder that they lie in. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeImage } from "../../../datasets/formats/images/image.ts";
import { WgradError } from "../../../engine/errors.ts";
import { loadKerasModel, loadOnnxModel } from "../../../exchange/index.ts";
import type { BrokenFile } from "../cases.ts";
import { type Check, exactly } from "../compare.ts";

/** Reads a file as its kind; gives the warnings that the user sees. Throws WgradError for a file that is refused. */
type Reader = (path: string) => Promise<readonly string[]>;

const readers: Readonly<Record<string, Reader>> = {
  images: async (path) => {
    await decodeImage(readFileSync(path), { name: path });
    return [];
  },
  "keras-h5": async (path) => {
    const notes: string[] = [];
    await loadKerasModel(path, { note: (text) => notes.push(text) });
    return notes;
  },
  onnx: async (path) => {
    await loadOnnxModel(path);
    return [];
  },
};

export function supportsBroken(kind: string): boolean {
  return Object.hasOwn(readers, kind);
}

const mostSeconds = 2;

/** Whether the file is refused or accepted as it must be, in words that say why, in time. */
export async function runBroken(kind: string, broken: BrokenFile, folder: string): Promise<Check[]> {
  const path = join(folder, broken.file);
  const start = performance.now();
  const { outcome, text } = await readers[kind]!(path).then(
    (warnings) => ({ outcome: warnings.length > 0 ? "warn" : "accept", text: warnings.join("\n") }),
    (error) => {
      if (error instanceof WgradError) return { outcome: "refuse", text: error.message };
      throw error;
    },
  );
  const seconds = (performance.now() - start) / 1000;
  const time = { tensor: "seconds", ratio: seconds / mostSeconds, detail: `${seconds.toFixed(2)} s` };
  const { must } = broken;
  const isRight =
    must === outcome ||
    (must === "either" && outcome !== "warn") ||
    (must === "warn" && outcome === "refuse");
  const checks = [exactly("outcome", isRight ? must : `${outcome}: ${text}`, must), time];
  return outcome === "accept" ? checks : [...checks, ...saysWhy(path, text, broken)];
}

function saysWhy(path: string, text: string, { says_any }: BrokenFile): Check[] {
  const reason = text.replaceAll(path, "").toLowerCase(); // the name of a file says nothing
  const says = says_any.find((word) => reason.includes(word.toLowerCase()));
  const named = text.includes(path);
  return [
    exactly("names the file", named ? path : text, path),
    exactly("says why", says === undefined ? text : "yes", "yes"),
  ];
}
