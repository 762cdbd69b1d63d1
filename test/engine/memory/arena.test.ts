import { describe, expect, it } from "vitest";
import { add, scale } from "../../../kernels/elementwise/index.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();

describe("a step recorded with the layout of its dry run", () => {
  it("computes what it does without, in less memory", async () => {
    const x = engine().tensor(Array.from({ length: 4096 }, (_, i) => i));
    const chain = () => {
      // sizes that differ: without a layout no buffer is used twice
      const parts = [4096, 2048, 1024, 512].map((size) =>
        engine().scope(() => scale(scale(x.slice(0, [size]), 2), 3)),
      );
      return engine().scope(() => add(parts[0]!, parts[0]!));
    };
    const memory = async (layout?: Parameters<ReturnType<typeof engine>["record"]>[1]) => {
      engine().trimMemory();
      const before = engine().memory.bytesInUse;
      const recording = engine().record(() => engine().scope(chain), layout);
      recording.replay(2);
      const values = [...(await recording.result.data())];
      const bytes = engine().memory.bytesInUse - before;
      recording.dispose();
      expect(engine().memory.bytesInUse).toBe(before);
      return { values, bytes };
    };
    const { layout } = engine().plan(() => engine().scope(chain));
    const [plain, planned] = [await memory(), await memory(layout)];
    expect(planned.values).toEqual(plain.values);
    expect(planned.values[100]).toBe(1200);
    expect(planned.bytes).toBeLessThan(plain.bytes);
    expect(planned.bytes).toBeLessThanOrEqual(layout.capacities.reduce((sum, bytes) => sum + bytes, 0));
  });

  it("also runs a step that is not the one of the dry run", async () => {
    const x = engine().tensor([1, 2, 3]);
    const { layout } = engine().plan(() => scale(x, 2));
    const recording = engine().record(
      () => [scale(scale(x, 2), 5), add(engine().zeros([1000]), x.slice(0, [1]))],
      layout,
    );
    recording.replay();
    const [first, second] = recording.result;
    expect([...(await first!.data())]).toEqual([10, 20, 30]);
    expect((await second!.data())[999]).toBe(1);
    recording.dispose();
  });

  it("gives its memory back when the last tensor of the step lets go", async () => {
    const x = engine().tensor([1, 2, 3]);
    const { layout } = engine().plan(() => scale(x, 2));
    const before = engine().memory.bytesInUse;
    const recording = engine().record(() => scale(x, 2), layout);
    const kept = engine().keep(recording.result);
    recording.dispose();
    expect([...(await kept.data())]).toEqual([2, 4, 6]);
    kept.dispose();
    expect(engine().memory.bytesInUse).toBe(before);
  });
});
