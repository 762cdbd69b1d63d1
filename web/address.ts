/** @file What the page's address says, checked: anybody can write a link. */
import type { ProfileName } from "../runner/experiment.ts";
import { readDesign, writeDesign } from "./design.ts";
import { lessonOf, partCount } from "./lessons/list.ts";
import { readRacer, writeRacer } from "./racer.ts";
import { ladderNames } from "./worker/kernels-protocol.ts";

export const views = [
  "train",
  "microscope",
  "slow-motion",
  "draw",
  "race",
  "costs",
  "lessons",
  "kernels",
  "ladder",
  "break",
  "network",
] as const;
export const languages = ["en", "es"] as const;

export type View = (typeof views)[number];
export type Language = (typeof languages)[number];

/** All that a link can hand on. */
export interface Place {
  readonly view: View;
  readonly language: Language;
  readonly experiment: string;
  readonly profile: ProfileName;
  readonly seed: number;
  /** of the test set */
  readonly image: number;
  /** the run that the server was started with, from where it ended */
  readonly run: boolean;
  /** of the number that the microscope shows, e.g. conv2d_1/kernel[2,1,0,7] */
  readonly at: string;
  /** the class that is explained; none: the one with the highest score */
  readonly explained: number | undefined;
  /** the pixel that is moved, "row.column.channel"; none: where the saliency is highest */
  readonly pixel: string | undefined;
  /** what it is moved to, 0 to 255; none: its own */
  readonly value: number | undefined;
  /** what the sides of a race do differently from the experiment, as readRacer() reads it */
  readonly left: string | undefined;
  readonly right: string | undefined;
  /** which lesson, and which of its predictions, from 1 */
  readonly lesson: string;
  readonly part: number;
  /** the kernel that is edited, "conv2d/forward.tiled"; its text is no part of a link */
  readonly kernel: string | undefined;
  /** the ladders that are shown, "dense.forward" */
  readonly ladders: string | undefined;
  /** the error that a kernel is given, by the kernel and a number: pool2d/max-backward~0 */
  readonly mutant: string | undefined;
  /** the seed by which an error is hidden, to be found */
  readonly hunt: number | undefined;
  /** the visitor's own network and how it is trained, as readDesign() reads it */
  readonly network: string | undefined;
}

export const start: Place = {
  view: "train",
  language: "en",
  experiment: "svhn-c",
  profile: "quick",
  seed: 1,
  image: 0,
  run: false,
  at: "",
  explained: undefined,
  pixel: undefined,
  value: undefined,
  left: undefined,
  right: undefined,
  lesson: "tensor",
  part: 1,
  kernel: undefined,
  ladders: undefined,
  mutant: undefined,
  hunt: undefined,
  network: undefined,
};

/** Longer ones name nothing. */
const longestName = 60;

/** What the query string says; what cannot be is left at `fallback` and named in `problems`. */
export function readPlace(query: string, fallback: Place = start): { place: Place; problems: string[] } {
  const given = new URLSearchParams(query);
  const problems: string[] = [];
  const read = <T>(name: string, otherwise: T, parse: (text: string) => T | undefined): T => {
    const text = given.get(name);
    if (text === null) return otherwise;
    const value = parse(text);
    if (value === undefined) problems.push(name);
    return value ?? otherwise;
  };
  const oneOf =
    <T extends string>(names: readonly T[]) =>
    (text: string) =>
      names.find((name) => name === text);
  const lesson = read("lesson", fallback.lesson, (text) => lessonOf(text)?.id);
  const place: Place = {
    view: read("view", fallback.view, oneOf(views)),
    language: read("lang", fallback.language, oneOf(languages)),
    experiment: read("experiment", fallback.experiment, nameOf),
    profile: read("profile", fallback.profile, oneOf(["quick", "full"] as const)),
    seed: read("seed", fallback.seed, wholeNumber),
    image: read("image", fallback.image, wholeNumber),
    run: read("run", fallback.run, (text) => (text === "true" ? true : undefined)),
    at: read("at", fallback.at, addressOf),
    explained: read("explained", fallback.explained, wholeNumber),
    pixel: read("pixel", fallback.pixel, (text) =>
      /^\d{1,4}\.\d{1,4}\.[0-2]$/.test(text) ? text : undefined,
    ),
    value: read("value", fallback.value, (text) => (Number(text) < 256 ? wholeNumber(text) : undefined)),
    left: read("left", fallback.left, racerOf),
    right: read("right", fallback.right, racerOf),
    lesson,
    part: read("part", fallback.part, (text) => partOf(lesson, text)),
    kernel: read("kernel", fallback.kernel, kernelOf),
    ladders: read("ladders", fallback.ladders, laddersOf),
    mutant: read("mutant", fallback.mutant, mutantOf),
    hunt: read("hunt", fallback.hunt, wholeNumber),
    network: read("network", fallback.network, designOf),
  };
  return { place, problems };
}

function nameOf(text: string): string | undefined {
  return text.length <= longestName && /^[\w-]+(\/[\w-]+)?$/.test(text) ? text : undefined;
}

function addressOf(text: string): string | undefined {
  return text.length <= 2 * longestName && /^[\w/:]+(\[[\d,]*\])?$/.test(text) ? text : undefined;
}

function mutantOf(text: string): string | undefined {
  return text.length <= longestName && /^[\w./-]+~\d{1,2}$/.test(text) ? text : undefined;
}

function designOf(text: string): string | undefined {
  const design = readDesign(text);
  return design && writeDesign(design);
}

function racerOf(text: string): string | undefined {
  const racer = readRacer(text);
  return racer && writeRacer(racer);
}

/** A part of another lesson than the link's is none. */
function partOf(lesson: string, text: string): number | undefined {
  const part = wholeNumber(text) ?? 0;
  return part >= 1 && part <= partCount(lessonOf(lesson)!) ? part : undefined;
}

function kernelOf(text: string): string | undefined {
  return text.length <= longestName && /^[\w-]+\/[\w-]+(\.[\w-]+)?$/.test(text) ? text : undefined;
}

function laddersOf(text: string): string | undefined {
  const names = text.split(".");
  const isKnown = names.every((name) => ladderNames.some((known) => known === name));
  return isKnown && new Set(names).size === names.length ? text : undefined;
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The query string of a place: what is as at the start is left out. */
export function writePlace(place: Place): string {
  const names = { language: "lang" } as Readonly<Record<string, string>>;
  const said = new URLSearchParams();
  for (const [key, value] of Object.entries(place))
    if (value !== undefined && value !== start[key as keyof Place])
      said.set(names[key] ?? key, String(value));
  const query = said.toString();
  return query && `?${query}`;
}
