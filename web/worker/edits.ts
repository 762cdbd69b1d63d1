/** @file Which kernels train by a visitor's text. A training takes what is wanted when it opens; until then nothing changes. */
import { provideSources, readSource } from "../../engine/source.ts";
import type { KernelEdit } from "./kernels-protocol.ts";

interface WantedEdit extends KernelEdit {
  readonly text: string;
}

let wanted: WantedEdit | undefined;
let applied: WantedEdit | undefined;
const shipped = new Map<string, string>();

/** For the trainings that open from now on; undefined: the shipped texts. */
export function wantEdit(edit: WantedEdit | undefined): void {
  wanted = edit;
}

/** Puts the wanted text in place, and the shipped one of the kernel that was edited before. */
export function applyEdit(): void {
  if (applied) provideSources({ [applied.kernel]: shipped.get(applied.kernel)! });
  if (wanted) {
    const { kernel, text } = wanted;
    if (!shipped.has(kernel)) shipped.set(kernel, readSource({ name: kernel }));
    provideSources({ [kernel]: text });
  }
  applied = wanted;
}

/** What trains in place of a shipped text. */
export function appliedEdit(): KernelEdit | undefined {
  return applied && { kernel: applied.kernel, hash: applied.hash };
}
