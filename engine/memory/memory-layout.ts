/** @file Which buffers the tensors of a step share: found from the lifetimes that a dry run saw, before anything is allocated. */

/** A tensor's memory: how much, and from which to which event of the dry run, each take and give being one. */
export interface Lifetime {
  readonly bytes: number;
  readonly from: number;
  to: number;
}

/** A buffer for every tensor of a step. */
export interface MemoryLayout {
  /** bytes of the tensors, in the order in which the step makes them */
  readonly sizes: readonly number[];
  /** index of each tensor's buffer */
  readonly places: readonly number[];
  /** bytes of the buffers */
  readonly capacities: readonly number[];
}

/**
 * The largest tensors first, each goes to the smallest buffer in which it meets no other, or to a new one of its size:
 * "greedy by size" of Pisarchyk and Lee, Efficient Memory Management for Deep Neural Net Inference (2020). Buffers are
 * shared whole, since a kernel may not read one part and write another.
 */
export function layOut(lifetimes: readonly Lifetime[]): MemoryLayout {
  const buffers: { readonly capacity: number; readonly tenants: Lifetime[] }[] = [];
  const places: number[] = new Array(lifetimes.length);
  const order = [...lifetimes.keys()].sort((a, b) => lifetimes[b]!.bytes - lifetimes[a]!.bytes || a - b);
  for (const index of order) {
    const lifetime = lifetimes[index]!;
    // buffers come in falling order of their sizes, and all are large enough
    let place = buffers.findLastIndex(({ tenants }) => !tenants.some((other) => overlap(other, lifetime)));
    if (place < 0) place = buffers.push({ capacity: lifetime.bytes, tenants: [] }) - 1;
    buffers[place]!.tenants.push(lifetime);
    places[index] = place;
  }
  return {
    sizes: lifetimes.map(({ bytes }) => bytes),
    places,
    capacities: buffers.map(({ capacity }) => capacity),
  };
}

function overlap(a: Lifetime, b: Lifetime): boolean {
  return a.from < b.to && b.from < a.to;
}
