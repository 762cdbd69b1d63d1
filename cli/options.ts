/** @file Options of commands that share some. */
import type { AdapterChoice } from "../engine/adapter.ts";
import type { RunOptions } from "../runner/settings.ts";
import type { BackboneOptions } from "../runner/transfer/choose-backbone.ts";

export interface TrainOptions extends Omit<RunOptions, "backbone">, BackboneOptions {
  readonly data?: string;
  readonly out?: string;
  readonly adapter: AdapterChoice;
  /** bytes */
  readonly memoryLimit?: number;
  readonly resume?: boolean;
  readonly saveInitial?: boolean;
  /** `name=value`, as typed */
  readonly set?: readonly string[];
  readonly stream?: boolean;
  readonly json?: boolean;
  /** those that stand on the command line; the others have their default */
  readonly typed?: Partial<TrainOptions>;
}

export interface SweepCommandOptions extends TrainOptions {
  readonly seeds?: number;
  /** a new folder, whatever sweeps there are */
  readonly fresh?: boolean;
}

/** Of a number of a trained network; the other options are for what it is looked up in. */
export interface ExplainOptions {
  /** conv2d_1/kernel[2,1,0,7] */
  readonly at?: string;
  /** number of the training batch, from 0 */
  readonly batch?: number;
  /** shown of each sum */
  readonly terms?: number;
  readonly experiment?: string;
  readonly data?: string;
  readonly adapter: AdapterChoice;
  readonly json?: boolean;
}

export interface EvaluateCommandOptions {
  readonly experiment?: string;
  readonly data?: string;
  readonly batch?: number;
  readonly set: string;
  readonly adapter: AdapterChoice;
  readonly json?: boolean;
}
