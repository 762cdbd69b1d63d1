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
  /** bytes of one element: 16 for array<vec4f>, so that a tail shorter than a vector is bound too; else 4 */
  readonly stride: number;
}

const bindingPattern =
  /@group\(0\)\s*@binding\((\d+)\)\s*var<\s*(uniform|storage\s*,\s*read_write|storage\s*,\s*read|storage)\s*>\s*(\w+)\s*:\s*([\w<>]+)/g;

/** The bindings declared in `source`, in the order of their numbers. */
export function parseBindings(source: string): Binding[] {
  const code = source.replace(/\/\/.*$/gm, "");
  const bindings: Binding[] = [];
  for (const [, index, space, name, type] of code.matchAll(bindingPattern)) {
    const access = space === "uniform" ? "uniform" : space!.includes("read_write") ? "write" : "read";
    bindings.push({ name: name!, index: Number(index), access, stride: strideOf(type!) });
  }
  return bindings.sort((a, b) => a.index - b.index);
}

function strideOf(type: string): number {
  if (!/vec4/.test(type)) return 4;
  return /vec4(h|<f16>)/.test(type) ? 8 : 16;
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
  if (!Number.isFinite(value)) throw new KernelError(`${file}: const ${name} cannot be ${value}.`);
  if (type === "f32") return Number.isInteger(value) ? `${value}.0` : floatLiteral(value);
  if (!Number.isInteger(value))
    throw new KernelError(`${file}: const ${name} must be an integer, got ${value}.`);
  return type === "i32" ? String(value) : `${value}u`;
}

/** The shortest decimal that rounds to the same float32 value. */
function floatLiteral(value: number): string {
  const rounded = Math.fround(value);
  for (let digits = 6; digits <= 9; digits++) {
    const text = rounded.toPrecision(digits);
    if (Math.fround(Number(text)) === rounded) return /[.e]/.test(text) ? text : `${text}.0`;
  }
  return rounded.toString();
}
