/** @file The weights in a file of Keras's (.h5), whose layers have the names that the network's have. */
import { readFile, stat } from "node:fs/promises";
import type { Dataset, File, Group } from "h5wasm";
import { fileError } from "../datasets/sources/files.ts";
import { FileError, formatBytes, WgradError } from "../engine/errors.ts";
import { type Shape, sameShape } from "../engine/shape.ts";
import type { Model } from "../models/model.ts";
import type { SafetensorsTensor } from "../models/weights/safetensors.ts";

/** Ten times what ResNet-50's weights have. */
const largestFile = 2 ** 30;

/**
 * By the paths of the network's weights: a layer's arrays come in the order of its weights, whatever this version of Keras calls
 * them (`conv1_W`, `conv1/kernel:0`). Layers without weights are left out.
 * @throws FileError for a file that is damaged, too large or no HDF5, or whose layers have other numbers of weights
 */
export async function readKerasWeights(
  path: string,
  network: Model,
): Promise<Map<string, SafetensorsTensor>> {
  const bytes = await readBytes(path);
  const { default: library } = await import("h5wasm/node").catch((cause: unknown) => {
    throw new WgradError(`${path}: reading HDF5 needs the package h5wasm: npm i h5wasm`, { cause });
  });
  const { FS } = await library.ready;
  FS.writeFile("weights.h5", bytes); // in the library's memory
  let file: File | undefined;
  try {
    file = new library.File("weights.h5", "r");
    const nested = file.get("model_weights");
    return weightsOf(nested ? (nested as Group) : file, path, network);
  } catch (error) {
    if (error instanceof WgradError) throw error;
    throw new FileError(`${path}: the HDF5 file is damaged or truncated.`, { cause: error });
  } finally {
    file?.close();
    FS.unlink("weights.h5");
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > largestFile)
      throw new FileError(`${path}: has ${formatBytes(size)}, the limit is ${formatBytes(largestFile)}.`);
    return await readFile(path);
  } catch (error) {
    throw fileError("read", path, error);
  }
}

function weightsOf(root: Group, path: string, network: Model): Map<string, SafetensorsTensor> {
  const values = new Map<string, SafetensorsTensor>();
  for (const layer of root.keys()) {
    const group = root.get(layer) as Group;
    const names: unknown = group.attrs.weight_names?.value;
    if (!Array.isArray(names)) continue; // an activation, say: an empty list of numbers
    const own = network.weights
      .filter((weight) => weight.path.startsWith(`${layer}/`))
      .map((weight) => weight.path);
    if (own.length > 0 && own.length !== names.length)
      throw new FileError(
        `${path}: layer ${layer} has ${names.length} arrays, the network's has ${own.length}.`,
      );
    for (const [i, name] of names.entries())
      values.set(
        own[i] ?? `${layer}/${name}`,
        tensorOf(group.get(String(name)) as Dataset, `${path}: ${name}`),
      );
  }
  return values;
}

function tensorOf(dataset: Dataset, label: string): SafetensorsTensor {
  const { shape, value } = dataset;
  if (shape && value instanceof Float32Array && sameShape([value.length], [size(shape)]))
    return { dtype: "F32", shape, data: value };
  throw new FileError(`${label} should be an array of 32-bit numbers.`);
}

const size = (shape: Shape) => shape.reduce((product, extent) => product * extent, 1);
