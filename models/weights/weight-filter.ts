/** @file Which weights are meant: by the names of layers, models within the model or weights, or by patterns. */
import { ArgumentError, nearest } from "../../engine/errors.ts";
import { checkOptionNames, written } from "../../engine/options.ts";

/** A name, a name with * for anything (`conv2d_*`), a regular expression, or several of them. */
export type WeightPattern = string | RegExp | readonly (string | RegExp)[];

/** Which weights of a file are loaded. */
export interface WeightFilter {
  /** these and no others */
  readonly only?: WeightPattern;
  /** all but these */
  readonly skip?: WeightPattern;
}

/** A weight's path and the names that a pattern may mean it by. */
export interface NamedWeight {
  readonly path: string;
  /** names of its layer and of the models that the layer is in */
  readonly owners: readonly string[];
}

/** Says of a weight whether it is meant. Throws ArgumentError for a pattern that matches none of `known`. */
export function weightSelector(
  what: string,
  known: readonly NamedWeight[],
  filter: WeightFilter,
): (weight: NamedWeight) => boolean {
  checkOptionNames(what, filter, { only: true, skip: true });
  const { only, skip } = filter;
  const [wanted, unwanted] = [only, skip].map((patterns) => patterns !== undefined && [patterns].flat());
  for (const [option, patterns] of Object.entries({ only: wanted, skip: unwanted })) {
    for (const pattern of patterns || []) {
      if (typeof pattern !== "string" && !(pattern instanceof RegExp)) {
        throw new ArgumentError(
          `${what}: ${option} must be names or regular expressions, got ${written(pattern)}.`,
        );
      }
      if (!known.some((weight) => matches(weight, pattern))) throw unmatched(what, option, pattern, known);
    }
  }
  const isOneOf = (weight: NamedWeight, patterns: readonly (string | RegExp)[]) =>
    patterns.some((pattern) => matches(weight, pattern));
  return (weight) => (!wanted || isOneOf(weight, wanted)) && !(unwanted && isOneOf(weight, unwanted));
}

/** A path without the weight's own name, and so on: encoder/dense_1/kernel, encoder/dense_1, encoder. */
function prefixes(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

function matches({ path, owners }: NamedWeight, pattern: string | RegExp): boolean {
  const names = [...owners, ...prefixes(path)];
  if (pattern instanceof RegExp) return names.some((name) => name.search(pattern) >= 0);
  const literal = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  const whole = new RegExp(`^${literal.join(".*")}$`);
  return names.some((name) => whole.test(name));
}

function unmatched(
  what: string,
  option: string,
  pattern: string | RegExp,
  known: readonly NamedWeight[],
): ArgumentError {
  const names = [...new Set(known.flatMap(({ path, owners }) => [...owners, ...prefixes(path)]))];
  const near = nearest(String(pattern), names);
  const hint = near ? `Did you mean "${near}"?` : `There are ${known.map(({ path }) => path).join(", ")}.`;
  return new ArgumentError(`${what}: ${option} "${pattern}" matches no weight. ${hint}`);
}
