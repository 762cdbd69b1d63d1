/** @file The state of a callback as it comes back from a checkpoint. */
import type { z } from "zod";
import { FileError } from "../../engine/errors.ts";
import type { CallbackState } from "../training/callbacks.ts";

/** A saved state, or with the schema's defaults a fresh one for `{}`. Throws FileError if it is damaged. */
export function parseState<T>(callback: string, schema: z.ZodType<T>, state: CallbackState): T {
  const parsed = schema.safeParse(state);
  if (parsed.success) return parsed.data;
  throw new FileError(`${callback}: its state in the checkpoint is damaged: ${parsed.error.message}`);
}
