/** @file loadKerasWeights(): the weights of a file of Keras into a model. */
import { platform } from "#platform";
import { ArgumentError } from "../../engine/errors.ts";
import { checkFlag, checkOptionNames, written } from "../../engine/options.ts";
import { type Model, requireModel } from "../../models/model.ts";
import { readHdf5 } from "../hdf5/read.ts";
import { findWeights, setWeights } from "./read-weights.ts";
import { partsOfKeras } from "./zip.ts";

/** How loadKerasWeights() finds the layer of each weight. */
export interface KerasWeightOptions {
  /**
   * true: every layer that has the name of one in the file; others keep their weights. false: in Keras's order of layers.
   * Unless given, by name if the file has all the names, else in order.
   */
  readonly byName?: boolean;
}

/**
 * Sets the model's weights from a .h5 of Keras 1 to 3, a .weights.h5 or a .keras, a path or its bytes. All are set or none.
 * @throws FileError for a file that is damaged, or whose weights do not fit: it names the layer; ArgumentError for options
 */
export async function loadKerasWeights(
  model: Model,
  source: string | Uint8Array,
  options: KerasWeightOptions = {},
): Promise<void> {
  requireModel("loadKerasWeights", model);
  checkOptionNames("loadKerasWeights", options, { byName: true });
  const { byName } = options;
  if (byName !== undefined) checkFlag("loadKerasWeights", "byName", byName);
  const { what, bytes } = await bytesOf("loadKerasWeights", source);
  const hdf5 = partsOfKeras(what, bytes)?.weights ?? bytes;
  const found = await readHdf5(what, hdf5, (root) => findWeights(root, model, { byName }));
  setWeights(model, found);
}

/** What a file or its bytes hold, and how it is called in errors. */
export async function bytesOf(call: string, source: string | Uint8Array) {
  if (source instanceof Uint8Array) return { what: "The Keras file", bytes: source };
  if (typeof source !== "string" || source === "")
    throw new ArgumentError(`${call}: needs the name of a file or its bytes, got ${written(source)}.`);
  const file = await platform.files.open(source);
  try {
    return { what: source, bytes: await file.read(0, file.size) };
  } finally {
    await file.close();
  }
}
