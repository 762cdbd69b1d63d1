/** @file Writing HDF5: groups with texts as attributes, and arrays of float32. */
import type { Group } from "h5wasm";
import type { Shape } from "../../engine/shape.ts";
import { withFile } from "./library.ts";

/** A text, a list of texts, or of these one that is empty: NumPy writes it as floats. */
export type HdfAttribute = string | readonly string[];

export interface HdfArray {
  readonly shape: Shape;
  readonly data: Float32Array | Int32Array;
}

/** What a group has; the names of groups and arrays have no slash. */
export interface HdfTree {
  readonly attributes?: Readonly<Record<string, HdfAttribute>>;
  readonly groups?: ReadonlyMap<string, HdfTree>;
  readonly arrays?: ReadonlyMap<string, HdfArray>;
}

/** An attribute may have 64 kB in these files: Keras splits longer lists over name0, name1, ... */
const longestAttribute = 64_512;

/** The bytes of a file with this tree. */
export async function writeHdf5(tree: HdfTree): Promise<Uint8Array> {
  return withFile("the file to write", undefined, (library, path, module) => {
    const file = new library.File(path, "w");
    try {
      fill(file, tree);
    } finally {
      file.close();
    }
    return module.FS.readFile(path);
  });
}

function fill(group: Group, { attributes = {}, groups = new Map(), arrays = new Map() }: HdfTree): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "string") group.create_attribute(name, value, []);
    else fillList(group, name, value);
  }
  for (const [name, child] of groups) fill(group.create_group(name, true), child);
  for (const [name, { shape, data }] of arrays) group.create_dataset({ name, data, shape: [...shape] });
}

function fillList(group: Group, name: string, texts: readonly string[]): void {
  if (texts.length === 0) {
    group.create_attribute(name, new Float64Array(), [0]);
    return;
  }
  const parts = split(texts);
  for (const [i, part] of parts.entries())
    group.create_attribute(
      parts.length === 1 ? name : `${name}${i}`,
      [...part],
      [part.length],
      `S${widest(part)}`,
    );
}

const widest = (texts: readonly string[]) =>
  Math.max(1, ...texts.map((text) => new TextEncoder().encode(text).length));

/** In parts that are short enough, as few as are needed. */
function split(texts: readonly string[]): readonly (readonly string[])[] {
  const most = Math.max(1, Math.floor(longestAttribute / widest(texts)));
  return Array.from({ length: Math.ceil(texts.length / most) }, (_, i) =>
    texts.slice(i * most, (i + 1) * most),
  );
}
