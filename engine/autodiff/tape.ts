/**
 * @file Reverse-mode automatic differentiation, all of it. While gradients() runs its body, each op leaves an entry on the tape:
 * its output, its inputs, and a rule that turns the gradient of the output into those of the inputs. The backward pass plays
 * the entries from the last to the first and adds up what arrives at each tensor. Beside it: cuts.ts (what would lose a gradient
 * is refused), fusion.ts (one kernel for several rules), descent.ts (no stored gradients), recompute.ts (no stored activations).
 */
import { requireTensors } from "../arguments.ts";
import { kernel, like, type Output, run } from "../kernel.ts";
import type { Shape } from "../shape.ts";
import { aliasOf, type DType, type OpEngine, Tensor } from "../tensor.ts";
import { Cuts, checkSlope, checkValue } from "./cuts.ts";
import { Updates } from "./descent.ts";
import { checkArguments, type GradientOptions } from "./gradient-options.ts";
import type { RecomputedPass } from "./recompute.ts";

/** How to write the gradient of input `index`: undefined if nobody needs it, else an output for run(). */
export type Want = (index: number) => Output | undefined;

/** How to differentiate one op: the gradients of its inputs, in their order, from the gradient of its output. */
export interface Rule {
  readonly inputs: readonly Tensor[];
  /** tensors that backward reads: they outlive their scope until it has run */
  readonly keeps?: readonly Tensor[];
  /** the gradient of each input, in their order, from that of the output; undefined where `want` gives nothing to write into */
  backward(dy: Tensor, want: Want): readonly (Tensor | undefined)[];
}

/** What has a gradient: a tensor, or a value that a fused kernel does not store. */
export type Place = Tensor | { readonly shape: Shape; readonly dtype: DType };

/** A rule on the tape. */
export interface Entry extends Omit<Rule, "inputs"> {
  readonly output: Place;
  readonly inputs: readonly Place[];
}

const sum = kernel("engine/autodiff/sum", { reads: ["a", "b"], writes: ["y"], flops: { y: 1 } });
const add = kernel("engine/autodiff/accumulate", { reads: ["x"], updates: ["total"], flops: { total: 1 } });

/** Marks `y` as computed from `rule.inputs`. Outside of gradients() it does nothing. */
export function differentiable<T extends Tensor>(y: T, rule: Rule): T {
  if (!(y instanceof Tensor)) requireTensors("differentiable", { y });
  y.engine.tape?.record(y, rule);
  return y;
}

/**
 * Runs `body` and differentiates the scalar it returns: that scalar, and a gradient of each source, of its shape. It is zeros for
 * a source that took no part. Integers are constant, as in PyTorch and TensorFlow: no gradient goes through argMax().
 * @throws ArgumentError if the scalar depends on no source at all, or on one through a kernel that no rule describes;
 * stopGradient() says that this is meant
 */
export function gradients(
  engine: OpEngine,
  body: () => Tensor,
  sources: readonly Tensor[],
  options: GradientOptions = {},
): { value: Tensor; gradients: Tensor[] } {
  checkArguments(engine, body, sources, options);
  const tape = new Tape(engine, sources, options);
  try {
    engine.tape = tape;
    const value = body();
    engine.tape = undefined;
    checkValue(value, tape);
    tape.keepOutput(value);
    engine.beginBackward([...tape.kept.values()].flat());
    options.beforeBackward?.(value);
    tape.recomputed?.end([...tape.kept.values()].flat());
    return { value, gradients: tape.play(value) };
  } finally {
    engine.tape = undefined;
    tape.close();
  }
}

export class Tape {
  readonly engine: OpEngine;
  readonly sources: readonly Tensor[];
  readonly options: GradientOptions;
  readonly entries = new Map<Place, Entry>(); // by output, in the order of the ops
  readonly kept = new Map<Entry, Tensor[]>(); // what rules read, held until they have run
  readonly cuts: Cuts = new Cuts(this);
  readonly updates: Updates | undefined;
  readonly recomputed: RecomputedPass | undefined;
  readonly #gradients = new Map<Place, Tensor>(); // the sums so far, held here
  readonly #targets: Map<Place, Tensor>;

