/** @file Files of Keras in a page: read by the same library as in Node, to the same predictions. */
import { createEngine, type Engine } from "../../engine/index.ts";
import { kerasBytes, loadKerasModel } from "../../exchange/index.ts";
import {
  BatchNormalization,
  Conv2D,
  Dense,
  Flatten,
  Input,
  type Model,
  sequential,
} from "../../models/index.ts";
import { base64Of, bytesOf } from "./photographs.ts";

/** A file of Keras in base64, and what Node predicts with it. */
interface KerasFile {
  readonly format: "keras" | "h5";
  readonly bytes: string;
  readonly predicted: readonly number[];
}

const inputShape = [8, 8, 3];

async function predicted(model: Model): Promise<number[]> {
  const inputs = Float32Array.from({ length: 5 * 192 }, (_, i) => ((i * 7919) % 1009) / 1009);
  return [...(await model.predict({ inputs, inputShape }))];
}

/** Node's side: the files, on the adapter that the page has. */
export async function kerasFiles(): Promise<KerasFile[]> {
  const engine = await createEngine({ adapter: "swiftshader" });
  const model = sequential([
    Input(inputShape),
    Conv2D(4, 3, { activation: "relu" }),
    BatchNormalization(),
    Flatten(),
    Dense(3, { activation: "softmax" }),
  ]);
  model.initialize(engine, 2);
  const files: KerasFile[] = [];
  for (const format of ["keras", "h5"] as const)
    files.push({
      format,
      bytes: base64Of(await kerasBytes(model, { format })),
      predicted: await predicted(model),
    });
  engine.dispose();
  return files;
}

/** The page's side. Returns how many files were read. */
export async function readKerasFiles(engine: Engine, problems: string[]): Promise<number> {
  const files = (await (await fetch("/keras.json")).json()) as KerasFile[];
  for (const { format, bytes, predicted: expected } of files) {
    const model = await loadKerasModel(bytesOf(bytes));
    model.initialize(engine, 1);
    const found = await predicted(model);
    if (String(found) !== String(expected))
      problems.push(`.${format}: predicts ${found}, in Node ${expected}`);
    model.dispose();
    const cut = await loadKerasModel(bytesOf(bytes).subarray(0, 500)).catch((error: Error) => error);
    if (!(cut instanceof Error && cut.name === "FileError")) problems.push(`.${format}, cut off: ${cut}`);
  }
  return files.length;
}
