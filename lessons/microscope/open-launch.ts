/** @file A recorded launch with its operands in main memory. */
import { KernelError } from "../../engine/errors.ts";
import type {
  HostArray,
  LaunchRecord,
  RecordedLaunch,
  RecordedOperand,
} from "../../engine/record/launch-record.ts";
import { type Shape, sizeOf } from "../../engine/shape.ts";
import { readSource } from "../../engine/source.ts";
import type { Element } from "./expression.ts";
import type { OpenLaunch } from "./rule.ts";

/** Values of operands as the launch found them and as it left them, by binding. */
interface Values {
  readonly before: ReadonlyMap<string, HostArray>;
  readonly after: ReadonlyMap<string, HostArray>;
}

/** Reads what a launch worked on into main memory. */
export async function openLaunch(record: LaunchRecord, launch: RecordedLaunch): Promise<OpenLaunch> {
  const read = async (side: "before" | "after", roles: readonly RecordedOperand["role"][]) => {
    const operands = launch.operands.filter(({ role }) => roles.includes(role));
    const values = await Promise.all(
      operands.map(
        async (operand) => [operand.name, await record.values(operand, launch.index, side)] as const,
      ),
    );
    return new Map(values);
  };
  const [before, after] = await Promise.all([
    read("before", ["read", "update", "uniform"]),
    read("after", ["write", "update"]),
  ]);
  return new LaunchInMemory(launch, { before, after });
}

class LaunchInMemory implements OpenLaunch {
  readonly kernel: string;
  readonly #launch: RecordedLaunch;
  readonly #values: Values;
  readonly #constants = new Map<string, number | boolean>();

  constructor(launch: RecordedLaunch, values: Values) {
    this.kernel = launch.what;
    this.#launch = launch;
    this.#values = values;
  }

  constant(name: string): number {
    return Number(this.#constant(name));
  }

  flag(name: string): boolean {
    const value = this.#constant(name);
    return value === true || value === 1;
  }

  shape(binding: string): Shape {
    return this.#operand(binding).shape;
  }

  size(binding: string): number {
    return sizeOf(this.shape(binding));
  }

  read(binding: string, at: number): Element {
    return elementOf("in", binding, at, this.#values.before.get(binding));
  }

  wrote(binding: string, at: number): Element {
    return elementOf("out", binding, at, this.#values.after.get(binding));
  }

  word(binding: string, at: number): number {
    const values = this.#values.before.get(binding);
    if (!values) throw new KernelError(`microscope: ${this.kernel} reads no ${binding}.`);
    return new Uint32Array(values.buffer, values.byteOffset, Math.floor(values.byteLength / 4))[at]!;
  }

  #operand(binding: string): RecordedOperand {
    const operand = this.#launch.operands.find(({ name }) => name === binding);
    if (operand) return operand;
    throw new KernelError(`microscope: ${this.kernel} binds no ${binding}.`);
  }

  #constant(name: string): number | boolean {
    const known = this.#constants.get(name);
    if (known !== undefined) return known;
    const value = this.#launch.constants[name] ?? declared(this.kernel, name);
    const real = typeof value === "number" && isReal(this.kernel, name) ? Math.fround(value) : value;
    this.#constants.set(name, real);
    return real;
  }
}

function elementOf(
  side: Element["side"],
  binding: string,
  at: number,
  values: HostArray | undefined,
): Element {
  const value = values?.[at];
  if (value === undefined)
    throw new KernelError(`microscope: there is no ${binding}[${at}] among the operands.`);
  return { kind: "element", side, binding, at, value };
}

function declaration(kernel: string, name: string): { type: string | undefined; value: string } {
  const pattern = new RegExp(`^const ${name}(?:: (\\w+))? = ([^;]+);`, "m");
  const [, type, value] = pattern.exec(readSource({ name: kernel })) ?? [];
  if (value === undefined) throw new KernelError(`microscope: ${kernel} declares no const ${name}.`);
  return { type, value };
}

/** The value that a constant has where the launch does not set it. */
function declared(kernel: string, name: string): number | boolean {
  const { value } = declaration(kernel, name);
  if (value === "true" || value === "false") return value === "true";
  const number = Number(value.replace(/[uif]$/, ""));
  if (!Number.isNaN(number)) return number;
  throw new KernelError(`microscope: const ${name} of ${kernel} is ${value}, no number.`);
}

function isReal(kernel: string, name: string): boolean {
  return declaration(kernel, name).type === "f32";
}
