/** @file What the page and the worker with the engine tell each other. All of it is plain data. */
import type { Ceilings } from "../../engine/ceilings/ceilings.ts";
import type { Shape } from "../../engine/shape.ts";
import type { DType } from "../../engine/tensor.ts";
import type { Explanation, Number32, Share } from "../../lessons/microscope/microscope.ts";
import type { ProfileName } from "../../runner/experiment.ts";
import type { Trace } from "../../runner/trace/trace.ts";
import type { KernelEdit } from "./kernels-protocol.ts";

/** Which training is wanted. */
export interface TrainingChoice {
  readonly experiment: string;
  readonly profile: ProfileName;
  readonly seed: number;
}

export interface StartOptions {
  /** whether a checkpoint of before is left aside */
  readonly afresh: boolean;
  /** whether it goes on from the run that the server was started with */
  readonly run?: boolean;
  /** the visitor's own network, which the choice calls "own" */
  readonly design?: string | undefined;
  /** the page's address, below which a server has images */
  readonly page: string;
}

/** An experiment that the page can train. */
export interface ExperimentFacts {
  readonly id: string;
  readonly title: string;
  readonly dataset: string;
}

/** A layer as the page lists it; shapes are without the batch. */
export interface LayerFacts {
  readonly name: string;
  readonly className: string;
  /** names of the layers before it */
  readonly inputs: readonly string[];
  readonly outputShape: readonly number[];
  readonly parameters: number;
  /** as the layer's getConfig() gives it */
  readonly config: Readonly<Record<string, unknown>>;
}

export interface DataFacts {
  readonly train: number;
  readonly test: number;
  readonly classes: readonly string[];
  /** of a picture */
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly origin: string;
  /** one sentence on where the images are from */
  readonly note: string;
  /** what the network has to give: a class, or the image itself */
  readonly targets: "images" | "classes";
}

/** A training as it begins. */
export interface Opened {
  readonly choice: TrainingChoice;
  readonly title: string;
  readonly adapter: string;
  readonly layers: readonly LayerFacts[];
  readonly data: DataFacts;
  readonly epochs: number;
  readonly batchSize: number;
  readonly stepsPerEpoch: number;
  /** epochs, from history of before, if it goes on from a checkpoint; else empty */
  readonly past: readonly EpochPoint[];
  /** steps before it */
  readonly step: number;
  /** the kernel that trains by a text of the visitor's */
  readonly edit: KernelEdit | undefined;
}

/** What a step did, by layer in the model's order. */
export interface StepPoint {
  /** of all epochs, from 0 */
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number | undefined;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly gradientNorms: Readonly<Record<string, number>>;
  readonly updateNorms: Readonly<Record<string, number>>;
}

/** Means over an epoch and what was evaluated after it. */
export interface EpochPoint {
  /** from 1 */
  readonly epoch: number;
  readonly logs: Readonly<Record<string, number>>;
  /** SHA-256 of all weights in layer order, hexadecimal; of epochs that were watched */
  readonly hash?: string;
}

/** Numbers of a tensor as a kernel left them. */
export interface Values {
  /** of the layer, or of the weight, by its path */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What the network makes of one test image at a step. */
export interface Look {
  readonly step: number;
  /** of the test set */
  readonly image: number;
  readonly label: number;
  /** [h, w, c], 0..255 */
  readonly pixels: Values;
  /** what noise or a standardization makes of them for the network, as it takes them */
  readonly seen: Values | undefined;
  /** of each layer whose output is an image or a row, in order */
  readonly outputs: readonly Values[];
  /** kernels of convolutions [kh, kw, c, k] */
  readonly filters: readonly Values[];
  /** layers that end in a ReLU: units that are 0 for all images looked at */
  readonly dead: readonly DeadUnits[];
}

export interface DeadUnits {
  readonly layer: string;
  readonly dead: number;
  readonly units: number;
}

/** A training step at some batch size under the clock, and what the adapter could do at most. */
export interface StepTrace extends Trace {
  readonly batch: number;
  readonly ceilings: Pick<Ceilings, "f32GigaFlops" | "kernelGigabytes" | "launchMicroseconds">;
  /** bytes that are kept for the backward pass, and held at the fullest moment */
  readonly keptBytes: number;
  readonly peakBytes: number;
}

/** An operand of a launch, as the launch found or left it. */
export interface OperandValues {
  /** of the binding */
  readonly name: string;
  readonly role: "read" | "write" | "update" | "uniform";
  readonly side: "before" | "after";
  readonly dtype: DType;
  readonly shape: Shape;
  /** the shape of `values`: of a batch of images the first one */
  readonly kept: Shape;
  /** from the first on, as many as a picture shows */
  readonly values: Float32Array;
}

/** A step that the microscope has recorded. */
export interface RecordedStep {
  readonly step: number;
  readonly launches: number;
  readonly places: readonly {
    readonly name: string;
    readonly kind: "weight" | "output" | "input" | "target" | "loss";
    readonly shape: readonly number[];
    readonly hasGradient: boolean;
  }[];
}

/** A plane of a tensor: what is drawn around an element. */
export interface Plane {
  readonly rows: number;
  readonly columns: number;
  /** which axes of the tensor they are; undefined for one row or number */
  readonly rowAxis: number | undefined;
  readonly columnAxis: number | undefined;
  readonly values: Float32Array;
}

/** A number by where a launch reads or writes it. */
export interface PlaceExplanation {
  readonly number: Number32;
  /** undefined for what was there before the step */
  readonly made: Explanation | undefined;
  readonly contributors: readonly Share[];
  readonly consequences: readonly Share[];
}

/** "racing": it waits for a race to end */
export type TrainingState = "opening" | "training" | "paused" | "done" | "lost" | "failed" | "racing";

export type LabEvent =
  | { readonly kind: "opened"; readonly opened: Opened }
  | { readonly kind: "steps"; readonly steps: readonly StepPoint[] }
  | { readonly kind: "epoch"; readonly point: EpochPoint }
  | { readonly kind: "state"; readonly state: TrainingState; readonly message?: string };
