/** @file The state of a callback as it comes back from a checkpoint. */
import { z } from "zod";
import { FileError } from "../../engine/errors.ts";
import type { CallbackState } from "./callback.ts";

/** Any number, NaN and the infinities as well. */
export const anyNumber = z.custom<number>((value) => typeof value === "number", {
  error: "must be a number",
});

/** A saved state, or with the schema's defaults a fresh one for `{}`. Throws FileError if it is damaged. */
export function parseState<T>(callback: string, schema: z.ZodType<T>, state: CallbackState): T {
  const parsed = schema.safeParse(state);
  if (parsed.success) return parsed.data;
  throw new FileError(
    `${callback}: its state in the checkpoint is damaged: ${z.prettifyError(parsed.error)}`,
  );
}
