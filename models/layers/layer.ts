/** @file What a layer is: it owns variables, knows its output shape, and computes outputs from inputs. */
import { ArgumentError, formatShape, nearest, ShapeError, WgradError } from "../../engine/errors.ts";
import { requireParts, written } from "../../engine/options.ts";
import { checkShape, type Shape, sameShape } from "../../engine/shape.ts";
import type { Tensor } from "../../engine/tensor.ts";
import type { BatchPart } from "../../kernels/batch-norm/batch-norm.ts";
import type { RealType } from "../../kernels/elementwise/index.ts";
import { checkUnclaimed } from "../claims.ts";
import { type InitializerChoice, initializer } from "../initializers.ts";
import { type Regularizer, type RegularizerChoice, regularizer } from "../regularizers.ts";
import { type LayerCall, layerCall, type SymbolicTensor, symbolicTensors } from "../symbolic.ts";
import { readTogether, requireMap, Variable, type VariableOptions } from "../variable.ts";
import { type LayerConfig, replaceIn } from "./config.ts";

/** Options that every layer has. */
export interface LayerOptions {
  /** unique in its model; `conv2d_1`, `dense_2`, ... unless given */
  readonly name?: string;
  /** false freezes the layer's weights */
  readonly trainable?: boolean;
  /** penalty on the layer's output, divided by the batch size and added to the loss */
  readonly activityRegularizer?: RegularizerChoice;
}

/** Sees every layer's output while a graph runs, e.g. to find the first that is not finite. */
export type Inspect = (layer: Layer, output: Tensor) => void;

/** Where a pass collects the penalties on activations. */
export interface Penalties {
  /** samples of the whole batch: what each penalty is divided by */
  readonly divisor: number;
  /** scalars to add to the loss */
  readonly terms: Tensor[];
}

/** Mixed precision: what lies between layers is f16; weights, statistics, losses and what leaves the model are f32. */
export interface Mixed {
  /** element type of what this call gives; f32 where it leaves the model */
  readonly output: RealType;
}

/**
 * How a layer takes part in mixed precision. "takes": inputs of either type, its output is what the call's Mixed says, or f32.
 * "keeps": its output has the type of its inputs. "none": it computes in f32, and is given that.
 */
export type HalfSupport = "takes" | "keeps" | "none";

/** What a layer may want to know when it computes. */
export interface CallContext {
  /** true while training: dropout drops, batch normalisation uses batch statistics */
  readonly training: boolean;
  /** number of the random stream of this call: its own for every use of a layer in a model */
  readonly stream: number;
  /** the layer is within a frozen model */
  readonly frozen?: boolean;
  /** undefined: the batch is whole */
  readonly part?: BatchPart | undefined;
  /** activations are penalised only where somebody collects the terms */
  readonly penalties?: Penalties;
  /** undefined: everything is f32 */
  readonly mixed?: Mixed | undefined;
  readonly inspect?: Inspect;
}

/** A weight that a layer uses but another layer owns. */
export interface BorrowedVariable {
  readonly owner: Layer;
  readonly variable: Variable;
}

/** A weight's settings, its penalty as layers take it. */
export interface WeightOptions extends Omit<VariableOptions, "regularizer"> {
  readonly regularizer?: RegularizerChoice | undefined;
}

/** A class of layers, which makes one from its settings. */
export interface LayerClass {
  readonly positional?: readonly string[];
  new (...args: never[]): Layer;
  /** a layer of these settings, not built */
  fromConfig(config: LayerConfig): Layer;
}

/** Base of all layers. Shapes given to and returned by layers have no batch axis; tensors have it first. */
export abstract class Layer {
  /**
   * Names of what the constructor takes before its options, each a field of the layer: ["units"]. With this, and options that
   * go to this class's constructor, getConfig() and fromConfig() need not be written.
   */
  static readonly positional?: readonly string[];
  /** Keras's class name: Conv2D, Dense, ... */
  abstract readonly className: string;
  name: string;
  /** false freezes the layer's weights from the next compile() on, as in Keras */
  trainable: boolean;
  activityRegularizer: Regularizer | undefined;
  readonly variables: Variable[] = [];
  readonly #options: LayerOptions;
  readonly #calls: LayerCall[] = [];
  #inputShapes: readonly Shape[] | undefined;
  /** collects instead of `variables` while another use is compared with the first */
  #draft: Variable[] | undefined;

