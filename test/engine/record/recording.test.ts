import { describe, expect, it } from "vitest";
import { gradients } from "../../../engine/autodiff/tape.ts";
import { WgradError } from "../../../engine/errors.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";
import { multiply, product, scaleAndAdd, total } from "../ops.ts";

const engine = useEngine();

/** One step that moves w in place against the gradient of sum((x w)^2); scopes, reuse, copies and a clear included. */
function trainingStep(x: Tensor, w: Tensor): Tensor {
  const { value, gradients: slopes } = gradients(
    engine(),
    () =>
      engine().scope(() => {
        const y = multiply(x, w);
        return total(multiply(y, y));
      }),
    [w],
  );
  const change = engine().zeros(w.shape);
  engine().copy(slopes[0]!, change);
  scaleAndAdd(change, -0.01, 1);
  scaleAndAdd(w, 0.99, 0.001);
  engine().copy(product(w, change), w);
  return value;
}

describe("replay", () => {
  it("gives the same bits as running the step eagerly", async () => {
    const x = engine().tensor(randomArray([300], 1).data);
    const start = randomArray([300], 2).data;
    const [eager, replayed] = [engine().tensor(start), engine().tensor(start)];
    const losses: number[] = [];
    for (let i = 0; i < 7; i++) {
      const loss = engine().scope(() => [trainingStep(x, eager).data()]);
      losses.push((await loss[0]!)[0]!);
    }
    const recording = engine().record(() => trainingStep(x, replayed)); // runs the step, too
    expect((await recording.result.data())[0]).toBe(losses[0]);
    for (let i = 1; i < 4; i++) {
      recording.replay();
      expect((await recording.result.data())[0]).toBe(losses[i]);
    }
    recording.replay(3);
    expect((await recording.result.data())[0]).toBe(losses[6]);
    expect(new Set(losses).size).toBe(7);
    expect(await replayed.data()).toEqual(await eager.data());
    recording.dispose();
  });

  it("takes no memory, however often", async () => {
    const [x, w] = [engine().tensor([1, 2, 3]), engine().tensor([1, 2, 3])];
    const recording = engine().record(() => trainingStep(x, w));
    const before = engine().memory;
    for (let i = 0; i < 1000; i++) recording.replay();
    await engine().sync();
    expect(engine().memory).toEqual(before);
    recording.dispose();
  });

  it("ends with dispose(), which may be called twice", () => {
    const recording = engine().record(() => engine().zeros([1]));
    recording.dispose();
    recording.dispose();
    expect(() => recording.replay()).toThrow("replay: this recording was disposed.");
  });
});

describe("a recording", () => {
  it("lists what the step did", () => {
    const x = engine().tensor([1, 2]);
    const recording = engine().record(() => {
      const y = engine().zeros([2]);
      engine().copy(x, y);
      scaleAndAdd(y, 2, 0);
    });
    expect(recording.commands.map(({ kind }) => kind)).toEqual(["clear", "copy", "dispatch"]);
    expect(recording.dispatches).toMatchObject([
      { label: "test/scale-and-add", workgroups: [1, 1, 1], bytes: 16, flops: 0 }, // 2 floats, read and written
    ]);
    recording.dispose();
  });

  it("shares its memory with nobody, so replays neither spoil nor are spoilt", async () => {
    const x = engine().tensor([1, 2]);
    const recording = engine().record(() => engine().scope(() => product(product(x, x), x))); // the inner one is released
    const others = Array.from({ length: 5 }, () => engine().tensor([7, 7]));
    recording.replay();
    for (const other of others) expect(await other.data()).toEqual(Float32Array.of(7, 7));
    expect(await recording.result.data()).toEqual(Float32Array.of(1, 8));
    recording.dispose();
  });

  it("holds the tensors from outside that it works on", async () => {
    const before = engine().memory.bytesInUse;
    const recording = engine().scope(() => {
      const x = engine().tensor([3, 4]);
      return engine().record(() => product(x, x));
    });
    const others = Array.from({ length: 5 }, () => engine().tensor([7, 7])); // else one got the memory of x
    recording.replay();
    expect(await recording.result.data()).toEqual(Float32Array.of(9, 16));
    for (const other of others) engine().scopes.discard(other);
    recording.dispose();
    expect(engine().memory.bytesInUse).toBe(before);
  });

  it("keeps its results when the scope around it ends, and gives everything back in the end", async () => {
    const before = engine().memory.bytesInUse;
    const x = engine().tensor([2, 3]);
    const recording = engine().scope(() =>
      engine().record(() => ({ squares: product(x, x), list: [engine().zeros([4])] })),
    );
    expect(await recording.result.squares.data()).toEqual(Float32Array.of(4, 9));
    expect(await recording.result.list[0]!.data()).toEqual(new Float32Array(4));
    recording.dispose();
    expect(recording.result.squares.released).toBe(true);
    engine().scopes.discard(x);
    expect(engine().memory.bytesInUse).toBe(before);
  });

  it("does not take a result away from the scope that made it", async () => {
    await engine().scope(() => {
      const x = engine().tensor([1]);
      const recording = engine().record(() => {
        scaleAndAdd(x, 2, 0);
        return x;
      });
      recording.dispose();
      return [x.data()];
    })[0];
  });
});

describe("record", () => {
  /** Records `step`, which must fail, and checks that nothing is left behind. */
  function expectFailure(step: () => unknown, message: string): void {
    const before = engine().memory.bytesInUse;
    expect(() => engine().record(step)).toThrow(WgradError);
    expect(() => engine().record(step)).toThrow(message);
    expect(engine().recording).toBe(false);
    expect(engine().memory.bytesInUse).toBe(before);
  }

  it("refuses a readback and says how to get values", () => {
    expectFailure(
      () => engine().zeros([1]).data(),
      "data(): a recorded step cannot read values back or branch on them. Return the tensor and read it after replay().",
    );
  });

  it("refuses an async step, also one that awaits a readback", async () => {
    const step = async () => (await engine().zeros([1]).data())[0];
    expectFailure(step, "scope: the body must be synchronous");
    await new Promise((resolve) => setTimeout(resolve, 5)); // no unhandled rejection either
  });

  it("refuses an upload and says what to do", () => {
    const message = "A recorded step cannot upload values: make the tensor before record().";
    expectFailure(() => engine().tensor([1]), message);
    expectFailure(() => engine().step.set({ epoch: 1 }), message);
  });

  it("refuses another recording inside", () => {
    expectFailure(
      () => engine().record(() => engine().zeros([1])),
      "record: a recording is already running.",
    );
  });

  it("leaves nothing behind when the step throws in the middle", () => {
    const x = engine().tensor([1]);
    expectFailure(() => {
      product(x, x);
      x.view([3]);
    }, "reshape");
  });
});
