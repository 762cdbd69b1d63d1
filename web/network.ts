/** @file The network that the visitor builds: the place's design, what the engine says of it, its folder of images, its files. */
import { batch, computed, effect, signal } from "@preact/signals";
import { proxy } from "comlink";
import { download } from "../engine/download.ts";
import { type Design, type DesignedLayer, ownName, readDesign, writeDesign } from "./design.ts";
import { go, lab, message, place, train } from "./page.ts";
import type { FolderFile } from "./worker/folder-images.ts";
import type { CheckedDesign, ExportFormat, FolderFacts } from "./worker/network-protocol.ts";

/** undefined until the experiment's network has come, which it begins with */
export const design = computed<Design | undefined>(() => {
  const { network } = place.value;
  return network === undefined ? undefined : readDesign(network);
});
export const checkedDesign = signal<CheckedDesign | undefined>(undefined);
/** of the experiment that it began with: what the forms do not have */
export const leftOut = signal<readonly string[]>([]);
/** the layer whose form is open */
export const chosenLayer = signal<number | undefined>(undefined);
export const folder = signal<FolderFacts | undefined>(undefined);
export const folderProgress = signal<{ readonly done: number; readonly of: number } | undefined>(undefined);
export const networkProblem = signal<string | undefined>(undefined);

/** Follows the design while the view is seen; one that is not there yet begins as the experiment's. */
export function watchNetwork(): () => void {
  return effect(() => {
    const { network, experiment, profile } = place.value;
    folder.value; // other images, other classes
    if (network === undefined) void begin(experiment, profile);
    else void check(network);
  });
}

/** Begins again with the network of an experiment. */
export async function begin(experiment: string, profile: "quick" | "full"): Promise<void> {
  const first = await lab.network.begin(experiment, profile);
  batch(() => {
    leftOut.value = first.leftOut;
    chosenLayer.value = undefined;
    go({ network: first.text });
  });
}

async function check(text: string): Promise<void> {
  const found = await lab.network.check(text).catch(() => undefined);
  if (place.value.network === text) checkedDesign.value = found;
}

export function changeDesign(change: Partial<Design>): void {
  if (design.value) go({ network: writeDesign({ ...design.value, ...change }) });
}

/** Puts other layers in the place of `removed` ones from `at` on. */
export function spliceLayers(at: number, removed: number, ...added: readonly DesignedLayer[]): void {
  if (design.value) changeDesign({ layers: design.value.layers.toSpliced(at, removed, ...added) });
}

/** Trains it from the beginning; the other views show it then. */
export async function trainDesign(): Promise<void> {
  go({ experiment: ownName, run: false });
  await train(true);
}

/** Reads the images of a folder that the visitor chose. */
export async function readFolder(list: FileList): Promise<void> {
  const text = place.value.network;
  if (text === undefined) return;
  const files: FolderFile[] = Array.from(list, (file) => ({ path: file.webkitRelativePath, file }));
  const tell = proxy((done: number, of: number) => {
    folderProgress.value = { done, of };
  });
  networkProblem.value = undefined;
  try {
    folder.value = await lab.network.readFolder(text, files, tell);
    changeDesign({ data: "folder" });
  } catch (error) {
    networkProblem.value = wordsOf(error);
  }
  folderProgress.value = undefined;
}

/** Hands the visitor a file: the design as TypeScript, or the open network in a format of others. */
export async function downloadAs(format: ExportFormat): Promise<void> {
  networkProblem.value = undefined;
  try {
    if (format === "typescript") {
      const { name, content } = await lab.network.code(place.value.network ?? "");
      save(name, new Blob([content], { type: "text/plain" }));
      return;
    }
    const written = await lab.exportModel(format);
    if (written) await download(written.path, written.name);
  } catch (error) {
    networkProblem.value = message.value = wordsOf(error);
  }
}

function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