  constructor(options: LayerOptions = {}) {
    requireParts(new.target.name, options, "options");
    this.name = options.name ?? "";
    this.trainable = options.trainable ?? true;
    const { activityRegularizer: penalty } = options;
    this.activityRegularizer = penalty && regularizer(penalty, "activityRegularizer");
    this.#options = { ...options };
  }

  /** A layer of these settings, not built. A class whose constructor takes other arguments than `positional` says has its own. */
  static fromConfig(this: LayerClass, config: LayerConfig): Layer {
    // biome-ignore lint/complexity/noThisInStatic: the class that it is called on, which is never Layer
    const { positional = [] } = this;
    requireParts(`${Layer.name}.fromConfig`, config, "what getConfig() gave");
    const options = Object.entries(config).filter(([name]) => !positional.includes(name));
    const args: readonly unknown[] = [...positional.map((name) => config[name]), Object.fromEntries(options)];
    return new this(...(args as never[]));
  }

  /** Shape of the output, without the batch axis. Throws ShapeError for inputs the layer cannot take. */
  abstract outputShape(inputs: readonly Shape[]): Shape;

  /** Computes the output. */
  abstract call(inputs: readonly Tensor[], context: CallContext): Tensor;

  /** Shapes of all outputs; only models have several. */
  outputShapes(inputs: readonly Shape[]): readonly Shape[] {
    return [this.outputShape(inputs)];
  }

  /** Computes all outputs; only models have several. */
  callAll(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    return [this.call(inputs, context)];
  }

  /** What the layer was made of: fromConfig() makes another one of it. Throws WgradError for a class that does not say. */
  getConfig(): LayerConfig {
    const { positional } = this.constructor as LayerClass;
    if (!positional || !Object.hasOwn(this.constructor, "positional")) {
      throw new WgradError(
        `${this.label}: a ${this.className} does not say what it was made of, so it cannot be cloned or saved. Give the class ` +
          "`static positional`, the names of its constructor's arguments before the options, or getConfig() and fromConfig().",
      );
    }
    return this.ownConfig(positional);
  }

  /** Name, the fields of these names, the options that were given, and what may have changed since. */
  protected ownConfig(positional: readonly string[]): LayerConfig {
    const { name: _, trainable: __, activityRegularizer: ___, ...own } = this.#options;
    const fields = this as unknown as LayerConfig;
    const lacking = positional.find((argument) => fields[argument] === undefined);
    if (lacking) {
      throw new WgradError(
        `${this.label}: ${this.className}.positional names ${lacking}, but the layer has no field of that name.`,
      );
    }
    return {
      ...(!this.needsName && { name: this.name }),
      ...Object.fromEntries(positional.map((argument) => [argument, fields[argument]])),
      ...own,
      ...(!this.trainable && { trainable: false }),
      ...(this.activityRegularizer && { activityRegularizer: this.activityRegularizer }),
    };
  }

