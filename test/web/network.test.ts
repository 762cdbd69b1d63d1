/** @file A visitor's own network, in Node: its link, what the engine says of it, and the file that trains the same network. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createEngine } from "../../engine/index.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import type { Model } from "../../models/model.ts";
import { pageExperiments } from "../../runner/lab/page-run.ts";
import { loadExperiment } from "../../runner/own/load.ts";
import { readPlace, start, writePlace } from "../../web/address.ts";
import {
  type Design,
  dataNames,
  layerOf,
  longestDesign,
  lossNames,
  readDesign,
  writeDesign,
} from "../../web/design.ts";
import {
  activationNames,
  type Field,
  layerKind,
  layerKindNames,
  type Setting,
} from "../../web/layer-kinds.ts";
import { optimizerNames } from "../../web/racer.ts";
import { experiments as declared } from "../../web/worker/experiments.ts";
import { type FolderFile, readFolder } from "../../web/worker/folder-images.ts";
import { loadImages } from "../../web/worker/image-data.ts";
import { OwnNetwork } from "../../web/worker/network.ts";
import { buildDesign, makeLayer } from "../../web/worker/network-build.ts";
import { typescriptOf } from "../../web/worker/network-code.ts";
import { designFrom } from "../../web/worker/network-start.ts";

const root = join(import.meta.dirname, "../..");
const experiments = declared
  .flatMap((experiment) => pageExperiments(experiment, "quick"))
  .filter(({ study }) => !study); // a study's network sorts no colour images
const folder = mkdtempSync(join(root, "own-network-"));
afterAll(() => rmSync(folder, { recursive: true }));

const fit = "fit svhn categorical_crossentropy adam rate-0.002 batch-16 epochs-1 limit-96";
const text =
  "Input 32x32x3*Conv2D 6 5x3 strides-2 padding-same activation-relu kernelInitializer-he_normal*BatchNormalization momentum-0.9*" +
  `MaxPooling2D 3 strides-2*SpatialDropout2D 0.1*Flatten*Dense 12 activation-tanh useBias-false*LeakyReLU negativeSlope-0.1*Dense 10 activation-softmax*${fit}`;
const design = readDesign(text)!;

/** Something that a form may say of the field. */
function settingOf(field: Field): fc.Arbitrary<Setting> {
  if (field.type === "flag") return fc.boolean();
  if (field.type === "name") return fc.constantFrom(...field.names);
  const { least: min, most: max } = field;
  if (field.type === "real")
    return fc.double({ min, max, noNaN: true }).map((x) => Number(x.toPrecision(5)) || 0);
  const whole = fc.integer({ min, max });
  const pair = fc.tuple(whole, whole).filter(([a, b]) => a !== b);
  return field.type === "size" ? fc.oneof(whole, pair) : whole;
}

const layers = fc.constantFrom(...layerKindNames).chain((kind) => {
  const fields = Object.entries(layerKind(kind).fields).map(
    ([name, field]) => [name, settingOf(field)] as const,
  );
  return fc.record({ kind: fc.constant(kind), settings: fc.record(Object.fromEntries(fields)) });
});
const designs = fc.record({
  input: fc.tuple(
    fc.integer({ min: 1, max: 256 }),
    fc.integer({ min: 1, max: 256 }),
    fc.constant(3 as const),
  ),
  layers: fc.array(layers, { maxLength: 8 }),
  data: fc.constantFrom(...dataNames),
  loss: fc.constantFrom(...lossNames),
  optimizer: fc.constantFrom(...optimizerNames),
  learningRate: fc.constantFrom(undefined, 0.1, 1e-7),
  batch: fc.integer({ min: 1, max: 4096 }),
  epochs: fc.integer({ min: 1, max: 1000 }),
  limit: fc.integer({ min: 1, max: 1_000_000 }),
});

