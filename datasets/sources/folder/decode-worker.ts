/** @file A thread that decodes the photographs that it is told to, one after another. */
import { parentPort, workerData } from "node:worker_threads";
import { FileError, WgradError } from "../../../engine/errors.ts";
import { decodeFile, type Preparation, type PreparedImage } from "./decode-file.ts";

/** What became of a photograph. `broken`: the file is no photograph; `failed`: no other one would do better. */
export type Answer =
  | ({ readonly kind: "image" } & PreparedImage)
  | { readonly kind: "broken" | "failed"; readonly message: string; readonly ours: boolean };

const preparation = workerData as Preparation;

parentPort!.on("message", async (path: string) => {
  try {
    const image = await decodeFile(path, preparation);
    const pixels = Uint8Array.from(image.pixels); // memory of its own, so that it can be handed over
    parentPort!.postMessage({ kind: "image", ...image, pixels } satisfies Answer, [pixels.buffer]);
  } catch (error) {
    const kind = error instanceof FileError ? "broken" : "failed";
    const message = error instanceof Error ? error.message : String(error);
    parentPort!.postMessage({ kind, message, ours: error instanceof WgradError } satisfies Answer);
  }
});
