import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ArgumentError, FileError, WgradError } from "../../../engine/errors.ts";
import * as w from "../../../models/index.ts";
import { serializeSafetensors } from "../../../models/weights/safetensors-format.ts";
import { useEngine } from "../../support/engine.ts";
import { tinyNetwork } from "../tiny.ts";

const engine = useEngine();
const onEngine = () => ({ compile: { engine: engine() } });

describe("files that are no model, or damaged", () => {
  const dense = { className: "Dense", config: { units: 2 } };
  const input = { className: "InputLayer", config: { shape: [4], name: "x" } };
  const graph = {
    layers: [{ $layer: 0 }, { $layer: 1 }],
    calls: [
      { layer: 0, inputs: [] },
      { layer: 1, inputs: [[0, 0]] },
    ],
    inputs: [[0, 0]],
    outputs: [[1, 0]],
  };
  const model = { className: "Model", config: graph };
  const weights = [
    { name: "weight/dense_1/kernel", shape: [4, 2], data: new Float32Array(8) },
    { name: "weight/dense_1/bias", shape: [2], data: new Float32Array(2) },
  ];
  const format = "wgrad model 1";
  const file = (
    metadata: Record<string, string>,
    entries: Parameters<typeof serializeSafetensors>[0] = weights,
  ) => serializeSafetensors(entries, metadata);
  const layersFile = (layers: unknown, more = {}) =>
    file({ format, layers: JSON.stringify(layers), ...more });
  const sound = [input, dense, model];

  it("are read where they are sound", async () => {
    const loaded = await w.loadModel(layersFile(sound));
    expect(loaded.weights.map(({ path }) => path)).toEqual(["dense_1/kernel", "dense_1/bias"]);
  });

  const cases: [string, Uint8Array, string | RegExp, new (message: string) => Error][] = [
    [
      "weights alone",
      file({ format: "wgrad" }),
      'The model is "wgrad"; "wgrad model 1", as model.save()',
      FileError,
    ],
    ["no format", file({}), "says not what it is", FileError],
    [
      "a later version",
      file({ format: "wgrad model 9" }),
      "Load it with the version of wgrad that wrote it",
      FileError,
    ],
    ["no safetensors", new Uint8Array(40), /header/, FileError],
    ["no layers", file({ format }), "its layers are damaged", FileError],
    ["half a JSON", file({ format, layers: "[{" }), "its layers are damaged", FileError],
    ["an empty list", layersFile([]), "a list is expected", ArgumentError],
    [
      "no model at the end",
      layersFile([input, dense]),
      "its last layer is a Dense, a model is expected",
      ArgumentError,
    ],
    [
      "an unknown layer",
      layersFile([input, { ...dense, className: "Dence" }]),
      "Did you mean Dense?",
      ArgumentError,
    ],
    [
      "an inherited name",
      layersFile([{ className: "toString", config: {} }]),
      "no layer class toString",
      ArgumentError,
    ],
    [
      "an unknown setting",
      layersFile([{ className: "Dense", config: { units: 2, unit: 3 } }]),
      "no option unit",
      ArgumentError,
    ],
    [
      "a setting out of range",
      layersFile([{ className: "Dense", config: { units: -2 } }]),
      "units must be",
      ArgumentError,
    ],
    [
      "a layer that comes later",
      layersFile([model, input]),
      "refers to the layer 0, which is not before it",
      ArgumentError,
    ],
    [
      "a tensor that is nowhere",
      layersFile([input, dense, { ...model, config: { ...graph, outputs: [[7, 0]] } }]),
      "no tensor at [7,0]",
      ArgumentError,
    ],
    [
      "calls that are none",
      layersFile([input, { ...model, config: { ...graph, calls: 3 } }]),
      /not before it|a list/,
      ArgumentError,
    ],
    [
      "shapes that are none",
      layersFile([{ ...dense, builtFor: [[4, "x"]] }]),
      "shapes are expected",
      ArgumentError,
    ],
    [
      "a weight too few",
      file({ format, layers: JSON.stringify(sound) }, weights.slice(1)),
      "missing",
      FileError,
    ],
    [
      "other tensors",
      file({ format, layers: JSON.stringify(sound) }, [
        ...weights,
        { name: "x", shape: [1], data: new Float32Array(1) },
      ]),
      "neither weights nor moments",
      FileError,
    ],
    [
      "damaged compile options",
      layersFile(sound, { compile: "[]", training: "{}" }),
      "compile options are damaged",
      FileError,
    ],
    [
      "no options",
      layersFile(sound, { compile: '{"missing": []}' }),
      "compile options are damaged",
      FileError,
    ],
  ];
  it.each(cases)("%s", async (_, bytes, message, kind) => {
    const load = w.loadModel(bytes, onEngine());
    await expect(load).rejects.toThrow(message);
    await expect(w.loadModel(bytes, onEngine())).rejects.toThrow(kind);
  });

  const options = { optimizer: { name: "adam" }, loss: "mse" };
  const compile = JSON.stringify({ options, missing: [] });
  const training = { step: 3, seed: 1, learningRate: 0.1, optimizer: "adam" };
  it.each([
    ["no moments", training, "the optimizer's first/dense_1/kernel is missing"],
    ["a step below 0", { ...training, step: -1 }, "where training stood is damaged"],
    ["no learning rate", { ...training, learningRate: "NaN" }, "where training stood is damaged"],
    ["a loss scale of 0", { ...training, lossScale: { scale: 0 } }, "where training stood is damaged"],
  ])("where training stood: %s", async (_, stood, message) => {
    const before = engine().memory.bytesInUse;
    const bytes = layersFile(sound, { compile, training: JSON.stringify(stood) });
    await expect(w.loadModel(bytes, onEngine())).rejects.toThrow(message);
    expect(engine().memory.bytesInUse).toBe(before);
  });

  it("and options that are none", async () => {
    const bytes = layersFile(sound);
    await expect(w.loadModel(bytes, { layer: {} } as object)).rejects.toThrow("Did you mean layers?");
    await expect(w.loadModel(bytes, { layers: [] as never })).rejects.toThrow(
      "layers must be classes by name",
    );
    await expect(w.loadModel(bytes, { compile: true as never })).rejects.toThrow("compile must be options");
    await expect(w.saveModel({} as w.Model)).rejects.toThrow("saveModel: needs a model");
    await expect(w.loadModel(join(tmpdir(), "wgrad-nowhere", "model"))).rejects.toThrow(FileError);
    await expect(tinyNetwork().save(join(tmpdir(), "wgrad-fresh"))).rejects.toThrow(WgradError);
  });
});