  constructor(engine: OpEngine, sources: readonly Tensor[], options: GradientOptions) {
    this.engine = engine;
    this.sources = sources;
    this.options = options;
    this.updates = options.descent && new Updates(engine, options.descent.decay);
    this.recomputed = options.recompute?.begin(engine);
    this.#targets = new Map(options.into?.map((target, i) => [sources[i]!, target]));
  }

  /** Whether gradients of sources come by `place`. */
  tracks(place: Place): boolean {
    return this.entries.has(place) || (place instanceof Tensor && this.sources.includes(place));
  }

  /** Notes how `output` was computed: in several entries, if the kernel is a fused one. */
  record(output: Tensor, rule: Rule, entries: readonly Entry[] = [{ ...rule, output }]): void {
    this.cuts.record(output, rule);
    if (!rule.inputs.some((input) => this.tracks(input))) return;
    for (const entry of entries) {
      for (const input of entry.inputs) this.keepOutput(input);
      const kept = (entry.keeps ?? []).filter((tensor) => tensor !== entry.output);
      for (const tensor of kept) tensor.retain();
      this.kept.set(entry, kept);
      this.entries.delete(entry.output); // a second rule for it comes last
      this.entries.set(entry.output, entry);
    }
  }

  /** A rule that reads its own output keeps it once somebody uses that: before, nobody wants its gradient. */
  keepOutput(output: Place): void {
    const entry = this.entries.get(output);
    const own = entry?.keeps?.find((tensor) => tensor === output);
    const kept = entry && this.kept.get(entry);
    if (own && !kept?.includes(own)) kept?.push(own.retain());
  }

  /** The backward pass: from d value / d value = 1 to the gradients of the sources. */
  play(value: Tensor): Tensor[] {
    this.engine.scope(() => this.#add(value, aliasOf(this.options.seed ?? this.engine.one, value.shape)));
    for (const entry of [...this.entries.values()].reverse()) this.engine.scope(() => this.#step(entry));
    this.updates?.run(this.sources, (source) => this.#gradients.get(source));
    return this.sources.map((source) => this.#result(source));
  }

  #step(entry: Entry): void {
    const dy = this.#gradients.get(entry.output);
    if (dy) {
      if (entry.output instanceof Tensor) this.options.arrived?.(entry.output, dy);
      this.recomputed?.restore(this.kept.get(entry)!);
      const slopes = entry.backward(dy, (index) => this.#want(entry, index));
      for (const [i, input] of entry.inputs.entries())
        if (slopes[i] && this.tracks(input)) this.#add(input, slopes[i]);
      this.#gradients.delete(entry.output);
      dy.release();
    }
    for (const tensor of this.kept.get(entry)!) tensor.release();
    this.kept.delete(entry);
  }

  #want({ inputs }: Entry, index: number): Output | undefined {
    const input = inputs[index]!;
    if (!this.tracks(input)) return undefined;
    const twice = inputs.lastIndexOf(input) !== inputs.indexOf(input);
    const summed = twice || this.options.accumulate || this.#gradients.has(input);
    return (!summed && this.#targets.get(input)) || { shape: input.shape, dtype: input.dtype };
  }

  /** A gradient is the sum over all uses. */
  #add(place: Place, gradient: Tensor): void {
    checkSlope(place, gradient);
    const [before, target] = [this.#gradients.get(place), this.#targets.get(place)];
    const launch = { invocations: gradient.size };
    let total = target ?? gradient;
    if (!target && before) total = run(sum, { a: before, b: gradient }, { y: like(before) }, launch).y;
    else if (total !== gradient && (before || this.options.accumulate))
      run(add, { x: gradient, total }, {}, launch);
    else if (total !== gradient) this.engine.copy(gradient, total);
    this.#gradients.set(place, total.retain());
    before?.release();
  }

  /** The gradient of a source; a new one passes to the caller's scope. */
  #result(source: Tensor): Tensor {
    if (this.updates?.changes(source)) return source;
    const [gradient, target] = [this.#gradients.get(source), this.#targets.get(source)];
    if (target && !gradient && !this.options.accumulate) this.engine.clear(target);
    return target ?? (gradient ? this.engine.adopt(gradient) : this.engine.zeros(source.shape, source.dtype));
  }

  close(): void {
    for (const held of [...this.kept.values(), this.#gradients.values()])
      for (const tensor of held) tensor.release();
    this.updates?.release();
    this.recomputed?.close();
  }
}
