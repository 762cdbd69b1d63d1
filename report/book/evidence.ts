/** @file What a run showed, for the answers of the book: figures written out, or undefined where the run has none. */
import type { SavedRun } from "../../runner/store/saved-run.ts";
import { trainingSeconds } from "../../runner/store/saved-run.ts";
import { figureName, isShare } from "./figure-names.ts";
import {
  flowing,
  type Language,
  writeCount,
  writeFixed,
  writePercent,
  writeSeconds,
  writeShort,
} from "./language.ts";

/** A sentence, or undefined if the run does not show what it would say. */
export type Sentence = string | undefined;

/** One of several figures of a kind, e.g. the reconstruction error at a code of 32. */
export interface Member {
  readonly key: string;
  /** what the groups of the pattern matched */
  readonly groups: readonly string[];
  readonly value: number;
}

/** The figures of one run in one language. */
export class Evidence {
  readonly language: Language;
  readonly run: SavedRun;

  constructor(run: SavedRun, language: Language) {
    this.run = run;
    this.language = language;
  }

  /** The sentence of this language. Both may be undefined. */
  in(texts: Readonly<Record<Language, Sentence>>): Sentence {
    const text = texts[this.language];
    return text === undefined ? undefined : flowing(text);
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
    if (/seconds$/.test(key)) return writeSeconds(value, this.language);
    if (/(^|_)ms(_|$)/.test(key)) return `${writeShort(value, this.language)}\u00a0ms`;
    if (/(^|_)loss$/.test(key)) return writeFixed(value, this.language, 4);
    return isShare(key) ? writePercent(value, this.language) : writeShort(value, this.language);
  }

  name(key: string): string {
    return figureName(key, this.language);
  }

  percent(fraction: number | undefined, digits = 2): Sentence {
    return fraction === undefined ? undefined : writePercent(fraction, this.language, digits);
  }

  short(value: number | undefined): Sentence {
    return value === undefined ? undefined : writeShort(value, this.language);
  }

  count(value: number | null | undefined): Sentence {
    return value === undefined || value === null ? undefined : writeCount(value, this.language);
  }

  time(): Sentence {
    const seconds = trainingSeconds(this.run);
    return seconds === undefined ? undefined : writeSeconds(seconds, this.language);
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
