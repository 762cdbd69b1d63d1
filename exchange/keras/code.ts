import type { GraphLayer } from "../../models/graph-layer.ts";
import type { Layer } from "../../models/layers/layer.ts";
import { type Model, requireModel } from "../../models/model.ts";
import { isRecord } from "../../models/records.ts";
import { layerClasses } from "../../models/saving/build.ts";
import type { LayerCall, SymbolicTensor } from "../../models/symbolic.ts";
import { floatOptions } from "./optimizer-options.ts";
import { kerasCompile } from "./write-compile.ts";
import { isSequential } from "./write-graph.ts";
import { type KerasLayer, kerasLayer } from "./write-layer.ts";

/**
 * A Python program whose `model` has the same layers, names and compile options as this one in Keras 3; weights go by
 * saveKerasModel(). What Keras has in another way stands in comments. Throws ArgumentError for a layer that Keras does not have.
 */
export function toKeras(model: Model): string {
  requireModel("toKeras", model);
  const notes: string[] = [];
  const writer = new Writer((note) => notes.push(note));
  const name = writer.model([model.name], model, "model");
  const training =
    model.compiled &&
    kerasCompile(model.compiled, model.optimizer.learningRate, 3, (note) => notes.push(note));
  if (training) {
    const { optimizer, loss, metrics } = training;
    writer.lines.push(
      `${name}.compile(`,
      `    optimizer=${called("keras.optimizers", optimizer)},`,
      `    loss=${typeof loss === "string" ? python(loss) : called("keras.losses", loss)},`,
      `    metrics=[${metrics.map((metric) => python(metric)).join(", ")}],`,
      ")",
    );
  }
  const comments = notes.map((note) => `# ${note.replace(/\s+/g, " ")}`);
  return ["import keras", "from keras import layers", ...comments, "", ...writer.lines, ""].join("\n");
}

class Writer {
  readonly lines: string[] = [];
  readonly #note: (note: string) => void;
  readonly #taken = new Set(["keras", "layers", "model", "x", ...keywords]);
  /** layers and models within that have a variable of their own */
  readonly #layers = new Map<Layer, string>();

  constructor(note: (note: string) => void) {
    this.#note = note;
  }

  /** Writes the model and gives its variable. */
  model(path: readonly string[], model: GraphLayer, variable: string): string {
    if (isSequential(model)) this.#sequential(path, model, variable);
    else this.#functional(path, model, variable);
    if (!model.trainable) this.lines.push(`${variable}.trainable = False`);
    this.lines.push("");
    return variable;
  }

  #sequential(path: readonly string[], model: GraphLayer, variable: string): void {
    for (const layer of model.layers) this.#share(path, layer, 1);
    const made = model.layers.map((layer) => this.#layers.get(layer) ?? this.#layer(path, layer));
    const name = `name=${python(model.name)}`;
    this.lines.push(
      `${variable} = keras.Sequential(`,
      "    [",
      ...made.map((text) => `        ${text},`),
      "    ],",
    );
    this.lines.push(`    ${name},`, ")");
  }

  #functional(path: readonly string[], model: GraphLayer, variable: string): void {
    const { calls, inputs, outputs } = model.graph;
    const names = new Map<SymbolicTensor, string>();
    const usesOf = (layer: Layer) => calls.filter((call) => call.layer === layer).length;
    for (const layer of model.layers) this.#share(path, layer, usesOf(layer)); // before x means a tensor of this model
    for (const [i, call] of calls.entries()) {
      const made = this.#layers.get(call.layer) ?? this.#layer(path, call.layer);
      const given = inputs.includes(call.outputs[0]!) ? [] : call.inputs.map((tensor) => names.get(tensor)!);
      const results = call.outputs.map((tensor) => this.#resultName(model, call, tensor, calls[i + 1]));
      for (const [k, tensor] of call.outputs.entries()) names.set(tensor, results[k]!);
      const args = given.length > 1 ? `[${given.join(", ")}]` : given.join("");
      this.lines.push(`${results.join(", ")} = ${made}${given.length > 0 ? `(${args})` : ""}`);
    }
    const ends = (tensors: readonly SymbolicTensor[]) => {
      const list = tensors.map((tensor) => names.get(tensor)!);
      return list.length === 1 ? list[0]! : `[${list.join(", ")}]`;
    };
    this.lines.push(
      `${variable} = keras.Model(${ends(inputs)}, ${ends(outputs)}, name=${python(model.name)})`,
    );
  }

