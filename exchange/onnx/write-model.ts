/** @file A model as an ONNX graph for inference. */
import { platform } from "#platform";
import { requirePath } from "../../engine/options.ts";
import type { Graph } from "../../models/graph.ts";
import { GraphLayer } from "../../models/graph-layer.ts";
import { InputLayer, type Layer } from "../../models/layers/index.ts";
import { type Model, requireModel } from "../../models/model.ts";
import type { SymbolicTensor } from "../../models/symbolic.ts";
import type { Variable } from "../../models/variable.ts";
import { GraphWriter, type Written } from "./graph-writer.ts";
import { serializeModel } from "./proto.ts";
import { writeLayer } from "./write-layers.ts";

const opset = 17;

/**
 * The bytes of an ONNX file with the network as it is in inference, opset 17. Inputs and outputs are as in wgrad, images
 * [batch, h, w, c] of any batch; inside they are [batch, c, h, w]. Weights have wgrad's names: conv2d_1/kernel.
 * @throws ArgumentError for a Lambda, a layer of one's own, or an activation that is a function; WgradError before compile()
 */
export async function toOnnx(model: Model): Promise<Uint8Array<ArrayBuffer>> {
  requireModel("toOnnx", model);
  const values = await model.getWeights();
  const paths = new Map(model.weights.map(({ variable, path }) => [variable, path]));
  return new ModelWriter(values, paths).file(model);
}

/** Writes the file of toOnnx(); it appears under its name only when it is whole. Throws FileError too. */
export async function saveOnnxModel(model: Model, path: string): Promise<void> {
  requirePath("saveOnnxModel", path);
  await platform.files.write(path, [await toOnnx(model)], { makeFolder: false });
}

class ModelWriter {
  readonly #graph = new GraphWriter();
  readonly #values: ReadonlyMap<string, Float32Array>;
  readonly #paths: ReadonlyMap<Variable, string>;

  constructor(values: ReadonlyMap<string, Float32Array>, paths: ReadonlyMap<Variable, string>) {
    this.#values = values;
    this.#paths = paths;
  }

  file(model: Model): Uint8Array<ArrayBuffer> {
    const graph = this.#graph;
    const inputs = model.inputs.map(({ shape }, i): Written => {
      return { name: graph.unique(model.inputNames[i]!), shape, channelsFirst: false };
    });
    const outputNames = model.outputNames.map((name) => graph.unique(name));
    const outputs = this.#run(model.graph, inputs).map((value, i) => {
      const name = outputNames[i]!;
      const plain = graph.turned(value, false, name);
      graph.nodes.push({ op: "Identity", name, inputs: [plain.name], outputs: [name], attributes: {} });
      return { name, shape: value.shape };
    });
    const { nodes, initializers } = graph;
    return serializeModel({ name: model.name, opset, nodes, initializers, inputs, outputs });
  }

  /** Writes the calls of a graph; a model within is written in its place. */
  #run(graph: Graph, inputs: readonly Written[]): Written[] {
    const made = new Map<SymbolicTensor, Written>(graph.inputs.map((tensor, i) => [tensor, inputs[i]!]));
    for (const call of graph.calls) {
      if (made.has(call.outputs[0]!)) continue;
      const given = call.inputs.map((tensor) => made.get(tensor)!);
      const outputs = this.#call(call.layer, given, call.outputs);
      for (const [i, tensor] of call.outputs.entries()) made.set(tensor, outputs[i]!);
    }
    return graph.outputs.map((tensor) => made.get(tensor)!);
  }

  #call(layer: Layer, inputs: readonly Written[], outputs: readonly SymbolicTensor[]): readonly Written[] {
    if (layer instanceof InputLayer) return inputs;
    if (layer instanceof GraphLayer) return this.#run(layer.graph, inputs);
    const variables = [...layer.variables, ...layer.borrowed.map(({ variable }) => variable)];
    const weight = (name: string) => {
      const variable = variables.find((each) => each.name === name)!;
      const path = this.#paths.get(variable)!;
      return { path, shape: variable.shape, data: this.#values.get(path)! };
    };
    const config = layer.className === "Lambda" ? {} : layer.getConfig();
    return [writeLayer({ layer, graph: this.#graph, inputs, output: outputs[0]!.shape, config, weight })];
  }
}
