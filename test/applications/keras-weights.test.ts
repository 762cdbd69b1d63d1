import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import h5wasm from "h5wasm/node";
import { describe, expect, it } from "vitest";
import { decodePredictions, PreprocessInput, resnet50, squeezenet } from "../../applications/index.ts";
import { decodeImage, resizeImage } from "../../datasets/formats/images/image.ts";
import { dataFolder } from "../../datasets/sources/data-folder.ts";
import { FileError } from "../../engine/errors.ts";
import { Input, type Model, sequential } from "../../models/index.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { useEngine } from "../support/engine.ts";

const engine = useEngine();
const folder = useTemporaryFolder();
const small = { weights: null, filters: 1, inputShape: [32, 32, 3] } as const;

/** What Keras 1 called the weights in the order of our names. */
const oldNames: Readonly<Record<string, string>> = {
  ...{ kernel: "W", bias: "b", gamma: "gamma", beta: "beta" },
  ...{ moving_mean: "running_mean", moving_variance: "running_std" },
};

/** A file in the layout of 2016: group conv1 with the arrays conv1_W:0 and conv1_b:0. */
async function writeKeras(path: string, model: Model): Promise<void> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File("made.h5", "w");
  const values = await model.getWeights();
  for (const { name } of model.layers) {
    const group = file.create_group(name);
    const own = model.weights.filter(({ path }) => path.startsWith(`${name}/`));
    const named = own.map(({ path }) => `${name}_${oldNames[path.slice(name.length + 1)]}:0`);
    if (own.length > 0) group.create_attribute("weight_names", named);
    for (const [i, { path, variable }] of own.entries())
      group.create_dataset({ name: named[i]!, data: values.get(path)!, shape: [...variable.shape] });
  }
  file.close();
  writeFileSync(path, FS.readFile("made.h5"));
  FS.unlink("made.h5");
}

describe("weights in a file of Keras's", () => {
  it("are those that the network had, with or without its classifier", async () => {
    const made = await resnet50({ ...small, classes: 7, engine: engine() });
    const path = join(folder(), "narrow.h5");
    await writeKeras(path, made);
    const weights = await made.getWeights();
    for (const options of [{ classes: 7 }, { includeTop: false }]) {
      const read = await resnet50({ ...small, ...options, weights: path, engine: engine() });
      for (const [name, values] of await read.getWeights()) expect(values, name).toEqual(weights.get(name));
      read.dispose();
    }
    made.dispose();
    const otherClasses = resnet50({ ...small, classes: 5, weights: path });
    await expect(otherClasses).rejects.toThrow(
      /narrow\.h5 does not fit the model resnet50:\n.*fc1000\/kernel: \[32,5\] expected/,
    );
    const bytes = readFileSync(path);
    for (const [name, broken] of [
      ["cut.h5", bytes.subarray(0, 5000)],
      ["text.h5", Buffer.from("no HDF5")],
    ] as const) {
      writeFileSync(join(folder(), name), broken);
      const asked = resnet50({ ...small, includeTop: false, weights: join(folder(), name) });
      await expect(asked).rejects.toThrow(FileError);
    }
    await expect(resnet50({ ...small, weights: join(folder(), "none.h5") })).rejects.toThrow(/no such file/);
  });
});

const birdFile = join(
  dataFolder(),
  "cub-200/images/001.Black_footed_Albatross/Black_footed_Albatross_0031_2445546631.jpg",
);
const isThere =
  existsSync(birdFile) && existsSync(join(dataFolder(), "squeezenet", "squeezenet_v1.0.safetensors"));

describe("SqueezeNet on a photograph", () => {
  it("sees an albatross", async ({ skip }) => {
    if (!isThere) skip("the data folder has no cub-200 and no weights of SqueezeNet");
    const image = await decodeImage(readFileSync(birdFile), { name: birdFile });
    const { pixels } = resizeImage(image, { width: 227, height: 227, filter: "bilinear" });
    const network = await squeezenet({ engine: engine() });
    const fromBytes = sequential([Input([227, 227, 3]), PreprocessInput("squeezenet"), network]);
    const [guesses] = await decodePredictions(await fromBytes.predict(pixels));
    // the golden case squeezenet, top5_bilinear of the first photograph
    expect(guesses!.map(({ index }) => index)).toEqual([146, 587, 99, 171, 172]);
    expect(guesses![0]).toMatchObject({ id: "n02058221", name: "albatross, mollymawk" });
    network.dispose();
  });
});
