/** @file What an experiment of several steps works with: it trains parts, measures figures and writes sections. */
import type { Engine } from "../../engine/device.ts";
import type { Model } from "../../models/model.ts";
import type { Block } from "../../report/run-report.ts";
import type { RunSettings } from "../store/schemas.ts";
import type { PartOptions, TrainedPart } from "./part.ts";
import type { StudyData } from "./study-data.ts";

/** How a figure is shown; one without a title goes to result.json alone. */
export interface MeasureOptions {
  readonly title?: string;
  /** "%" for fractions, which are shown times 100 */
  readonly unit?: "%" | "s" | "ms" | "";
  readonly digits?: number;
  /** a remark on the figure */
  readonly remark?: string;
}

export interface Measure extends MeasureOptions {
  readonly value: number;
}

export interface Study {
  readonly engine: Engine;
  readonly settings: RunSettings;
  readonly data: StudyData;
  readonly classes: readonly string[];
  readonly quick: boolean;
  /** the source's code shall be followed where it contradicts its text */
  readonly literal: boolean;
  /** trained so far */
  readonly parts: readonly TrainedPart[];
  /** The part that history.json and weights.safetensors are of, once it is trained. */
  readonly main: TrainedPart | undefined;
  /** `inFull`, or fewer in the quick profile. */
  pick<T>(inFull: T, quick: T): T;
  /** Says what happens now, and stops here if that was asked for. */
  step(text: string): void;
  line(text: string): void;
  /**
   * Trains a network under parts/<name>/: history.json, weights.safetensors, and a checkpoint while it is not done. One
   * that is finished there, or in a finished run of the experiments of `reuse`, is loaded; the checkpoint of an unfinished
   * one is gone on from, to the same bits.
   */
  train(name: string, options: PartOptions): Promise<TrainedPart>;
  /** A figure of result.json, and with a title of the report and the terminal. */
  measure(name: string, value: number, options?: MeasureOptions): void;
  /** A section of the report. */
  section(title: string, ...blocks: Block[]): void;
  /** Saves weights beside a part's, as the sources save encoders and decoders; returns the path. */
  save(part: TrainedPart, model: Model, file: string): Promise<string>;
}
