// Compiled strictly, with the declarations of the package checked too.
import { createEngine, type Engine, type Tensor, WgradError } from "wgrad";
import { datasetIds, type ImageSet, loadDataset, readMnist } from "wgrad/datasets";
import { conv2d, relu } from "wgrad/kernels";
import { operations } from "wgrad/lessons";
import { adam, Dense, type History, Input, type Model, sequential } from "wgrad/models";

export async function train(): Promise<History> {
  const engine: Engine = await createEngine();
  const model: Model = sequential([Input([4]), Dense(2, { activation: "softmax" })]);
  await model.compile({ engine, optimizer: adam(), loss: "categorical_crossentropy" });
  return model.fit(
    { inputs: new Float32Array(8), inputShape: [4], labels: [0, 1], classes: 2 },
    { epochs: 1 },
  );
}

export function forward(image: Tensor, filters: Tensor): Tensor {
  return relu(conv2d(image, filters, { padding: "same" }));
}

// @ts-expect-error there is no such padding
export const wrong = (image: Tensor, filters: Tensor) => conv2d(image, filters, { padding: "smae" });

export const isOurs = (error: unknown): error is WgradError => error instanceof WgradError;
export const known: readonly string[] = [...datasetIds, ...operations.map(({ name }) => name)];
export const load = loadDataset;
export const read = async (images: Response, labels: Response): Promise<ImageSet> =>
  readMnist(await images.arrayBuffer(), await labels.arrayBuffer());
