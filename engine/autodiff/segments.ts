/**
 * @file Which tensors of a forward pass are given up and computed again in the backward pass. The launches are cut into
 * segments where few bytes cross; what crosses a border stays, the rest of a segment goes. The last segment keeps all: the
 * backward pass begins there. Chen et al., "Training Deep Nets with Sublinear Memory Cost" (2016).
 */

/** A launch of the forward pass. Numbers stand for the memory of tensors. */
export interface Step {
  readonly reads: readonly number[];
  /** what it changes in part is among `reads` as well */
  readonly writes: readonly number[];
  readonly repeatable: boolean;
}

/** The memory of a tensor, and of those that share it. */
export interface Memory {
  readonly bytes: number;
  /** made in the forward pass */
  readonly own: boolean;
  /** a backward rule reads it */
  readonly kept: boolean;
}

/** A part of the forward pass that runs again. */
export interface Segment {
  /** numbers of its steps, in order: those that are needed for what was given up */
  readonly steps: readonly number[];
  /** memory that these read and do not write: it must stay until then */
  readonly holds: readonly number[];
}

export interface Schedule {
  readonly segments: readonly Segment[];
  /** by step: what is given up after it */
  readonly evictions: ReadonlyMap<number, readonly number[]>;
  /** by memory that is given up: the number of its segment */
  readonly segmentOf: ReadonlyMap<number, number>;
}

/** When a memory is used, in steps. */
interface Use {
  readonly writers: number[];
  first: number;
  last: number;
}

/** Finds segments such that what stays at the borders and the largest segment take the least memory together. */
export function schedule(steps: readonly Step[], memories: readonly Memory[]): Schedule {
  const uses = usesOf(steps, memories.length);
  const fixed = new Set([...steps.keys()].filter((index) => isFixed(index, steps, memories, uses)));
  const canReturn = memories.map(
    ({ own }, i) =>
      own && uses[i]!.writers.length > 0 && !uses[i]!.writers.some((writer) => fixed.has(writer)),
  );
  const borders = chooseBorders(steps.length, memories, uses, canReturn);
  const segments: Segment[] = [];
  const evictions = new Map<number, number[]>();
  const segmentOf = new Map<number, number>();
  for (const [i, from] of borders.slice(0, -1).entries()) {
    const to = borders[i + 1]!;
    const inside = (m: number) => canReturn[m]! && uses[m]!.first >= from && uses[m]!.last < to;
    const given = [...memories.keys()].filter((m) => memories[m]!.kept && inside(m));
    if (given.length === 0) continue;
    for (const m of given) {
      const { last } = uses[m]!;
      evictions.set(last, [...(evictions.get(last) ?? []), m]);
      segmentOf.set(m, segments.length);
    }
    segments.push(segmentFor(given, steps, uses, inside));
  }
  return { segments, evictions, segmentOf };
}

function usesOf(steps: readonly Step[], count: number): Use[] {
  const uses = Array.from({ length: count }, (): Use => ({ writers: [], first: steps.length, last: -1 }));
  for (const [index, { reads, writes }] of steps.entries()) {
    for (const m of writes) uses[m]!.writers.push(index);
    for (const m of [...reads, ...writes]) {
      uses[m]!.first = Math.min(uses[m]!.first, index);
      uses[m]!.last = index;
    }
  }
  return uses;
}

/** A step must not run again if that would change anything but what is computed again, or if what it reads changes later. */
function isFixed(
  index: number,
  steps: readonly Step[],
  memories: readonly Memory[],
  uses: readonly Use[],
): boolean {
  const { reads, writes, repeatable } = steps[index]!;
  const changes = writes.filter((m) => reads.includes(m));
  const isLater = (writer: number) => writer > index;
  return (
    !repeatable ||
    !writes.every((m) => memories[m]!.own) ||
    (writes.length > 1 && writes.some((m) => uses[m]!.writers.length > 1)) ||
    reads.some((m) => !changes.includes(m) && uses[m]!.writers.some(isLater))
  );
}

/** The steps that lead to what was given up, and what they need from elsewhere. */
function segmentFor(
  given: readonly number[],
  steps: readonly Step[],
  uses: readonly Use[],
  inside: (memory: number) => boolean,
): Segment {
  const needed = new Set<number>();
  const holds = new Set<number>();
  const asked = new Set(given);
  for (const m of asked) {
    for (const writer of uses[m]!.writers) {
      needed.add(writer);
      for (const read of steps[writer]!.reads) (inside(read) ? asked : holds).add(read);
    }
  }
  return { steps: [...needed].sort((a, b) => a - b), holds: [...holds] };
}

/**
 * The first steps of the segments that are given up, and of the last one. For several sizes of the largest segment, the borders
 * with the least bytes are a shortest path; the size whose sum is least wins.
 */
function chooseBorders(
  count: number,
  memories: readonly Memory[],
  uses: readonly Use[],
  canReturn: readonly boolean[],
): number[] {
  const crossing = new Float64Array(count + 1);
  const begun = new Float64Array(count + 1);
  for (const [m, { bytes, own, kept }] of memories.entries()) {
    const { first, last } = uses[m]!;
    if (!own || last < 0) continue;
    for (let border = first + 1; border <= last; border++) crossing[border]! += bytes;
    if (kept && canReturn[m]) begun[first + 1]! += bytes;
  }
  for (let i = 1; i <= count; i++) begun[i]! += begun[i - 1]!; // of the steps before i
  const total = begun[count]!;
  let best = { bytes: total, borders: [0] };
  for (let size = total / Math.SQRT2; size > total / count; size /= Math.SQRT2 ** 0.5) {
    const found = shortestPath(count, size, crossing, begun);
    if (found && found.bytes + size < best.bytes)
      best = { bytes: found.bytes + size, borders: found.borders };
  }
  return best.borders;
}

/** Borders between segments of at most `size` bytes with the least bytes across them; undefined if one step has more. */
function shortestPath(count: number, size: number, crossing: Float64Array, begun: Float64Array) {
  const least = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
  const before = new Int32Array(count + 1);
  least[0] = 0;
  for (let end = 1; end <= count; end++) {
    for (let start = end - 1; start >= 0 && begun[end]! - begun[start]! <= size; start--) {
      if (least[start]! >= least[end]!) continue;
      least[end] = least[start]!;
      before[end] = start;
    }
    if (end < count) least[end]! += crossing[end]!;
  }
  if (least[count] === Number.POSITIVE_INFINITY) return undefined;
  const borders: number[] = [];
  for (let at = count; at > 0; at = before[at]!) borders.unshift(before[at]!);
  return { bytes: least[count]!, borders };
}