describe("a design", () => {
  it("comes back from its link as it was", () => {
    fc.assert(
      fc.property(designs, (given: Design) => {
        const written = writeDesign(given);
        fc.pre(written.length <= longestDesign);
        expect(readDesign(written)).toEqual(given);
        const place = { ...start, view: "network" as const, network: written };
        expect(readPlace(writePlace(place))).toEqual({ place, problems: [] });
      }),
    );
    expect(writeDesign(design)).toBe(text);
  });

  it.each([
    "",
    "Input 32x32x3",
    `Input 32x32x4*Dense 10*${fit}`,
    `Input 999x32x3*Dense 10*${fit}`,
    `Input 32x32x3*Dense*${fit}`,
    `Input 32x32x3*Dense -3*${fit}`,
    `Input 32x32x3*Dense 1e9*${fit}`,
    `Input 32x32x3*Dense 99999999999*${fit}`,
    `Input 32x32x3*Dense 10 activation-<script>*${fit}`,
    `Input 32x32x3*Dense 10 constructor-3*${fit}`,
    `Input 32x32x3*__proto__*${fit}`,
    `Input 32x32x3*Lambda x*${fit}`,
    `Input 32x32x3*Conv2D 8 3x3x3*${fit}`,
    `Input 32x32x3*Dense 10*${fit} epochs-2`,
    `Input 32x32x3*Dense 10*${fit.replace("adam", "toString")}`,
    `Input 32x32x3*Dense 10*${fit.replace("batch-16", "batch-0")}`,
    `Input 32x32x3*Dense 10*${fit.replace("rate-0.002", "rate-NaN")}`,
    `Input 32x32x3*${"Flatten*".repeat(400)}${fit}`,
    `Input 32x32x3*${"Flatten*".repeat(61)}${fit}`,
  ])("that nobody can have built is refused and named: %s", (hostile) => {
    expect(readDesign(hostile)).toBeUndefined();
    const query = new URLSearchParams({ network: hostile });
    expect(readPlace(`?${query}`)).toEqual({ place: start, problems: ["network"] });
  });

  it("has layers that there are, with Keras's defaults", () => {
    for (const kind of layerKindNames) expect(makeLayer(layerOf(kind)).className).toBe(kind);
    for (const activation of activationNames)
      expect(() => makeLayer({ kind: "Activation", settings: { activation } })).not.toThrow();
  });

  it("begins as an experiment's network: the same weights, or what was left out is said", () => {
    for (const experiment of experiments) {
      const { text: begun, leftOut } = designFrom(experiment, "quick");
      const shapes = (model: Model) => model.weights.map(({ path, variable }) => [path, variable.shape]);
      const isWhole = leftOut.every(
        (what) => !what.includes(": ") || /regularizer|movingVarianceRule|initializer/.test(what),
      );
      if (isWhole)
        expect(shapes(buildDesign(readDesign(begun)!)), experiment.id).toEqual(
          shapes(experiment.network("quick")),
        );
      else expect(leftOut.length).toBeGreaterThan(0);
    }
    expect(designFrom(experiments[0]!, "quick").leftOut).toEqual([]);
  });
});

describe("the engine's word", () => {
  const network = new OwnNetwork(experiments);

  it("is each layer's shape and number of weights", () => {
    const { layers: checked, parameters, problem } = network.check(text);
    const { rows, total } = buildDesign(design).summary();
    expect(checked).toEqual(
      rows.slice(1).map(({ type, outputShape, parameters: weights }) => ({
        name: type,
        outputShape,
        parameters: weights,
      })),
    );
    expect({ parameters, problem }).toEqual({ parameters: total, problem: undefined });
  });

  it("stands at the layer that cannot be there", () => {
    const wrong = `Input 32x32x3*Flatten*Conv2D 8 3*Dense 10*${fit}`;
    const { layers: checked, parameters } = network.check(wrong);
    expect(checked[0]).toMatchObject({ outputShape: [3072] });
    expect(checked[1]).toEqual({ problem: expect.stringContaining("expects inputs [h,w,c], got [3072]") });
    expect(checked[2]).toEqual({ problem: undefined });
    expect(parameters).toBeUndefined();
    expect(() => network.experiment(wrong)).toThrow("expects inputs [h,w,c]");
  });

  it("is that the last layer must fit the classes, the input the images, and the weights a page", () => {
    const problemOf = (other: string) => network.check(other).problem;
    expect(problemOf(text.replace("Dense 10", "Dense 7"))).toEqual({
      kind: "classes",
      classes: 10,
      output: [7],
    });
    expect(problemOf(text.replace("32x32x3", "16x32x3"))).toMatchObject({
      kind: "shape",
      input: [16, 32, 3],
    });
    expect(problemOf(text.replace("fit svhn", "fit folder"))).toEqual({ kind: "no folder" });
    expect(problemOf(`Input 32x32x3*${fit}`)).toEqual({ kind: "empty" });
    const vast = `Input 32x32x3*Flatten*Dense 65536*Dense 10*${fit}`;
    expect(problemOf(vast)).toMatchObject({ kind: "weights", most: 50_000_000 });
    expect(() => network.experiment(vast)).toThrow("the lab trains up to 50000000");
    expect(() => network.check("x")).toThrow("no network of the lab");
  });
});

