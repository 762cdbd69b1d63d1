/** @file Reductions: sums in runs of 16, and those in runs of 16, by lanes that a tree puts together. */
import { call, constant, type Expression, largest, loop, minus, plus, times } from "../expression.ts";
import { type KernelRule, type OpenLaunch, standsIn, type Use } from "../rule.ts";

/** What is combined for one element of x: the element, or a function of it. */
function termOf(launch: OpenLaunch, at: number, center: number): Expression {
  const x = launch.read("x", at);
  const middle = () => launch.read("center", center);
  switch (launch.constant("TERM")) {
    case 1: {
      const [absolute, square] = [launch.constant("ABSOLUTE"), launch.constant("SQUARE")];
      const parts = [
        ...(absolute ? [times(constant(absolute), call("abs", Math.abs, x))] : []),
        ...(square ? [times(constant(square), x, x)] : []),
      ];
      return parts.length === 1 ? parts[0]! : loop(parts);
    }
    case 2:
      return times(minus(x, middle()), minus(x, middle()));
    case 3:
      return call("equal", (a, b) => (a === b || (Number.isNaN(a) && Number.isNaN(b)) ? 1 : 0), x, middle());
    case 4:
      return minus(x, middle());
    default:
      return x;
  }
}

/** The term of a sum in which an element stands; penalties and deviations may be two, and the extremes are no sums. */
function ownTerm(launch: OpenLaunch, at: number, center: number): Pick<Use, "term"> {
  const single = launch.constant("OPERATION") === 0 && ![1, 4].includes(launch.constant("TERM"));
  return single ? { term: termOf(launch, at, center) } : {};
}

/** A list in runs of `size`. */
function runsOf<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** What one lane combines, in runs of runs. */
function inRuns(launch: OpenLaunch, terms: readonly Expression[]): Expression {
  if (launch.constant("OPERATION") !== 0) return extreme(launch, terms);
  const run = 16;
  return loop(runsOf(terms, run * run).map((outer) => loop(runsOf(outer, run).map(loop))));
}

function extreme(launch: OpenLaunch, terms: readonly Expression[]): Expression {
  if (launch.constant("OPERATION") === 1) return largest(...terms);
  return call("min", (...values) => values.reduce((a, b) => Math.min(a, b)), ...terms);
}

function combine(launch: OpenLaunch, a: Expression, b: Expression): Expression {
  return launch.constant("OPERATION") === 0 ? plus(a, b) : extreme(launch, [a, b]);
}

function scaled(launch: OpenLaunch, total: Expression): Expression {
  const scale = launch.constant("SCALE");
  return scale === 1 ? total : times(constant(scale, "SCALE"), total);
}

/** Sizes of the reduction over rows. */
function columnsOf(launch: OpenLaunch) {
  const get = (name: string) => launch.constant(name);
  return {
    rows: get("ROWS"),
    columns: get("COLUMNS"),
    outputs: get("OUTPUTS"),
    chunk: get("CHUNK"),
    width: 4 * Math.ceil(get("OUTPUTS") / 4),
  };
}

const columnsRule: KernelRule = {
  kernel: "reduce/columns",
  line: () => "run = combine(run, term(fetch(",
  formula(launch, _, at) {
    const { rows, columns, outputs, chunk, width } = columnsOf(launch);
    const slot = at % width;
    const output = Math.min(slot, outputs - 1); // lanes behind the last repeat it
    const start = Math.floor(output / columns) * rows * columns + (output % columns);
    const first = Math.floor(at / width) * chunk;
    const count = Math.max(0, Math.min(first + chunk, rows) - first);
    const terms = Array.from({ length: count }, (_, i) =>
      termOf(launch, start + (first + i) * columns, slot),
    );
    return scaled(launch, inRuns(launch, terms));
  },
  *uses(launch, binding, at): Generator<Use, void, undefined> {
    const { rows, columns, outputs, chunk, width } = columnsOf(launch);
    const size = launch.size("y");
    if (binding === "center") {
      if (launch.constant("TERM") >= 2) for (let i = at; i < size; i += width) yield { output: "y", at: i };
      return;
    }
    const output = Math.floor(at / (rows * columns)) * columns + (at % columns);
    const slice = Math.floor((Math.floor(at / columns) % rows) / chunk);
    const last = output === outputs - 1 ? width - 1 : output;
    for (let slot = output; slot <= last && slice * width + slot < size; slot++)
      yield { output: "y", at: slice * width + slot, ...ownTerm(launch, at, slot) };
  },
};

/** Sizes of the reduction of each row. */
function rowsOf(launch: OpenLaunch) {
  const get = (name: string) => launch.constant(name);
  return { length: get("LENGTH"), slices: get("SLICES"), lanes: get("LANES") };
}

