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
  /** the alias that names its numbers, if one does: `real` of array<vec4<real>> where the file says alias real = f32 */
  readonly alias?: string;
}

const bindingPattern =
  /@group\(0\)\s*@binding\((\d+)\)\s*var<\s*(uniform|storage\s*,\s*read_write|storage\s*,\s*read|storage)\s*>\s*(\w+)\s*:\s*([\w<>]+)/g;

const aliasPattern = /^alias (\w+) = (f32|f16|u32);/gm; // u32: elements that are moved, not read as numbers

/** The bindings declared in `source`, in the order of their numbers. */
export function parseBindings(source: string): Binding[] {
  const code = source.replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, "");
  const aliases = new Map([...code.matchAll(aliasPattern)].map(([, name, type]) => [name!, type!]));
  const bindings: Binding[] = [];
  for (const [, index, space, name, type] of code.matchAll(bindingPattern)) {
    const access = space === "uniform" ? "uniform" : space!.includes("read_write") ? "write" : "read";
    const alias = [...aliases.keys()].find((known) => new RegExp(`\\b${known}\\b`).test(type!));
    const stride = strideOf(alias ? type!.replace(alias, aliases.get(alias)!) : type!);
    bindings.push({ name: name!, index: Number(index), access, stride, ...(alias && { alias }) });
  }
  return bindings.sort((a, b) => a.index - b.index);
}

function strideOf(type: string): number {
  const [, lanes, element] = /vec([234])(h|<f16>)?/.exec(type) ?? [];
  if (!lanes) return 4;
  return (lanes === "2" ? 2 : 4) * (element ? 2 : 4); // a vec3 takes the room of a vec4
}

/**
 * `source` for bindings of which those named in `half` hold f16: the alias of their numbers becomes f16. Throws KernelError
 * if the shader takes f32 only, or if one alias names the numbers of two bindings and only one is half.
 */
export function setHalf(source: string, half: readonly string[], file: string): string {
  if (half.length === 0) return source;
  const bindings = parseBindings(source);
  let text = source;
  for (const name of half) {
    const alias = bindings.find((binding) => binding.name === name)?.alias;
    if (!alias) throw new KernelError(`${file} takes ${name} in f32 only, it is f16: cast() it first.`);
    const other = bindings.find((binding) => binding.alias === alias && !half.includes(binding.name));
    if (other) throw new KernelError(`${file} needs ${name} and ${other.name} both in f16 or both in f32.`);
    text = text.replace(new RegExp(`^alias ${alias} = (f32|u32);`, "m"), `alias ${alias} = f16;`);
  }
  return `enable f16;\n${text}`;
}

/** `source` with the values of the named constants replaced. */
export function setConstants(source: string, constants: Constants, file: string): string {
  let text = source;
  for (const [name, value] of Object.entries(constants)) {
    const declaration = new RegExp(`^(\\s*const ${name}\\s*(?::\\s*(\\w+)\\s*)?=)[^;]*;`, "m");
    const match = declaration.exec(text);
    if (!match) throw new KernelError(`${file} declares no const ${name}.`);
    text = text.replace(declaration, (_, head: string) => `${head} ${literal(value, match[2], name, file)};`);
  }
  return text;
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
