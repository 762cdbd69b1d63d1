import { describe, expect, it } from "vitest";
import { WgradError } from "../../../engine/errors.ts";
import { tensorsIn } from "../../../engine/memory/scope.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();
const inUse = () => engine().memory.buffersInUse;
const make = () => engine().zeros([2]);

describe("scope", () => {
  it("releases what its body made and does not return", () => {
    const before = inUse();
    const kept = engine().scope(() => {
      make();
      make();
      return make();
    });
    expect(inUse()).toBe(before + 1);
    expect(kept.released).toBe(false);
  });

  it("moves returned tensors one scope out, also from inside of arrays and objects", () => {
    const before = inUse();
    engine().scope(() => {
      const result = engine().scope(() => {
        make();
        return { loss: make(), rest: [make(), { deep: make() }], number: 3, none: undefined };
      });
      expect(inUse()).toBe(before + 3);
      expect(result.loss.released).toBe(false);
    });
    expect(inUse()).toBe(before);
  });

  it("leaves tensors of outer scopes alone, returned or not", () => {
    const before = inUse();
    engine().scope(() => {
      const outer = make();
      expect(engine().scope(() => outer)).toBe(outer);
      engine().scope(() => void outer.view([1, 2]));
      expect(outer.released).toBe(false);
    });
    expect(inUse()).toBe(before);
  });

  it("releases everything when the body throws", () => {
    const before = inUse();
    const body = () => {
      make();
      engine().scope(() => {
        make();
        throw new Error("in the middle");
      });
    };
    expect(() => engine().scope(body)).toThrow("in the middle");
    expect(inUse()).toBe(before);
    engine().scope(() => make()); // the stack of scopes is in order again
    expect(inUse()).toBe(before + 1);
  });

  it("refuses an async body, and what that does later harms nobody", async () => {
    const before = inUse();
    const body = async () => {
      make();
      await Promise.resolve();
      throw new Error("never seen: an unhandled rejection would fail this test run");
    };
    expect(() => engine().scope(body)).toThrow(WgradError);
    expect(() => engine().scope(body)).toThrow(
      "scope: the body must be synchronous; await data() outside of it.",
    );
    expect(inUse()).toBe(before);
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
});

describe("keep", () => {
  it("takes a tensor out of all scopes until its owner disposes it", () => {
    const before = inUse();
    const kept = engine().scope(() => engine().scope(() => engine().keep(make())));
    engine().scopes.clear();
    expect(inUse()).toBe(before + 1);
    kept.dispose();
    expect(inUse()).toBe(before);
  });

  it("keeps one tensor of two that share memory", () => {
    const before = inUse();
    const view = engine().scope(() => engine().keep(make().view([1, 2])));
    expect(inUse()).toBe(before + 1);
    view.dispose();
    expect(inUse()).toBe(before);
  });
});

describe("discard", () => {
  it("releases early, from whatever scope holds the tensor, and only once", () => {
    const before = inUse();
    engine().scope(() => {
      const x = make();
      engine().scope(() => engine().scopes.discard(x));
      expect(inUse()).toBe(before);
      engine().scopes.discard(x);
    });
    expect(inUse()).toBe(before);
  });

  it("does nothing to a kept tensor", () => {
    const x = engine().keep(make());
    engine().scopes.discard(x);
    expect(x.released).toBe(false);
    x.dispose();
  });
});

describe("tensorsIn", () => {
  it("looks into arrays and plain objects, not into others, and lists each tensor once", () => {
    const [a, b, c] = [make(), make(), make()];
    class Holder {
      readonly hidden: Tensor;
      constructor(hidden: Tensor) {
        this.hidden = hidden;
      }
    }
    expect([...tensorsIn([a, { x: b, y: [a, null, 1, "text"] }, new Holder(c)])]).toEqual([a, b]);
    expect(tensorsIn(undefined).size).toBe(0);
  });
});
