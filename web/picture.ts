/** @file The visitor's picture, and what the network says of it: asked again when one of them changes, some times a second. */
import { computed, effect, signal } from "@preact/signals";
import { go, lab, opened, place, state, steps } from "./page.ts";
import type { Answer, PixelChange, Probe } from "./worker/draw.ts";
import type { PictureFile } from "./worker/picture-file.ts";

/** Where a picture is from; one that was drawn on is the visitor's. */
export type Origin =
  | { readonly kind: "test"; readonly index: number; readonly label: number }
  | { readonly kind: "file"; readonly name: string }
  | { readonly kind: "drawn" };

export interface Picture {
  /** [h, w, c] */
  readonly bytes: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly origin: Origin;
}

export type Pixel = Pick<PixelChange, "row" | "column" | "channel">;

export type FileProblem = Exclude<PictureFile, { readonly picture: Uint8Array }>;

export const picture = signal<Picture | undefined>(undefined);
export const answer = signal<Answer | undefined>(undefined);
export const probe = signal<Probe | undefined>(undefined);
export const fileProblem = signal<FileProblem | undefined>(undefined);

/** Between two questions. */
const pauseMilliseconds = 200;

/** The pixel of the place, within the picture; where the saliency is highest unless one is named. */
export const pixel = computed<Pixel | undefined>(() => {
  const [height, width, channels] = picture.value?.shape ?? [];
  const map = answer.value?.targets === "classes" ? answer.value.saliency : undefined;
  if (!height || !width || !channels || !map) return undefined;
  const [row, column, channel] = place.value.pixel?.split(".").map(Number) ?? [];
  if (row !== undefined && column !== undefined && channel !== undefined)
    return {
      row: Math.min(row, height - 1),
      column: Math.min(column, width - 1),
      channel: Math.min(channel, channels - 1),
    };
  const highest = map.reduce((best, value, i) => (value > map[best]! ? i : best), 0);
  return { row: Math.floor(highest / width), column: highest % width, channel: 0 };
});

/** What the slider is at while it is moved. */
export const slid = signal<number | undefined>(undefined);

/** Of the picture, 0 to 255. */
export function valueAt(bytes: Uint8Array, shape: Picture["shape"], at: Pixel): number {
  const [, width, channels] = shape;
  return bytes[(at.row * width + at.column) * channels + at.channel]!;
}

export function choosePixel({ row, column, channel }: Pixel, value?: number): void {
  go({ pixel: `${row}.${column}.${channel}`, value });
}

/** A stroke more, or none at all. */
export function drawn(bytes: Uint8Array): void {
  if (picture.value) picture.value = { ...picture.value, bytes, origin: { kind: "drawn" } };
}

export async function readFile(file: File): Promise<void> {
  const found = await lab.readPicture(file);
  if (!found || !picture.value) return;
  fileProblem.value = "problem" in found ? found : undefined;
  if ("picture" in found)
    picture.value = { ...picture.value, bytes: found.picture, origin: { kind: "file", name: file.name } };
}

/** Begins with test image number `index`. */
export async function beginWith(index: number): Promise<void> {
  const found = await lab.testPicture(index);
  if (!found) return;
  const { picture: bytes, shape, label } = found;
  picture.value = { bytes, shape, origin: { kind: "test", index: found.index, label } };
  fileProblem.value = undefined;
}

/** The class of the place, if the network has it. */
const explained = computed(() => {
  const wanted = place.value.explained;
  return wanted !== undefined && wanted < (opened.value?.data.classes.length ?? 0) ? wanted : undefined;
});

/** What was asked last: the same is not asked again. */
interface Known {
  asked: readonly unknown[];
  probed: readonly unknown[];
}

async function askOnce(known: Known): Promise<void> {
  const { bytes, shape } = picture.value!;
  const now = [bytes, steps.value.at(-1)?.step, opened.value];
  const asked = [...now, explained.value];
  if (!same(asked, known.asked)) {
    const found = await lab.ask(bytes, explained.value);
    if (!found) return;
    answer.value = found;
    known.asked = asked;
  }
  if (!pixel.value || answer.value?.targets !== "classes") return;
  const own = valueAt(bytes, shape, pixel.value);
  const value = slid.value ?? place.value.value ?? own;
  const change = { ...pixel.value, value, explained: answer.value.explained };
  const probed = [...now, ...Object.values(change)];
  if (same(probed, known.probed)) return;
  probe.value = (await lab.probe(bytes, change)) ?? probe.value;
  known.probed = probed;
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((each, i) => each === b[i]);
}

/** Another network, or another test image: the picture is that one's unless it is the visitor's own. */
function followPlace(): () => void {
  const image = computed(() => place.value.image);
  let before: number | undefined;
  return effect(() => {
    const wanted = image.value;
    const facts = opened.value;
    if (!facts) return;
    const { origin, shape } = picture.peek() ?? {};
    const isTurned = before !== undefined && before !== wanted;
    const fits = String(shape) === String(facts.data.shape);
    before = wanted;
    answer.value = probe.value = undefined;
    if (isTurned || !fits || !origin || origin.kind === "test") void beginWith(wanted);
  });
}

/** Asks as long as somebody looks; returns what ends it. */
export function watchPicture(): () => void {
  let isWatched = true;
  const known: Known = { asked: [], probed: [] };
  const stop = followPlace();
  const watch = async () => {
    while (isWatched) {
      const canAsk = picture.value && !document.hidden && state.value !== "opening";
      // a network that is closed meanwhile answers nothing; the next one is asked again
      if (canAsk) await askOnce(known).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    }
  };
  void watch();
  return () => {
    isWatched = false;
    stop();
  };
}
