/**
 * @file What the report of a run is made of: plain data, without tensors or models, so that a report can
 * be written from a live run, from the files of a run folder, or in a test.
 */

import type { ConfusionMatrix } from "../models/metrics/confusion.ts";
import type { ClassRocCurves } from "../models/metrics/roc.ts";
import type { Label } from "./label.ts";

/** What a report shows. A part that is absent leaves its section out. */
export interface Report {
  /** e.g. "SVHN: a convolutional network with two layers" */
  readonly title: string;
  /** experiment id, e.g. `svhn-c` */
  readonly experiment?: string;
  /** what was asked or done, in words; blank lines separate paragraphs */
  readonly question?: string;
  readonly dataset?: DatasetFacts;
  readonly run?: RunFacts;
  /** the first row is the headline of the report */
  readonly results?: readonly ResultRow[];
  readonly sections?: readonly FreeSection[];
  readonly network?: NetworkSummary;
  readonly history?: RunHistory;
  readonly confusion?: ConfusionResult;
  readonly roc?: RocResult;
  readonly classExamples?: ClassExamples;
  readonly featureMaps?: readonly FeatureMaps[];
  readonly samples?: readonly SampleGroup[];
  readonly filters?: FilterWeights;
  readonly timing?: Timing;
}

/** The report of a run of an experiment. */
export interface RunReport extends Report {
  readonly experiment: string;
  /** the assignment's question */
  readonly question: string;
  readonly dataset: DatasetFacts;
  readonly run: RunFacts;
}

export interface DatasetFacts {
  readonly title: string;
  /** as in `datasets/dataset.ts`: anything but "official" is announced at the top of the report */
  readonly origin: "official" | "other" | "synthetic" | "own";
  /** one sentence on where the images come from */
  readonly note: string;
  /** e.g. `{ name: "training images", count: 73257 }` */
  readonly counts: readonly { readonly name: string; readonly count: number }[];
  readonly license: string;
  readonly citation?: string;
  readonly files?: readonly DatasetFile[];
}

export interface DatasetFile {
  readonly path: string;
  readonly bytes: number;
  readonly md5: string;
  readonly official: boolean;
  readonly count: number;
}

/** What is needed to repeat the run. */
export interface RunFacts {
  /** name of the profile: full, quick, ... */
  readonly profile: string;
  /** how the run falls short of the experiment, e.g. "2,000 of 73,257 training images, 2 of 10 epochs" */
  readonly limits?: string;
  /** adapter as `doctor` names it */
  readonly adapter: string;
  /** e.g. `{ wgrad: "0.1.0", node: "20.20.2", webgpu: "0.6.2" }` */
  readonly versions: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly commit?: string;
  /** ISO 8601 */
  readonly started: string;
  readonly minutes: number;
  readonly optimizer?: string;
  readonly loss?: string;
  readonly epochs?: number;
  readonly batch?: number;
  /** images per pass, if the batch was split to fit the adapter */
  readonly microBatch?: number;
  /** e.g. "float32" */
  readonly precision?: string;
  /** every other option of the run */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  /** the command that repeats this run */
  readonly command: string;
  /** the command of the unlimited run, where this one is limited */
  readonly fullCommand?: string;
  /** the command that opens its network in the lab, where that can be */
  readonly labCommand?: string;
}

/** One measured figure, beside the published one where a source gives it. */
export interface ResultRow {
  readonly name: string;
  /** in `unit`: 91.4 with unit "%" */
  readonly measured: number;
  readonly published?: number;
  readonly unit: string;
  /** decimals shown; 2 if absent */
  readonly digits?: number;
  readonly source?: { readonly text: string; readonly url?: string };
  /** false if measured and published do not answer the same question (other images, fewer epochs, ...) */
  readonly comparable: boolean;
  /** why not comparable, or a remark on the figure */
  readonly why?: string;
  /** set on percentages over the test set: a comparable published value becomes a line in the error chart */
  readonly curve?: "accuracy" | "error";
}

export interface NetworkSummary {
  readonly layers: readonly NetworkLayer[];
  readonly trainable: number;
  readonly nonTrainable: number;
}

export interface NetworkLayer {
  readonly name: string;
  readonly type: string;
  /** null is the batch */
  readonly outputShape: readonly (number | null)[];
  readonly parameters: number;
}

/**
 * Keras's names, one number per epoch: `loss`, `accuracy`, `val_loss`, `test_error`, ... Errors and accuracies are
 * fractions. The error of a set is its `error`, else 1 - `categorical_accuracy`, else 1 - `accuracy`: a run whose
 * `accuracy` is Keras's binary one has to give `categorical_accuracy` too. Null and numbers that are not finite are
 * gaps.
 */
export interface RunHistory {
  /** counted from 1 */
  readonly epoch: readonly number[];
  readonly [metric: string]: readonly (number | null)[];
}

/** The confusion matrix of one set, with images of its most confused pairs. */
export interface ConfusionResult extends ConfusionMatrix {
  /** e.g. "test" */
  readonly set: string;
  readonly examples?: readonly PairExamples[];
}