  /** A copy with the same name, built for the same inputs, with weights of its own. `twinOf` gives the copy of another layer. */
  twin(twinOf: (layer: Layer) => Layer): Layer {
    const config = replaceIn(this.getConfig(), (value) =>
      value instanceof Layer ? { value: twinOf(value) } : undefined,
    );
    const twin = (this.constructor as LayerClass).fromConfig(config as LayerConfig);
    if (this.#inputShapes) twin.build(this.#inputShapes);
    return twin;
  }

  /** Shapes that the layer was built for; undefined until then. */
  get builtFor(): readonly Shape[] | undefined {
    return this.#inputShapes;
  }

  /** true until the layer has a name of its own; the model that it is used in gives it one */
  get needsName(): boolean {
    return this.name === "";
  }

  /** Automatic names are this and a number: conv2d_1. */
  get nameBase(): string {
    return snakeCase(this.className);
  }

  /** Takes the name that a model gives to a layer without one; the names of models within follow. */
  receiveName(name: string): void {
    this.name = name;
  }

  /** How the layer takes part in mixed precision; a class whose ops take f16 overrides it. */
  get half(): HalfSupport {
    return "none";
  }

  /** The layers of a model within a model. */
  get innerLayers(): readonly Layer[] {
    return [];
  }

  /** Weights of other layers that this one uses. */
  get borrowed(): readonly BorrowedVariable[] {
    return [];
  }

  /**
   * True if what a sample gives depends on the other samples of its batch, in `training` or always. Batches with such a layer
   * are not split without a word; a layer that does so must say it here.
   */
  crossesSamples(_training: boolean): boolean {
    return false;
  }

  /** Number of random streams that one use takes. */
  get streams(): number {
    return 1;
  }

  /** Every use of the layer so far, in any model. */
  get calls(): readonly LayerCall[] {
    return this.#calls;
  }

  /** The output of the layer's only use, to cut a model there. Throws ArgumentError if it was not used or used twice. */
  get output(): SymbolicTensor {
    const outputs = this.#calls.flatMap((call) => call.outputs);
    if (outputs.length !== 1) {
      const uses = outputs.length === 0 ? "was not used yet" : `has ${outputs.length} outputs in its uses`;
      throw new ArgumentError(`${this.label}: ${uses}; model.outputOf(name) finds the one in a model.`);
    }
    return outputs[0]!;
  }

  /** Creates the variables for these input shapes; layers without weights need not override it. */
  protected createVariables(_inputs: readonly Shape[]): void {}

  /** Builds the layer once. Throws ShapeError for a second use with inputs that would need other weights. */
  build(inputs: readonly Shape[]): void {
    if (this.#inputShapes === undefined) {
      this.createVariables(inputs);
      this.#inputShapes = inputs;
    } else if (this.variables.length > 0) this.#checkReuse(this.#inputShapes, inputs);
  }

  /** Uses the layer on symbolic inputs: the functional API. Throws ArgumentError for a model of several outputs. */
  apply(input: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    const outputs = this.applyAll(input);
    if (outputs.length !== 1)
      throw new ArgumentError(`${this.label}: has ${outputs.length} outputs; applyAll() returns them.`);
    return outputs[0]!;
  }

  /** Uses the layer on symbolic inputs and returns all its outputs. */
  applyAll(input: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] {
    const inputs = symbolicTensors(this.label, [input].flat());
    const shapes = inputs.map(({ shape }) => shape);
    if (this.#inputShapes === undefined) this.build(shapes);
    const outputs = this.outputShapes(shapes); // says first what is wrong with the inputs of another use
    for (const shape of outputs) checkShape(shape, `${this.label}: output`);
    this.build(shapes);
    return this.addCall(inputs, outputs).outputs;
  }

  /** Notes a use of the layer. */
  addCall(inputs: readonly SymbolicTensor[], outputs: readonly Shape[]): LayerCall {
    const call = layerCall(this, inputs, outputs);
    this.#calls.push(call);
    return call;
  }

  /** Number of weights, trainable or not. */
  get parameterCount(): number {
    return this.variables.reduce((sum, { size }) => sum + size, 0);
  }

  /** Values of the layer's weights by name: kernel, bias. Throws WgradError until a model with it is compiled. */
  async getWeights(): Promise<Map<string, Float32Array>> {
    return readTogether(this.variables.map((variable) => [variable.name, variable]));
  }

  /** Sets weights by name, or what they start from before compile(). Throws ArgumentError for an unknown name, ShapeError for a wrong number of values. */
  setWeights(values: ReadonlyMap<string, Float32Array>): void {
    const known = this.variables.map(({ name }) => name);
    requireMap("setWeights", values);
    checkUnclaimed("setWeights", this.variables);
    for (const [name, data] of values) {
      if (!known.includes(name)) throw unknownWeight(this.label, name, known);
      this.variable(name).check(data, `${this.label}/${name}`);
    }
    for (const [name, data] of values) this.variable(name).write(data, name);
  }

  /** A weight of the layer, named as Keras names it; for createVariables(). Throws ShapeError for a shape that is none. */
  protected addVariable(
    name: string,
    shape: Shape,
    start: InitializerChoice,
    options: WeightOptions = {},
  ): Variable {
    const label = `${this.label}: ${name}`;
    checkShape(shape, label);
    const { regularizer: penalty, ...rest } = options;
    const variable = new Variable(name, shape, initializer(start, label), {
      ...rest,
      regularizer: penalty && regularizer(penalty, label),
    });
    (this.#draft ?? this.variables).push(variable);
    return variable;
  }

  /** The only input. Throws ArgumentError if there are several. */
  protected single<T>(inputs: readonly T[]): T {
    if (inputs.length !== 1) {
      throw new ArgumentError(`${this.label}: takes one input, got ${inputs.length}.`);
    }
    return inputs[0]!;
  }

  /** The only input shape, which must have `rank` axes; `layout` explains them. */
  protected singleOfRank(inputs: readonly Shape[], rank: number, layout: string): Shape {
    const shape = this.single(inputs);
    if (shape.length !== rank) {
      throw new ShapeError(
        `${this.label}: expects inputs ${layout}, got ${formatShape(shape)} (without the batch axis).`,
      );
    }
    return shape;
  }

  /** The only input shape in two parts: the axes before the last, and the size of the last, which a product works on. */
  protected singleByFeatures(inputs: readonly Shape[]): { readonly front: Shape; readonly features: number } {
    const shape = this.single(inputs);
    const features = shape.at(-1);
    if (features === undefined) {
      throw new ShapeError(`${this.label}: expects inputs [..., features], got [] (without the batch axis).`);
    }
    return { front: shape.slice(0, -1), features };
  }

  /** The weight of this name, for call(). Throws WgradError if there is none yet. */
  protected variable(name: string): Variable {
    const found = this.variables.find((variable) => variable.name === name);
    if (!found) throw new WgradError(`${this.label} has no weight ${name} yet: it was not built.`);
    return found;
  }

  /** The layer in messages: its name, or its class until it has one. */
  protected get label(): string {
    return this.name || this.className;
  }

  /** A shared layer has one set of weights: what the inputs of another use would need must be what it has. */
  #checkReuse(first: readonly Shape[], inputs: readonly Shape[]): void {
    const needed: Variable[] = [];
    this.#draft = needed;
    try {
      this.createVariables(inputs);
    } finally {
      this.#draft = undefined;
    }
    for (const [i, { name, shape }] of needed.entries()) {
      const own = this.variables[i]!;
      if (sameShape(own.shape, shape)) continue;
      const [built, asked] = [first, inputs].map((shapes) => shapes.map(formatShape).join(", "));
      throw new ShapeError(
        `${this.label}: was built for inputs ${built} with the ${name} ${formatShape(own.shape)}; inputs ${asked} ` +
          `need ${formatShape(shape)}. Every use of a layer shares its weights.`,
      );
    }
  }
}

/** Conv2D to conv2d, MaxPooling2D to max_pooling2d, PReLU to p_re_lu: Keras's two rules. */
function snakeCase(className: string): string {
  const words = className.replace(/(.)([A-Z][a-z0-9]+)/g, "$1_$2").replace(/([a-z])([A-Z])/g, "$1_$2");
  return words.toLowerCase();
}

/** For a weight name or path that does not exist. */
export function unknownWeight(owner: string, name: string, known: readonly string[]): ArgumentError {
  const near = nearest(name, known);
  const hint = near ? ` Did you mean "${near}"?` : "";
  return new ArgumentError(
    `setWeights: ${owner} has no weight ${written(name)}. It has ${known.join(", ") || "none"}.${hint}`,
  );
}
