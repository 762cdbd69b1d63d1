/** @file What a page and a worker go through. Each returns what went wrong, or what Node compares with its own results. */
import { platform } from "#platform";
import { type ImageInput, images } from "../../datasets/browser.ts";
import { createEngine, download, type Engine } from "../../engine/index.ts";
import { checkCase } from "../../lessons/gradcheck/check.ts";
import { operations } from "../../lessons/gradcheck/operations.ts";
import {
  Conv2D,
  Dense,
  Flatten,
  hasCheckpoint,
  Input,
  loadWeights,
  readCheckpoint,
  saliency,
  saveCheckpoints,
  saveWeights,
  sequential,
} from "../../models/index.ts";
import { caseOf, parseIndex } from "../golden-runner/cases.ts";
import { handlerFor } from "../golden-runner/handlers/index.ts";
import { readKerasFiles } from "./keras-files.ts";
import { photographs } from "./photographs.ts";
import { checksum, network, train } from "./training.ts";

export interface Findings {
  readonly where: string;
  readonly adapter: string;
  readonly isolated: boolean;
  readonly problems: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly whole: unknown;
  readonly resumed: unknown;
}

const epochs = 4;

/** The first part, before the page is loaded again: everything but what was saved. */
export async function firstPart(where: string): Promise<Partial<Findings>> {
  const engine = await createEngine();
  const [problems, counts] = [[] as string[], {} as Record<string, number>];
  counts.photographs = await photographs(problems);
  counts.keras = await readKerasFiles(engine, problems);
  if (where === "page") {
    counts.gradients = await gradients(engine, problems);
    counts.golden = await golden(engine, problems);
  }
  const whole = await train(await network(engine), { epochs });
  await train(await network(engine), { epochs: 2, callbacks: [saveCheckpoints(`${where}/checkpoint`)] });
  await weightsComeBack(engine, where, problems);
  await downloads(`${where}.safetensors`, problems);
  await pictures(engine, problems);
  const adapter = engine.adapter.class;
  engine.dispose();
  return { where, adapter, isolated: globalThis.crossOriginIsolated, problems, counts, whole };
}

/** Whatever shows one picture gives the same prediction as its pixels. */
async function pictures(engine: Engine, problems: string[]): Promise<void> {
  const model = sequential([Input([8, 8, 3]), Conv2D(2, 3), Flatten(), Dense(2, { activation: "softmax" })]);
  model.initialize(engine, 3);
  const canvas = new OffscreenCanvas(12, 10);
  const context = canvas.getContext("2d")!;
  for (let x = 0; x < 12; x++) {
    context.fillStyle = `rgb(${20 * x}, ${200 - 10 * x}, 90)`;
    context.fillRect(x, 0, 1, 5 + (x % 5));
  }
  context.globalCompositeOperation = "destination-over";
  context.fillRect(0, 0, 12, 10); // a transparent pixel has no colour
  const data = context.getImageData(0, 0, 12, 10);
  const blob = await canvas.convertToBlob();
  const shown: Record<string, ImageInput> = { canvas, blob, bitmap: await createImageBitmap(canvas) };
  if (globalThis.document !== undefined) {
    const element = Object.assign(document.createElement("canvas"), { width: 12, height: 10 });
    element.getContext("2d")!.putImageData(data, 0, 0);
    const image = Object.assign(new Image(), { src: URL.createObjectURL(blob) });
    await image.decode();
    Object.assign(shown, { element, image });
    const empty = await model.predict(images(new Image())).catch((error: Error) => error.message);
    if (!String(empty).includes("has not loaded yet")) problems.push(`an image without pixels: ${empty}`);
  }
  const expected = String(await model.predict(images(data)));
  const other = String(await model.predict(images(new ImageData(12, 10))));
  if (expected === other) problems.push("every picture has the same prediction");
  for (const [name, each] of Object.entries(shown)) {
    const found = String(await model.predict(images(each)));
    if (found !== expected) problems.push(`images: ${name} gives ${found}, its pixels ${expected}`);
  }
  if (!(await saliency(model, images(canvas))).maps.some((value) => value > 0)) problems.push("no saliency");
  model.dispose();
}