describe("the downloaded TypeScript", () => {
  const load = async (name: string, code: string) => {
    const path = join(folder, name);
    writeFileSync(path, code);
    return loadExperiment(path);
  };

  it("is an experiment with the same network: the same layers, initial weights, optimizer and profile", async () => {
    const own = new OwnNetwork(experiments).experiment(text);
    const loaded = await load("network.ts", typescriptOf(design));
    expect(loaded.optimizer().config).toEqual(own.optimizer().config);
    const { dataset, loss, metrics, validation } = loaded;
    expect({ dataset, loss, metrics, validation }).toEqual({
      dataset: own.dataset,
      loss: own.loss,
      metrics: own.metrics,
      validation: own.validation,
    });
    const numbers = ({ epochs, batch, limit, testLimit }: typeof own.profiles.full) => ({
      epochs,
      batch,
      limit,
      testLimit,
    });
    expect(numbers(loaded.profiles.full)).toEqual(numbers(own.profiles.full));
    const engine = await createEngine();
    const weightsOf = async (model: Model) => {
      await model.compile({ engine, optimizer: "sgd", loss: "categorical_crossentropy", seed: 3 });
      return model.getWeights();
    };
    const [a, b] = [await weightsOf(loaded.network("full")), await weightsOf(own.network("full"))];
    expect([...a.keys()]).toContain("conv2d_1/kernel");
    expect(a).toEqual(b);
    engine.dispose();
  });

  it("reads a folder of photographs where the design did", async () => {
    const code = typescriptOf(readDesign(text.replace("fit svhn", "fit folder"))!, 'a "folder"');
    expect(code).toContain('imageFolder("a \\"folder\\""');
    const loaded = await load("folder.ts", code);
    expect(loaded.dataset).toEqual({ load: expect.any(Function) });
    expect(loaded.profiles.full.limit).toBeUndefined();
  });
});

describe("a folder of images", () => {
  const shape = [2, 2, 3];
  const file = (path: string): FolderFile => ({ path, file: new File([path], path.split("/").at(-1)!) });
  const read = async ({ name }: File) =>
    /spoilt/.test(name)
      ? ({ problem: "damaged", message: name } as const)
      : ({ picture: new Uint8Array(12).fill(Number(name.split(".")[0])) } as const);

  it("has a class for each folder within, a part for testing, and names what is no image", async () => {
    const cats = Array.from({ length: 10 }, (_, i) => file(`pets/cat/${i + 10}.png`));
    const dogs = Array.from({ length: 5 }, (_, i) => file(`pets/dog/${i + 100}.png`));
    const others = [file("pets/dog/spoilt.png"), file("pets/readme.txt"), file("pets/dog/.hidden")];
    const given = [...dogs, ...others, ...cats];
    const { facts, data, name } = await readFolder(given, shape, () => {}, read);
    expect(facts).toMatchObject({ classes: ["cat", "dog"], train: 12, test: 3 });
    expect(facts.spoilt).toEqual([
      { path: "pets/dog/spoilt.png", problem: "damaged", message: "spoilt.png" },
    ]);
    expect(name).toBe("pets");
    const images = await loadImages({ ...svhnC, dataset: { load: async () => data } }, "quick", 1, "");
    expect(images).toMatchObject({ origin: "own", classes: ["cat", "dog"] });
    for (const { images: bytes, labels, count } of [images.train, images.test])
      for (let i = 0; i < count; i++) expect(bytes[12 * i]! >= 100).toBe(labels[i] === 1);
    const again = await readFolder(given.toReversed(), shape, () => {}, read);
    expect(again.data).toEqual(data);
  });

  it("of one class, or of too much, is refused with a word", async () => {
    const one = [file("pets/cat/1.png"), file("pets/dog/spoilt.png")];
    await expect(readFolder(one, shape, () => {}, read)).rejects.toThrow("it has 1. 1 files are no images");
    const many = Array.from({ length: 6000 }, () => file("a/b/1.png"));
    await expect(readFolder(many, [256, 256, 3], () => {}, read)).rejects.toThrow("a page holds up to 1000");
  });
});
