/** @file Scopes: every tensor belongs to the innermost open scope and is released when it ends. */
import { WgradError } from "../errors.ts";
import { Tensor } from "../tensor.ts";

export class Scopes {
  readonly #stack: Set<Tensor>[] = [new Set()];

  /** The innermost scope becomes a holder of `tensor`. */
  adopt<T extends Tensor>(tensor: T): T {
    const innermost = this.#stack.at(-1)!;
    if (!innermost.has(tensor)) innermost.add(tensor.retain());
    return tensor;
  }

  /** Runs `body`; tensors it made are released afterwards, but for those it returns: they move one scope out. */
  scope<R>(body: () => R): R {
    const own = new Set<Tensor>();
    this.#stack.push(own);
    let returned: Set<Tensor> | undefined;
    try {
      const result = body();
      if (result instanceof Promise) {
        result.catch(() => {}); // what comes of the rest of the body is of no interest any more
        throw new WgradError("scope: the body must be synchronous; await data() outside of it.");
      }
      returned = tensorsIn(result);
      return result;
    } finally {
      this.#stack.pop();
      const outer = this.#stack.at(-1)!;
      for (const tensor of own) {
        if (returned?.has(tensor) && !outer.has(tensor)) outer.add(tensor);
        else tensor.release();
      }
    }
  }

  /** Releases a tensor before its scope ends; does nothing for one that no open scope holds. */
  discard(tensor: Tensor): void {
    for (let level = this.#stack.length - 1; level >= 0; level--) {
      if (this.#stack[level]!.delete(tensor)) {
        tensor.release();
        return;
      }
    }
  }

  /** Takes a tensor out of all scopes: the caller owns it and must dispose() it. */
  keep<T extends Tensor>(tensor: T): T {
    tensor.retain();
    this.discard(tensor);
    return tensor;
  }

  /** Releases what the outermost scope still holds: the tensors made outside of any scope(). */
  clear(): void {
    const outermost = this.#stack[0]!;
    for (const tensor of outermost) tensor.release();
    outermost.clear();
  }
}

/** The tensors in `value`: itself, or inside of its arrays and plain objects. */
export function tensorsIn(value: unknown): Set<Tensor> {
  const found = new Set<Tensor>();
  const seen = new Set<unknown>(); // objects may contain themselves
  const visit = (part: unknown): void => {
    if (part instanceof Tensor) found.add(part);
    if (typeof part !== "object" || part === null || seen.has(part)) return;
    seen.add(part);
    const open = Array.isArray(part) || Object.getPrototypeOf(part) === Object.prototype;
    if (open) for (const item of Object.values(part)) visit(item);
  };
  visit(value);
  return found;
}
