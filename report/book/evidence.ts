/** @file What a run showed, for the answers of the book: figures written out, or undefined where the run has none. */
import type { SavedRun } from "../../runner/store/saved-run.ts";
import { trainingSeconds } from "../../runner/store/saved-run.ts";
import { formatCount, formatFixed, formatPercent, formatSeconds, formatShort } from "../format.ts";
import type { Language } from "../language.ts";
import { figureName, isShare } from "./figure-names.ts";
import { bookTexts } from "./texts.ts";

/** A sentence, or undefined if the run does not show what it would say. */
export type Sentence = string | undefined;

/** One of several figures of a kind, e.g. the reconstruction error at a code of 32. */
export interface Member {
  readonly key: string;
  /** what the groups of the pattern matched */
  readonly groups: readonly string[];
  readonly value: number;
}

/** What of an answer has to be computed: the rest is text. */
export interface Answer {
  /** what the run shows: the answer begins with it */
  readonly shown: (run: Evidence) => readonly Sentence[];
  /** beginnings of the names of the figures to show, in order; without it the charts and the run's own */
  readonly figures?: readonly string[];
}

/** The figures of one run in one language. */
export class Evidence {
  readonly language: Language;
  readonly run: SavedRun;

  constructor(run: SavedRun, language: Language) {
    this.run = run;
    this.language = language;
  }

  /** A message of the book's texts, with its slots filled; undefined if the run has no value for one of them. */
  say(key: string, slots: Readonly<Record<string, Sentence>> = {}): Sentence {
    return bookTexts(this.language).say(key, slots);
  }

  value(key: string): number | undefined {
    return this.run.measured[key];
  }

  /** A figure by its key, as its kind is written: shares in percent, times as times. */
  written(key: string): Sentence {
    const value = this.value(key);
    return value === undefined ? undefined : this.write(key, value);
  }

  write(key: string, value: number): string {
    if (/seconds$/.test(key)) return formatSeconds(value, this.language);
    if (/(^|_)ms(_|$)/.test(key)) return `${formatShort(value, this.language)}\u00a0ms`;
    if (/(^|_)loss$/.test(key)) return formatFixed(value, 4, this.language);
    return isShare(key) ? formatPercent(value, 2, this.language) : formatShort(value, this.language);
  }

  name(key: string): string {
    return figureName(key, this.language);
  }

  percent(fraction: number | undefined, digits = 2): Sentence {
    return fraction === undefined ? undefined : formatPercent(fraction, digits, this.language);
  }

  short(value: number | undefined): Sentence {
    return value === undefined ? undefined : formatShort(value, this.language);
  }

  count(value: number | null | undefined): Sentence {
    return value === undefined || value === null ? undefined : formatCount(value, this.language);
  }

  /** Slots of the numbers of images in the files. */
  files(): Readonly<Record<"train" | "test", Sentence>> {
    const { train, test } = this.run.config.dataset;
    return { train: this.count(train), test: this.count(test) };
  }

  time(): Sentence {
    const seconds = trainingSeconds(this.run);
    return seconds === undefined ? undefined : formatSeconds(seconds, this.language);
  }

  /** Values by epoch that are numbers. */
  curve(name: string): { readonly epoch: number; readonly value: number }[] {
    const { history } = this.run;
    return (history?.[name] ?? []).flatMap((value, i) => {
      const epoch = history?.epoch[i];
      return value === null || epoch === undefined ? [] : [{ epoch, value }];
    });
  }

  /** The smallest value of a curve, with its epoch. */
  lowest(name: string) {
    return extreme(this.curve(name), Math.min);
  }

  highest(name: string) {
    return extreme(this.curve(name), Math.max);
  }

  last(name: string): number | undefined {
    return this.curve(name).at(-1)?.value;
  }

  /** The epochs that were trained. */
  get epochs(): number | undefined {
    return this.run.history?.epoch.at(-1) ?? this.run.result?.epochs;
  }

  /** Figures whose key matches as a whole, in the order of result.json. */
  family(pattern: RegExp): Member[] {
    const whole = new RegExp(`^(?:${pattern.source})$`);
    return Object.entries(this.run.measured).flatMap(([key, value]) => {
      const match = whole.exec(key);
      return match ? [{ key, groups: match.slice(1), value }] : [];
    });
  }
}

/** The member with the smallest value. */
export function smallest<T extends { readonly value: number }>(members: readonly T[]): T | undefined {
  return extreme(members, Math.min);
}

export function largest<T extends { readonly value: number }>(members: readonly T[]): T | undefined {
  return extreme(members, Math.max);
}

function extreme<T extends { readonly value: number }>(
  members: readonly T[],
  of: (...values: number[]) => number,
): T | undefined {
  const value = of(...members.map((member) => member.value));
  return members.find((member) => member.value === value);
}
