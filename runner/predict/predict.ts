/** @file What a network says of pictures, and which of their pixels and places speak for it. */
import { ArgumentError, nearest, UsageError } from "../../engine/errors.ts";
import { type Attribution, type GradCam, gradCam, saliency } from "../../models/index.ts";
import type { Pictures } from "./pictures.ts";
import type { Predictor } from "./predictor.ts";

/** pictures at a time on the GPU */
const batchSize = 16;

export interface Share {
  readonly class: string;
  /** what the network gives for the class: a share from 0 to 1, if it ends in softmax or sigmoid */
  readonly share: number;
}

/** Of one picture. */
export interface ClassPrediction {
  readonly path: string;
  /** the largest shares, in order */
  readonly top: readonly Share[];
  /** the class that saliency and Grad-CAM are of, and its score before softmax or sigmoid; absent without them */
  readonly explained?: { readonly class: string; readonly score: number };
}

export interface Explanations {
  readonly saliency: Attribution;
  readonly gradCam?: GradCam;
}

export interface ClassPredictions {
  readonly pictures: readonly ClassPrediction[];
  readonly explanations: Explanations | undefined;
}

export interface PredictSettings {
  /** how many of the largest shares are kept */
  readonly top: number;
  /** to be explained, in the place of each picture's largest */
  readonly class?: string | undefined;
  readonly explain: boolean;
  readonly line: (text: string) => void;
}

export async function predictClasses(
  predictor: Predictor,
  pictures: Pictures,
  { top, class: name, explain, line }: PredictSettings,
): Promise<ClassPredictions> {
  const { model, classes } = predictor;
  const wanted = name === undefined ? undefined : classIndex(name, classes);
  const samples = samplesOf(predictor, pictures);
  const outputs = await model.predict(samples, { batchSize });
  const single = model.output.shape[0] === 1; // the share of the second of two classes
  const width = single ? 1 : classes.length;
  const rows = pictures.paths.map((_, i) => {
    const row = outputs.subarray(i * width, (i + 1) * width);
    return single ? Float32Array.of(1 - row[0]!, row[0]!) : row;
  });
  if (single && wanted === 0)
    throw new UsageError(
      `--class: the network has one score, that of ${classes[1]}; what speaks against it is not drawn.`,
    );
  const of = wanted === undefined || single ? {} : { classes: wanted };
  const explanations = explain ? await explanationsOf(predictor, samples, of, line) : undefined;
  const explained = (i: number) => {
    if (!explanations) return {};
    const { classes: units, scores } = explanations.saliency;
    return { explained: { class: classes[single ? 1 : units[i]!]!, score: scores[i]! } };
  };
  return {
    pictures: pictures.paths.map((path, i) => ({
      path,
      top: largest(rows[i]!, classes, top),
      ...explained(i),
    })),
    explanations,
  };
}

/** Bytes as they are, with the scale of the run: what predict() takes. */
function samplesOf({ rules: { scale } }: Predictor, { images, height, width, channels }: Pictures) {
  return { inputs: images, inputShape: [height, width, channels], scale };
}

async function explanationsOf(
  { model }: Predictor,
  samples: ReturnType<typeof samplesOf>,
  of: { readonly classes?: number },
  line: (text: string) => void,
): Promise<Explanations> {
  const options = { ...of, batchSize };
  const found = await saliency(model, samples, options);
  try {
    return { saliency: found, gradCam: await gradCam(model, samples, options) };
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    line(`without Grad-CAM: ${error.message}`);
    return { saliency: found };
  }
}

function classIndex(name: string, classes: readonly string[]): number {
  const found = classes.indexOf(name);
  if (found >= 0) return found;
  const hint = nearest(name, classes);
  const some = classes.length > 12 ? `${classes.slice(0, 12).join(", ")}, ...` : classes.join(", ");
  throw new UsageError(
    `--class: there is no class "${name}"${hint ? `. Did you mean "${hint}"?` : "."} There are ${classes.length}: ${some}.`,
  );
}

function largest(row: Float32Array, classes: readonly string[], top: number): Share[] {
  const order = [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b);
  return order.slice(0, top).map((i) => ({ class: classes[i]!, share: row[i]! }));
}

/** Of one picture that was given back. */
export interface Reconstruction {
  readonly path: string;
  /** mean squared difference of the network's inputs and outputs, over all values */
  readonly squaredError: number;
}

export interface Reconstructions {
  readonly pictures: readonly Reconstruction[];
  /** [n, h, w, c], in the network's numbers */
  readonly outputs: Float32Array;
}

export async function predictPictures(predictor: Predictor, pictures: Pictures): Promise<Reconstructions> {
  const outputs = await predictor.model.predict(samplesOf(predictor, pictures), { batchSize });
  const size = outputs.length / pictures.count;
  const { scale } = predictor.rules;
  const errors = pictures.paths.map((path, i) => {
    let sum = 0;
    for (let k = i * size; k < (i + 1) * size; k++) sum += (outputs[k]! - pictures.images[k]! * scale) ** 2;
    return { path, squaredError: sum / size };
  });
  return { pictures: errors, outputs };
}
