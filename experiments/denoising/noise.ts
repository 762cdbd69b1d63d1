/** @file The noise of question 3.2, as transforms of the inputs: separate draws for training, validation and test. */
import type { ImageSet } from "../../datasets/formats/image-set.ts";
import { pcg4d } from "../../engine/random.ts";
import type { Shape } from "../../engine/shape.ts";
import { StepState } from "../../engine/step-state.ts";
import { type Corruption, corrupt } from "../../kernels/augment/index.ts";
import { mul, scale } from "../../kernels/elementwise/index.ts";
import { GpuDataset, type HostDataset } from "../../kernels/gather/index.ts";
import type { InputTransform, Model } from "../../models/index.ts";
import type { ReportImages } from "../../report/run-report.ts";
import type { NoiseSettings } from "../../runner/experiment.ts";
import type { Study } from "../../runner/study/study.ts";
import type { DataPart } from "../../runner/study/study-images.ts";
import { greyImages } from "../autoencoders/pictures.ts";

/** `multiplied` is the source's listing for Gaussian noise, where its text adds: x * stddev * normal. */
export type Noise = Corruption | { readonly kind: "multiplied"; readonly stddev: number };

export type NoiseTransforms = Readonly<Record<DataPart, InputTransform>>;

const noiseStream = 0x6e01;
const parts: readonly DataPart[] = ["train", "validation", "test"];

/**
 * One draw for each part of the data, from the run's seed. With `--noise fresh` training sees another draw in every epoch;
 * validation and test keep theirs, so that epochs can be compared.
 */
export function noiseTransforms(
  { settings }: { readonly settings: NoiseSettings },
  noise: Noise,
): NoiseTransforms {
  const transform = (part: DataPart): InputTransform => {
    const [stream] = pcg4d(settings.seed, parts.indexOf(part), noiseStream, 0);
    const options = { stream, fresh: part === "train" && settings.noise === "fresh" };
    if (noise.kind !== "multiplied") return { apply: (x, order) => corrupt(x, order, noise, options) };
    const gaussian = { kind: "gaussian", stddev: noise.stddev } as const;
    return { apply: (x, order) => mul(x, corrupt(scale(x, 0), order, gaussian, options)) };
  };
  return { train: transform("train"), validation: transform("validation"), test: transform("test") };
}

/** When noise is drawn: training has the run's seed and its epoch, evaluation has 0 for both. */
interface Moment {
  readonly seed?: number;
  readonly epoch?: number;
}

/** What a transform makes of samples, [n, ...]: as evaluation does unless another moment is given. */
export async function transformedInputs(
  { engine }: Study,
  data: HostDataset,
  transform: InputTransform,
  { seed = 0, epoch = 0 }: Moment = {},
): Promise<Float32Array> {
  using dataset = GpuDataset.upload(engine, data);
  const step = new StepState(engine);
  step.set({ seed, epoch });
  try {
    const y = engine.scope(() => {
      const order = engine.tensor(
        Uint32Array.from({ length: dataset.count }, (_, i) => i),
        [dataset.count],
        "u32",
      );
      const { inputs } = dataset.batch(order, { batch: dataset.count });
      return engine.keep(engine.useStep(step, () => transform.apply(inputs, order)));
    });
    const values = (await y.data()) as Float32Array;
    y.dispose();
    return values;
  } finally {
    step.dispose();
  }
}

/** Corrupted images to look at; what leaves the range from black to white is cut. */
export async function corruptedImages(
  study: Study,
  set: ImageSet,
  transform: InputTransform,
  moment?: Moment,
): Promise<ReportImages> {
  const data = { inputs: set.images, inputShape: [set.height * set.width], scale: 1 / 255 };
  return greyImages(await transformedInputs(study, data, transform, moment), set);
}

/** What an autoencoder sees of images, and what it makes of that. */
export async function denoised(
  study: Study,
  autoencoder: Model,
  set: ImageSet,
  transform: InputTransform,
): Promise<{ readonly seen: ReportImages; readonly made: ReportImages }> {
  const inputShape: Shape = [set.height * set.width];
  const data = { inputs: set.images, inputShape, scale: 1 / 255 };
  using dataset = GpuDataset.upload(study.engine, data);
  const outputs = await autoencoder.predict({ dataset, transform });
  return { seen: await corruptedImages(study, set, transform), made: greyImages(outputs, set) };
}