/** Wrongly classified images whose label and prediction are the two classes of a pair, in either order. */
export interface PairExamples extends Outcomes {
  readonly first: number;
  readonly second: number;
}

/** ROC curves of a classifier on one set. */
export interface RocResult {
  /** e.g. "test" */
  readonly set: string;
  readonly classes: readonly string[];
  readonly curves: ClassRocCurves;
}

/** Images of every class, recognised ones and others. */
export interface ClassExamples {
  /** e.g. "test" */
  readonly set: string;
  readonly classes: readonly string[];
  /** index = label */
  readonly groups: readonly Outcomes[];
  /** share of the class that was recognised, index = label; undefined for a class without images */
  readonly recall: readonly (number | undefined)[];
}

/** What a layer makes of some images. */
export interface FeatureMaps {
  readonly layer: string;
  readonly images: ReportImages;
  /** [image, height, width, filter], row-major */
  readonly maps: Float32Array;
  readonly height: number;
  readonly width: number;
  readonly filters: number;
  /** one per image, e.g. its class */
  readonly names?: readonly string[];
}

/** Images as bytes; `ImageSet` of `datasets/formats/image-set.ts` is one. */
export interface ReportImages {
  /** [count, height, width, channels], row-major, 0..255 */
  readonly images: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** 1 (grey) or 3 (RGB) */
  readonly channels: number;
}

/** Images with the class of each. */
export interface LabelledImages extends ReportImages {
  /** true class, one per image */
  readonly labels: ArrayLike<number>;
}

/** Images and what the network said about each. */
export interface Outcomes {
  readonly images: ReportImages;
  /** true class, one per image */
  readonly labels: ArrayLike<number>;
  /** class with the largest probability, one per image */
  readonly predicted: ArrayLike<number>;
  /** probability of `predicted`, 0..1, one per image */
  readonly probability: ArrayLike<number>;
}

export interface SampleGroup extends Outcomes {
  readonly title: Label;
  /** how the images were chosen */
  readonly note?: string;
  readonly classes: readonly string[];
}

/** The kernel of the first convolution. */
export interface FilterWeights {
  readonly layer: string;
  /** [height, width, channels, filters], row-major */
  readonly weights: Float32Array;
  readonly height: number;
  readonly width: number;
  /** 1 or 3 */
  readonly channels: number;
  readonly filters: number;
}

export interface Timing {
  readonly imagesPerSecond?: number;
  readonly millisecondsPerStep?: number;
  readonly peakBytes?: number;
  readonly dispatchesPerStep?: number;
}

/** A section with content of its own, e.g. the counts per class of `svhn-a`. */
export interface FreeSection {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** What a section of a report is made of. */
export type Block = TextBlock | TableBlock | ImageBlock | GridBlock | ScatterBlock | BarBlock | LineBlock;

/** A paragraph. */
export interface TextBlock {
  readonly kind: "text";
  readonly text: string;
}

/** A table. */
export interface TableBlock {
  readonly kind: "table";
  readonly title: string;
  readonly columns: readonly string[];
  /** numbers are aligned to the right and get thousands separators */
  readonly rows: readonly (readonly (string | number)[])[];
}

/** Images in a grid, with captions. */
export interface ImageBlock {
  readonly kind: "images";
  readonly title: Label;
  readonly images: ReportImages;
  /** one per image */
  readonly captions?: readonly Label[];
}

/** Rows of images that belong together column by column: originals above their reconstructions. */
export interface GridBlock {
  readonly kind: "grid";
  readonly title: Label;
  /** images of one size, as many in every row */
  readonly rows: readonly { readonly label: Label; readonly images: ReportImages }[];
  /** over the columns */
  readonly columns?: readonly Label[];
  /** pixels between the images; 6 unless given */
  readonly gap?: number;
  /** size of an image pixel; about 56 pixels per image unless given */
  readonly scale?: number;
}

/** Points in the plane, coloured by class. */
export interface ScatterBlock {
  readonly kind: "scatter";
  readonly title: Label;
  /** [n, 2] */
  readonly points: Float32Array;
  /** class of each point */
  readonly labels: ArrayLike<number>;
  /** at most ten */
  readonly classes: readonly Label[];
  readonly xTitle?: Label;
  readonly yTitle?: Label;
}

/** Bars side by side for every category. */
export interface BarBlock {
  readonly kind: "bars";
  readonly title: Label;
  readonly categories: readonly Label[];
  /** one value per category each; at most five series */
  readonly series: readonly { readonly name: Label; readonly values: readonly number[] }[];
}

/** Curves over numbers. */
export interface LineBlock {
  readonly kind: "lines";
  readonly title: Label;
  readonly xTitle: Label;
  readonly yTitle: Label;
  /** log: equal ratios of x are equally far apart, with a tick at every x of a point. Default linear */
  readonly xScale?: "linear" | "log";
  /** at most five series */
  readonly series: readonly {
    readonly name: Label;
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
}
