/** @file How the file of a whole model tells its weights from the optimizer's variables: by what their names begin with. */
import type { SafetensorsFile, SafetensorsTensor } from "./safetensors.ts";

/** The safetensors metadata's `format`. */
export const modelFormat = "wgrad model 1";

/** Tensors whose names begin with the prefix, by the rest of their names. */
export function tensorsUnder({ tensors }: SafetensorsFile, prefix: string): Map<string, SafetensorsTensor> {
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
