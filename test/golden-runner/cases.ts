/** @file Golden cases: the list in index.json and the tensors of each case. Format: test/golden/README.md. */
import { z } from "zod";
import { FileError } from "../../engine/errors.ts";
import { parseSafetensors, type SafetensorsTensor } from "../../models/weights/safetensors.ts";

const tensorSchema = z.object({ role: z.string(), atol: z.number().optional() });
const caseSchema = z.object({
  file: z.string(),
  name: z.string(),
  kind: z.string(),
  op: z.string(),
  attrs: z.record(z.string(), z.unknown()),
  tensors: z.record(z.string(), tensorSchema),
  rtol: z.number(),
  atol: z.number(),
});
const brokenSchema = z.object({
  file: z.string(),
  what: z.string(),
  must: z.enum(["refuse", "accept", "warn", "either"]),
  /** the message has one of these words, in any case */
  says_any: z.array(z.string()),
});
const indexSchema = z.object({ cases: z.array(caseSchema), broken: z.array(brokenSchema).default([]) });

/** A file that must be refused, or not, as index.json lists it. */
export type BrokenFile = z.infer<typeof brokenSchema>;

/** A case as index.json lists it. */
export type GoldenEntry = z.infer<typeof caseSchema>;

export interface GoldenTensor extends SafetensorsTensor {
  readonly name: string;
  /** input, param, const, cotangent, output, grad, alt_output or reference */
  readonly role: string;
  /** absolute tolerance */
  readonly atol: number;
}

/** A case with its values. */
export interface GoldenCase extends Omit<GoldenEntry, "tensors"> {
  readonly tensors: ReadonlyMap<string, GoldenTensor>;
}

/** The bytes of another file of the folder, by its name there. */
export type ReadFile = (file: string) => Uint8Array;

/** The cases that an index.json lists, in its order, and then the broken files. Throws for one that breaks the format. */
export function parseIndex(text: string): GoldenEntry[] {
  const { cases, broken } = indexSchema.parse(JSON.parse(text));
  const files = broken.map((attrs) => {
    const [kind] = attrs.file.split("/");
    return {
      file: attrs.file,
      name: attrs.file,
      kind: kind!,
      op: "broken",
      attrs,
      tensors: {},
      rtol: 0,
      atol: 0,
    };
  });
  return [...cases, ...files];
}

/** The broken file that an entry stands for; undefined for a case with tensors. */
export function brokenFileOf({ op, attrs }: GoldenEntry): BrokenFile | undefined {
  return op === "broken" ? brokenSchema.parse(attrs) : undefined;
}

/** The values of a case in the bytes of its file. Throws FileError if one that the index lists is not there. */
export function caseOf(entry: GoldenEntry, bytes: Uint8Array, path: string): GoldenCase {
  const file = parseSafetensors(bytes, path);
  const tensors = new Map<string, GoldenTensor>();
  for (const [name, { role, atol }] of Object.entries(entry.tensors)) {
    const tensor = file.tensors.get(name);
    if (!tensor) throw new FileError(`${path}: the tensor ${name} of index.json is missing.`);
    tensors.set(name, { ...tensor, name, role, atol: atol ?? (role === "output" ? entry.atol : 0) });
  }
  return { ...entry, tensors };
}

/** The tensor called `name`. Throws FileError if the case has none. */
export function tensorOf(golden: GoldenCase, name: string): GoldenTensor {
  const tensor = golden.tensors.get(name);
  if (!tensor) throw new FileError(`${golden.name} has no tensor ${name}.`);
  return tensor;
}

/** Values as plain numbers. */
export function numbersOf({ data }: SafetensorsTensor): ArrayLike<number> {
  return data instanceof BigInt64Array || data instanceof BigUint64Array ? Array.from(data, Number) : data;
}