  /** x for what the next line alone takes, else a name of its own. */
  #resultName(
    model: GraphLayer,
    call: LayerCall,
    tensor: SymbolicTensor,
    next: LayerCall | undefined,
  ): string {
    const users = model.graph.calls.filter(({ inputs }) => inputs.includes(tensor));
    const alone = users.length === 1 && users[0] === next && !model.graph.inputs.includes(tensor);
    return alone && !model.outputs.includes(tensor) ? "x" : this.#unique(call.layer.name);
  }

  /** A variable for a layer that is used several times or is a model. */
  #share(path: readonly string[], layer: Layer, uses: number): void {
    if (this.#layers.has(layer) || (layer.innerLayers.length === 0 && uses === 1)) return;
    const variable = this.#unique(layer.innerLayers.length > 0 ? layer.name : `${layer.name}_layer`);
    this.#layers.set(layer, variable);
    if (layer.innerLayers.length > 0) this.model([...path, layer.name], layer as GraphLayer, variable);
    else this.lines.push(`${variable} = ${this.#layer(path, layer)}`);
  }

  #layer(path: readonly string[], layer: Layer): string {
    const { class_name: className, config } = kerasLayer([...path, layer.name].join("/"), layer, {
      generation: 3,
      note: this.#note,
      frozen: false, // a line of its own freezes a whole model
    });
    if (className === "InputLayer") {
      const [, ...shape] = config.batch_shape as readonly unknown[];
      return `keras.Input(${python(shape)}, name=${python(layer.name)})`;
    }
    const { name, trainable, dtype: _, ...settings } = config;
    const { positional = [] } = layerClasses().get(className) ?? {};
    const isFirst = (setting: string) =>
      positional.some((argument) => argument.toLowerCase() === setting.replaceAll("_", "").toLowerCase());
    const entries = Object.entries(settings).filter(
      ([setting, value]) =>
        value !== undefined && (isFirst(setting) || !isDefault(className, setting, value)),
    );
    const args = [
      ...entries.filter(([setting]) => isFirst(setting)).map(([, value]) => python(value)),
      ...entries
        .filter(([setting]) => !isFirst(setting))
        .map(([setting, value]) => `${setting}=${python(value)}`),
      ...(trainable === false ? ["trainable=False"] : []),
      `name=${python(name)}`,
    ];
    return `layers.${className}(${args.join(", ")})`;
  }

  /** A variable of that name or one like it. */
  #unique(name: string): string {
    const plain = name.replace(/\W/g, "_").replace(/^(?=\d|$)/, "_");
    let found = plain;
    for (let i = 2; this.#taken.has(found); i++) found = `${plain}_${i}`;
    this.#taken.add(found);
    return found;
  }
}

const keywords =
  "and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(
    " ",
  );

const glorot = {
  class_name: "VarianceScaling",
  config: { scale: 1, mode: "fan_avg", distribution: "uniform", seed: null },
};
const zeros = { class_name: "Zeros", config: {} };

/** What Keras takes unless it is told otherwise, by settings. */
const defaults: Readonly<Record<string, unknown>> = {
  padding: "valid",
  dilation_rate: [1, 1],
  activation: "linear",
  use_bias: true,
  groups: 1,
  depth_multiplier: 1,
  momentum: 0.99,
  epsilon: 0.001,
  center: true,
  scale: true,
  offset: 0,
  kernel_initializer: glorot,
  depthwise_initializer: glorot,
  pointwise_initializer: glorot,
  bias_initializer: zeros,
  beta_initializer: zeros,
};

/** Of groups and strides, Keras has other defaults in some classes. */
function isDefault(className: string, setting: string, value: unknown): boolean {
  const isConvolution = className.includes("Conv2D");
  if (setting === "strides") return isConvolution && JSON.stringify(value) === "[1,1]";
  if (setting === "groups" && !isConvolution) return value === 32;
  return setting in defaults && JSON.stringify(defaults[setting]) === JSON.stringify(value);
}

/** keras.optimizers.SGD(momentum=0.9) */
function called(module: string, { class_name: name, config }: KerasLayer): string {
  const args = Object.entries(config).filter(([, value]) => value !== null && value !== undefined);
  return `${module}.${name}(${args.map(([key, value]) => `${key}=${argument(key, value)}`).join(", ")})`;
}

function argument(key: string, value: unknown): string {
  return python(value) + (floatOptions.includes(key) && Number.isInteger(value) ? ".0" : "");
}

/** A value as Python writes it; lists as tuples. */
function python(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null || value === undefined) return "None";
  if (Array.isArray(value)) return `(${value.map(python).join(", ")}${value.length === 1 ? "," : ""})`;
  if (isRecord(value) && typeof value.class_name === "string")
    return called(moduleOf(value), value as unknown as KerasLayer);
  return typeof value === "number" ? number(value) : JSON.stringify(value);
}

/** Keras computes in float32, and its files hold 0.009999999776482582 for 0.01: the shortest number that is the same there. */
function number(value: number): string {
  const short = Number(value.toPrecision(7));
  return String(Math.fround(short) === Math.fround(value) ? short : value);
}

function moduleOf({ module, class_name: name }: Readonly<Record<string, unknown>>): string {
  if (typeof module === "string") return module;
  return name === "L1L2" ? "keras.regularizers" : "keras.initializers";
}
