/** @file An example computed: its numbers, and any of them as the sum that made it. */
import type { Engine } from "../../engine/device.ts";
import { ArgumentError } from "../../engine/errors.ts";
import { LaunchRecord } from "../../engine/record/launch-record.ts";
import { sizeOf } from "../../engine/shape.ts";
import { Tensor } from "../../engine/tensor.ts";
import { withNaiveKernels } from "../../kernels/tuning/mode.ts";
import type { Place } from "../microscope/elements.ts";
import { explainChain } from "../microscope/explain-address.ts";
import { type Explanation, Microscope, type Number32 } from "../microscope/microscope.ts";
import {
  checkHandValues,
  type HandName,
  type HandResult,
  type HandValues,
  handExamples,
} from "./examples.ts";
import { type Outcome, passes } from "./passes.ts";

/** One number of an example as it came about. Plain data. */
export interface HandExplanation {
  readonly value: number;
  /** from the last launch back to the first that adds up many terms */
  readonly chain: readonly Explanation[];
  /** names of the numbers in those sums: x[0,2] */
  readonly factors: readonly string[];
}

/** More terms than an example has: none is folded. */
const terms = 64;

export class HandWork {
  readonly #name: HandName;
  readonly #record: LaunchRecord;
  readonly #microscope: Microscope;
  readonly #results: Outcome["results"];
  readonly #dispose: () => void;

  private constructor(name: HandName, record: LaunchRecord, outcome: Outcome, dispose: () => void) {
    this.#name = name;
    this.#record = record;
    this.#microscope = new Microscope(record, outcome.named);
    this.#results = outcome.results;
    this.#dispose = dispose;
  }

  /** Runs the ops with the readable kernels. Throws ArgumentError for numbers that do not fit. Dispose of it at the end. */
  static take(engine: Engine, name: HandName, values: HandValues): HandWork {
    checkHandValues(name, values);
    const tensors = Object.fromEntries(
      handExamples[name].inputs.map(
        ({ name: input, shape }) => [input, engine.keep(engine.tensor([...values[input]!], shape))] as const,
      ),
    );
    const pass = passes[name](engine, tensors, values);
    const dispose = () => {
      pass.dispose();
      for (const tensor of Object.values(tensors)) tensor.dispose();
    };
    try {
      let outcome: Outcome = { named: [], results: {} };
      const launch = () => {
        outcome = pass.launch();
      };
      const { record } = LaunchRecord.take(engine, () => withNaiveKernels(() => engine.scope(launch)));
      return new HandWork(name, record, outcome, dispose);
    } catch (error) {
      dispose();
      throw error;
    }
  }

  /** All results, by name. */
  async numbers(): Promise<Record<string, Float32Array>> {
    const entries: [string, Float32Array][] = [];
    for (const result of handExamples[this.#name].results) {
      const values = new Float32Array(sizeOf(result.shape));
      for (const at of values.keys())
        values[at] = (await this.#microscope.number(this.#placeOf(result, at))).value;
      entries.push([result.name, values]);
    }
    return Object.fromEntries(entries);
  }

  /** How one of them came about. Throws ArgumentError if there is no such number. */
  async explain(result: string, at: number): Promise<HandExplanation> {
    const found = handExamples[this.#name].results.find(({ name }) => name === result);
    if (!found || !(Number.isInteger(at) && at >= 0 && at < sizeOf(found.shape)))
      throw new ArgumentError(`${this.#name}: there is no number ${at} of ${result}.`);
    const place = this.#placeOf(found, at);
    const { value } = await this.#microscope.number(place);
    const chain = (await this.#chainOf(place)).map(inOrder);
    const factors = new Set<string>();
    for (const { number } of chain)
      for (const { number: factor } of await this.#microscope.contributors(number, { terms }))
        factors.add(nameOf(await this.#sourceOf(factor)));
    return { value, chain, factors: [...factors] };
  }

  /** What a number is a copy of: operands that are stretched to a shape are copied first. */
  async #sourceOf(number: Number32): Promise<Number32> {
    const made = this.#microscope.elements.makerOf(number);
    if (!made || this.#microscope.elements.launches[made.launch]!.what !== "shape/strided-copy")
      return number;
    const [source] = await this.#microscope.contributors(made, { terms: 1 });
    return source ? source.number : number;
  }

  /** Of an optimizer's update: what it keeps besides the weight, and the gradient, and nothing of the steps before. */
  async #chainOf(place: Place): Promise<Explanation[]> {
    const { elements } = this.#microscope;
    if (!elements.launches[place.launch]!.what.startsWith("optimizers/"))
      return explainChain(this.#microscope, place, { terms });
    const operands = (await this.#microscope.contributors(place, { terms })).map(({ number }) => number);
    const own = operands.filter(({ side }) => side === "out");
    const gradient = elements.makerOf({ ...place, binding: "gradients", side: "in" });
    const places = [place, ...own, ...(gradient ? [gradient] : [])];
    const found = await Promise.all(places.map((each) => this.#microscope.explain(each, { terms })));
    return found.filter((explanation) => explanation !== undefined);
  }

  dispose(): void {
    this.#record.dispose();
    this.#dispose();
  }

  #placeOf({ name }: HandResult, at: number): Place {
    const where = this.#results[name]!;
    const { elements } = this.#microscope;
    if (typeof where === "function") return where(at, elements.launches);
    const place =
      where instanceof Tensor
        ? elements.lastOf(where, this.#record, at)
        : elements.lastOf(where[at]!, this.#record, 0);
    if (!place) throw new ArgumentError(`${this.#name}: no launch writes ${name}.`);
    return place;
  }
}

/** Terms in the kernel's order: in so short a sum the order is easier to follow than the size. */
function inOrder({ sum, ...explanation }: Explanation): Explanation {
  return { ...explanation, sum: sum && { ...sum, terms: sum.terms.toSorted((a, b) => a.order - b.order) } };
}

/** Without the remark that the step has changed it. */
function nameOf({ name }: Number32): string {
  return name.replace(/ after the step$/, "");
}
