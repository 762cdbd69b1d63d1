/** @file Reads a WGSL file: its bindings, its named constants, and the replacement of their values. */
import { KernelError } from "./errors.ts";

/** Values the loader may put into a shader's `const` block. Booleans stay booleans in WGSL. */
export type Constants = Readonly<Record<string, number | boolean>>;

/** How a binding is used; decides its layout entry. */
export type Access = "read" | "write" | "uniform";

export interface Binding {
  readonly name: string;
  readonly index: number;
  readonly access: Access;
  /** bytes of one element: 16 for array<vec4f>, so that a tail shorter than a vector is bound too; 4 for scalars */
  readonly stride: number;
}

const bindingPattern =
  /@group\(0\)\s*@binding\((\d+)\)\s*var<\s*(uniform|storage\s*,\s*read_write|storage\s*,\s*read|storage)\s*>\s*(\w+)\s*:\s*([\w<>]+)/g;

/** The bindings declared in `source`, in the order of their numbers. */
export function parseBindings(source: string): Binding[] {
  const code = source.replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, "");
  const bindings: Binding[] = [];
  for (const [, index, space, name, type] of code.matchAll(bindingPattern)) {
    const access = space === "uniform" ? "uniform" : space!.includes("read_write") ? "write" : "read";
    bindings.push({ name: name!, index: Number(index), access, stride: strideOf(type!) });
  }
  return bindings.sort((a, b) => a.index - b.index);
}

function strideOf(type: string): number {
  const [, lanes, element] = /vec([234])(h|<f16>)?/.exec(type) ?? [];
  if (!lanes) return 4;
  return (lanes === "2" ? 2 : 4) * (element ? 2 : 4); // a vec3 takes the room of a vec4
}

/** `source` with the values of the named constants replaced; `half` turns `alias real = f32` into f16. */
export function setConstants(source: string, constants: Constants, file: string, half = false): string {
  let text = source;
  for (const [name, value] of Object.entries(constants)) {
    const declaration = new RegExp(`^(\\s*const ${name}\\s*(?::\\s*(\\w+)\\s*)?=)[^;]*;`, "m");
    const match = declaration.exec(text);
    if (!match) throw new KernelError(`${file} declares no const ${name}.`);
    text = text.replace(declaration, (_, head: string) => `${head} ${literal(value, match[2], name, file)};`);
  }
  if (!half) return text;
  if (!/^alias real = f32;/m.test(text)) throw new KernelError(`${file} has no alias real to set to f16.`);
  return `enable f16;\n${text.replace(/^alias real = f32;/m, "alias real = f16;")}`;
}

function literal(value: number | boolean, type: string | undefined, name: string, file: string): string {
  if (typeof value === "boolean") return String(value);
  const isFloat = type === "f32" || type === "f16" || type === "real";
  if (!Number.isFinite(isFloat ? Math.fround(value) : value))
    throw new KernelError(`${file}: const ${name} cannot be ${value}.`);
  if (isFloat) return floatLiteral(Math.fround(value));
  if (!Number.isInteger(value))
    throw new KernelError(`${file}: const ${name} must be an integer, got ${value}.`);
  const [low, high] = type === "i32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
  if (value < low || value > high)
    throw new KernelError(`${file}: const ${name} must be ${low} to ${high}, got ${value}.`);
  return type === "i32" ? String(value) : `${value}u`;
}

const largestFloat = 3.4028234663852886e38;

/** The shortest decimal of six digits or more that rounds to the float32 number `value` and is none too large for WGSL. */
function floatLiteral(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return `${Object.is(value, -0) ? "-0" : value}.0`;
  for (let digits = 6; digits <= 9; digits++) {
    const text = value.toPrecision(digits);
    const read = Number(text);
    if (Math.fround(read) === value && Math.abs(read) <= largestFloat && /[.e]/.test(text)) return text;
  }
  return String(value);
}
