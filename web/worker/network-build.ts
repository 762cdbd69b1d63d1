/** @file A visitor's design as layers of the engine, each checked where it stands, and as an experiment. */
import { WgradError } from "../../engine/errors.ts";
import { Input } from "../../models/layers/input.ts";
import type { Layer } from "../../models/layers/layer.ts";
import type { Model } from "../../models/model.ts";
import { optimizersByName } from "../../models/optimizer-names.ts";
import { layerClasses } from "../../models/saving/build.ts";
import { sequential } from "../../models/sequential.ts";
import type { Profile, TrainingExperiment } from "../../runner/experiment.ts";
import type { Design, DesignedLayer } from "../design.ts";
import { givenSettings, layerKind } from "../layer-kinds.ts";
import type { CheckedDesign, CheckedLayer, DesignProblem } from "./network-protocol.ts";

/** More weights than a page should be asked to train. */
const mostWeights = 50_000_000;

/** Test images of the data sets that are evaluated after every epoch. */
export const testLimit = 500;

/** Throws ArgumentError for settings that the layer refuses. */
export function makeLayer({ kind, settings }: DesignedLayer): Layer {
  const { positional, options } = givenSettings(kind, settings);
  const first = layerKind(kind).positional.map((name, i) => [name, positional[i]!] as const);
  return layerClasses()
    .get(kind)!
    .fromConfig(Object.fromEntries([...first, ...options]));
}

/** Throws ArgumentError or ShapeError for the first layer that cannot stand where it does. */
export function buildDesign({ input, layers }: Design): Model {
  return sequential([Input(input), ...layers.map(makeLayer)]);
}

/** What the engine says of every layer, of images in so many classes. */
export function checkDesign(design: Design, classCount: number): CheckedDesign {
  const checked: CheckedLayer[] = [];
  let x = Input(design.input).tensor;
  for (const designed of design.layers) {
    try {
      const layer = makeLayer(designed);
      x = layer.apply(x);
      checked.push({ name: designed.kind, outputShape: x.shape, parameters: layer.parameterCount });
    } catch (error) {
      if (!(error instanceof WgradError)) throw error;
      checked.push({ problem: error.message });
      while (checked.length < design.layers.length) checked.push({ problem: undefined });
      return { layers: checked, parameters: undefined, problem: undefined };
    }
  }
  const parameters = checked.reduce((sum, layer) => sum + ("parameters" in layer ? layer.parameters : 0), 0);
  return { layers: checked, parameters, problem: problemOf(x.shape, parameters, design, classCount) };
}

function problemOf(
  output: readonly number[],
  parameters: number,
  { layers }: Design,
  classCount: number,
): DesignProblem | undefined {
  if (layers.length === 0) return { kind: "empty" };
  if (output.length !== 1 || output[0] !== classCount)
    return { kind: "classes", classes: classCount, output };
  if (parameters > mostWeights) return { kind: "weights", weights: parameters, most: mostWeights };
  return undefined;
}

/** What `wgrad train` would make of the downloaded file. Throws ArgumentError for a design that cannot be built. */
export function experimentOf(
  id: string,
  design: Design,
  dataset: TrainingExperiment["dataset"],
): TrainingExperiment {
  const { loss, optimizer, learningRate, batch, epochs, limit, data } = design;
  const { parameterCount } = buildDesign(design);
  const profile: Profile = {
    epochs,
    batch,
    ...(data !== "folder" && { limit, testLimit }),
    description: "as it was designed in the lab",
  };
  return {
    id,
    kind: "training",
    title: "A network of one's own",
    source: { text: "Own experiment", question: "-" },
    question: "",
    dataset,
    parameters: parameterCount,
    network: () => buildDesign(design),
    optimizer: () => optimizersByName[optimizer](learningRate === undefined ? {} : { learningRate }),
    loss,
    metrics: { accuracy: "categorical_accuracy" },
    validation: "test",
    published: [],
    profiles: { full: profile, quick: profile },
  };
}