/** Vectors of four that a row lies in, and how many of them make a slice. */
function vectorsOf(launch: OpenLaunch, row: number) {
  const { length, slices } = rowsOf(launch);
  const first = Math.floor((row * length) / 4);
  const vectors = Math.ceil((row * length + length) / 4) - first;
  return { first, vectors, chunk: Math.ceil(vectors / slices) };
}

const rowsRule: KernelRule = {
  kernel: "reduce/rows",
  line: () => "run = combine(run, value)",
  formula(launch, _, at) {
    const { length, slices, lanes } = rowsOf(launch);
    const row = Math.floor(at / slices);
    const { first, vectors, chunk } = vectorsOf(launch, row);
    const begin = (at % slices) * chunk;
    const end = Math.min(begin + chunk, vectors);
    const within = (element: number) => element >= row * length && element < (row + 1) * length;
    /** what a lane combines of one component of its vectors */
    const component = (lane: number, e: number): Expression => {
      const terms: Expression[] = [];
      for (let i = begin + lane; i < end; i += lanes) {
        const element = 4 * (first + i) + e;
        if (within(element)) terms.push(termOf(launch, element, row));
        else if (launch.constant("OPERATION") === 0) terms.push(constant(0));
      }
      return terms.length > 0 ? inRuns(launch, terms) : neutral(launch, row * length);
    };
    const ofLane = (lane: number): Expression => {
      const [x, y, z, w] = [0, 1, 2, 3].map((e) => component(lane, e)) as [
        Expression,
        Expression,
        Expression,
        Expression,
      ];
      return combine(launch, combine(launch, x, z), combine(launch, y, w));
    };
    const tree = (lane: number, step: number): Expression =>
      step === lanes ? ofLane(lane) : combine(launch, tree(lane, 2 * step), tree(lane + step, 2 * step));
    return scaled(launch, tree(0, 1));
  },
  *uses(launch, binding, at): Generator<Use, void, undefined> {
    const { length, slices } = rowsOf(launch);
    if (binding === "center") {
      if (launch.constant("TERM") < 2) return;
      for (let slice = 0; slice < slices; slice++) yield { output: "y", at: at * slices + slice };
      return;
    }
    const row = Math.floor(at / length);
    const { first, chunk } = vectorsOf(launch, row);
    const slice = Math.floor((Math.floor(at / 4) - first) / chunk);
    yield { output: "y", at: row * slices + slice, ...ownTerm(launch, at, row) };
  },
};

/** What stands in where a lane has nothing to combine: nothing for a sum, the row's first value for the extremes. */
function neutral(launch: OpenLaunch, first: number): Expression {
  return launch.constant("OPERATION") === 0 ? constant(0) : launch.read("x", first);
}

const spreadRule: KernelRule = {
  kernel: "reduce/spread",
  line: (launch) => `if (KIND == ${launch.constant("KIND")}u) { dx[i]`,
  formula(launch, _, at) {
    const { place, kind } = placeOf(launch, at);
    const dy = launch.read("dy", place);
    const scale = launch.constant("SCALE");
    const scaledDy = scale === 1 ? dy : times(constant(scale, "SCALE"), dy);
    if (kind === 0) return scaledDy;
    const [x, center] = [launch.read("x", at), launch.read("center", place)];
    if (kind === 1) return times(scaledDy, minus(x, center));
    const same = x.value === center.value || (Number.isNaN(x.value) && Number.isNaN(center.value));
    if (!same) return call("not the extreme", () => 0, x, center);
    return call("share", (gradient, ties) => gradient / ties, dy, launch.read("count", place), x, center);
  },
  *uses(launch, binding, at) {
    const { length, inner, kind } = placeOf(launch, at);
    if (binding === "x") {
      if (kind > 0) yield { output: "dx", at };
      return;
    }
    if ((binding === "center" && kind === 0) || (binding === "count" && kind < 2)) return;
    const start = Math.floor(at / inner) * length * inner + (at % inner);
    for (let i = 0; i < length; i++) {
      const use = { output: "dx", at: start + i * inner };
      const formula = () => spreadRule.formula(launch, use.output, use.at);
      if (kind < 2 || standsIn(formula(), { side: "in", binding, at })) yield use;
    }
  },
};

/** The result that an element was reduced to. */
function placeOf(launch: OpenLaunch, at: number) {
  const [length, inner, kind] = [
    launch.constant("LENGTH"),
    launch.constant("INNER"),
    launch.constant("KIND"),
  ];
  return { length, inner, kind, place: Math.floor(at / (length * inner)) * inner + (at % inner) };
}

export const reduceRules: readonly KernelRule[] = [columnsRule, rowsRule, spreadRule];
