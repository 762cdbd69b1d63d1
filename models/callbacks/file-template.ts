/** @file File names with Python's replacement fields: `weights-{epoch:02d}-{val_loss:.2f}.safetensors`. */
import { ArgumentError } from "../../engine/errors.ts";
import { toFixedHalfEven } from "../decimals.ts";

/** {name} or {name:spec}; {{ and }} stand for braces */
const field = /\{\{|\}\}|\{([^{}:]*)(?::([^{}]*))?\}|[{}]/g;
/** [0][width]d, or [0][width][.precision] and f, e or % */
const format = /^(0?)(\d{0,2})(?:(d)|(?:\.(\d{1,2}))?([fe%]))?$/;

/** Throws ArgumentError unless braces and formats are sound. */
export function checkTemplate(callback: string, template: string): void {
  for (const [found, name, spec = ""] of template.matchAll(field)) {
    if (found === "{{" || found === "}}") continue;
    if (!name) throw new ArgumentError(`${callback}: "${template}" has a ${found} without a name.`);
    if (!format.test(spec)) {
      throw new ArgumentError(
        `${callback}: cannot format ${found}. Known are {${name}}, {${name}:02d}, {${name}:.2f}, {${name}:.2e} and {${name}:.1%}.`,
      );
    }
  }
}

/** Fills in the values. Throws ArgumentError for a name without one. */
export function fillTemplate(
  callback: string,
  template: string,
  values: Readonly<Record<string, number>>,
): string {
  return template.replaceAll(field, (found: string, name: string | undefined, spec = "") => {
    if (name === undefined) return found[0]!; // {{ or }}
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) return formatNumber(value, spec);
    const known = Object.keys(values).join(", ");
    throw new ArgumentError(`${callback}: "${template}" names ${name}, but the epoch reported ${known}.`);
  });
}

function formatNumber(value: number, spec: string): string {
  const [, zero, width, whole, precision = "6", type] = format.exec(spec)!;
  const digits = Number(precision);
  let text = String(value);
  if (whole) text = value.toFixed(0);
  else if (type === "f") text = toFixedHalfEven(value, digits);
  else if (type === "%") text = `${toFixedHalfEven(100 * value, digits)}%`;
  // at least two digits of exponent: 1e-05
  else if (type === "e") text = value.toExponential(digits).replace(/([+-])(\d)$/, "$10$2");
  const sign = zero && text.startsWith("-") ? "-" : "";
  return sign + text.slice(sign.length).padStart(Number(width) - sign.length, zero ? "0" : " ");
}
