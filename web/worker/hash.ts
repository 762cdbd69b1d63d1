/** @file SHA-256 of what a training is made of. */
import type { FitControl } from "../../models/callbacks/callback.ts";

/** SHA-256, hexadecimal. */
export async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Of all weights in layer order. */
export async function weightsHash({ model }: FitControl): Promise<string> {
  const values = [...(await model.getWeights()).values()];
  const bytes = new Uint8Array(values.reduce((total, { byteLength }) => total + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of values) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return hashOf(bytes);
}
