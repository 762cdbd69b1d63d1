/** @file What the page and the worker tell each other of a visitor's own network. */

/** What the engine says of a layer of a design. */
export type CheckedLayer =
  | { readonly name: string; readonly outputShape: readonly number[]; readonly parameters: number }
  /** why it cannot stand there, in the engine's words; undefined behind one that cannot */
  | { readonly problem: string | undefined };

/** Why a design cannot be trained though its layers may stand. */
export type DesignProblem =
  | { readonly kind: "empty" }
  | { readonly kind: "no folder" }
  | { readonly kind: "classes"; readonly classes: number; readonly output: readonly number[] }
  | { readonly kind: "weights"; readonly weights: number; readonly most: number }
  | { readonly kind: "shape"; readonly images: readonly number[]; readonly input: readonly number[] };

export interface CheckedDesign {
  readonly layers: readonly CheckedLayer[];
  /** of all layers; undefined where one cannot stand */
  readonly parameters: number | undefined;
  readonly problem: DesignProblem | undefined;
}

/** A design to begin with. */
export interface FirstDesign {
  /** as readDesign() reads it */
  readonly text: string;
  /** what the lab's forms do not have */
  readonly leftOut: readonly string[];
}

/** A file of the folder that is none of the images. */
export interface SpoiltFile {
  readonly path: string;
  readonly problem: "unread" | "damaged" | "large";
  readonly message: string;
}

/** Images that were read from a visitor's folder. */
export interface FolderFacts {
  readonly classes: readonly string[];
  readonly train: number;
  readonly test: number;
  readonly spoilt: readonly SpoiltFile[];
}

export const exportFormats = ["typescript", "python", "safetensors", "model", "onnx"] as const;

export type ExportFormat = (typeof exportFormats)[number];

export interface ExportedFile {
  readonly name: string;
  readonly content: Uint8Array<ArrayBuffer> | string;
}