/** The second part, in a page that was loaded again: goes on from the checkpoint of the first. */
export async function secondPart(where: string): Promise<Partial<Findings>> {
  const engine = await createEngine();
  if (!(await hasCheckpoint(`${where}/checkpoint`))) return { problems: ["the checkpoint is gone"] };
  const resume = await readCheckpoint(`${where}/checkpoint`);
  const resumed = await train(await network(engine), { epochs, resume });
  engine.dispose();
  return { resumed };
}

/** Every op's gradients against the float64 reference and differences. */
async function gradients(engine: Engine, problems: string[]): Promise<number> {
  for (const { name, cases } of operations)
    for (const example of cases) {
      const { passed } = await checkCase(engine, example, 1);
      if (!passed) problems.push(`gradcheck ${name}`);
      engine.scopes.clear();
    }
  return operations.length;
}

/** Cases of networks have all that they need in their own file. */
const noFile = (file: string): never => {
  throw new Error(`no case of a page needs ${file}`);
};

async function golden(engine: Engine, problems: string[]): Promise<number> {
  const index = parseIndex(await (await fetch("/golden/index.json")).text());
  const networks = index.filter(({ kind }) => kind === "network");
  for (const entry of networks) {
    const bytes = new Uint8Array(await (await fetch(`/golden/${entry.file}`)).arrayBuffer());
    const checks = await handlerFor(entry)!(caseOf(entry, bytes, entry.file), engine, noFile);
    if (checks.length === 0 || checks.some(({ ratio }) => ratio > 1)) problems.push(`golden ${entry.name}`);
    engine.scopes.clear();
  }
  return networks.length;
}

async function weightsComeBack(engine: Engine, where: string, problems: string[]): Promise<void> {
  const [one, other] = [await network(engine), await network(engine)];
  await train(one, { epochs: 1 });
  const path = `${where}.safetensors`;
  await saveWeights(one, path);
  await loadWeights(other, path);
  if ((await checksum(one)) !== (await checksum(other)))
    problems.push("weights differ after saving and loading");
  const missing = await loadWeights(other, "nowhere/w.safetensors").catch((error: Error) => error);
  if (!(missing instanceof Error) || missing.name !== "FileError")
    problems.push("a missing file is no FileError");
}

/** What the browser is handed must be the file, byte for byte, and a worker must say that it has no page. */
async function downloads(path: string, problems: string[]): Promise<void> {
  if (globalThis.document === undefined) {
    const refused = await download(path).catch((error: Error) => error);
    if (!(refused instanceof Error && refused.name === "FileError" && refused.message.includes("worker")))
      problems.push(`a download in a worker: ${refused}`);
    return;
  }
  const clicked: HTMLAnchorElement[] = [];
  const { click } = HTMLAnchorElement.prototype;
  HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
    clicked.push(this);
  };
  try {
    await download(path);
    await download(path, "mine.safetensors");
  } finally {
    HTMLAnchorElement.prototype.click = click;
  }
  const names = clicked.map((link) => link.download).join(" ");
  if (names !== `${path} mine.safetensors`) problems.push(`downloads are called ${names}`);
  const stored = await (await platform.files.blob(path)).arrayBuffer();
  for (const { href } of clicked) {
    const handed = await (await fetch(href)).arrayBuffer();
    if (handed.byteLength === 0 || !sameBytes(handed, stored)) problems.push("a download has other bytes");
  }
  const missing = await download("nowhere/w.safetensors").catch((error: Error) => error);
  if (!(missing instanceof Error) || missing.name !== "FileError")
    problems.push("the download of a missing file is no FileError");
}

function sameBytes(a: ArrayBuffer, b: ArrayBuffer): boolean {
  const [one, other] = [new Uint8Array(a), new Uint8Array(b)];
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}
