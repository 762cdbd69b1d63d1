import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import { LossScale, type LossScaleState } from "../../../kernels/loss-scale/index.ts";
import { settleReference } from "../../../kernels/loss-scale/loss-scale.reference.ts";
import { occupiedElements } from "../../../kernels/optimizers/clip.ts";
import { sgd } from "../../../kernels/optimizers/index.ts";
import { useEngine } from "../../support/engine.ts";

describe("LossScale", () => {
  const engine = useEngine();

  /** Two parameters of 3 and 65 elements, with padding behind them that holds infinity. */
  function group() {
    const size = 64 + 128;
    const tensor = (values: ArrayLike<number>) => engine().tensor(values, [size]);
    const sizes = [3, 65];
    const padding = (i: number) => (i >= 3 && i < 64) || i >= 64 + 65;
    const optimizer = {
      parameters: tensor(new Float32Array(size)),
      gradients: tensor(new Float32Array(size)),
      slots: {},
      occupied: occupiedElements(engine(), sizes),
    };
    const set = (value: number, bad?: number) =>
      engine().upload(
        optimizer.gradients,
        Float32Array.from({ length: size }, (_, i) =>
          padding(i) ? Infinity : i === 128 && bad !== undefined ? bad : value,
        ),
      );
    return { optimizer, set };
  }

  const bad = fc.constantFrom(undefined, undefined, undefined, Infinity, -Infinity, Number.NaN);

  it("skips, halves, doubles and halts as the reference does, and divides the gradients", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(bad, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom(1, 2, 8, 2 ** 24),
        async (steps, dynamicGrowthSteps, initialScale) => {
          const { optimizer, set } = group();
          const scale = new LossScale(engine(), { initialScale, dynamicGrowthSteps });
          const { step } = engine();
          step.set({ step: 0, halted: 0, learningRate: 1 });
          const descent = sgd({ learningRate: 1 });
          let state: LossScaleState = { scale: initialScale, goodSteps: 0, skipped: 0 };
          let updates = 0;
          let halted = false;
          for (const value of steps) {
            set(state.scale, value); // 1 times the scale
            scale.settle([optimizer]);
            descent.apply(optimizer);
            step.advance(1, true, 1);
            const next = settleReference(state, value !== undefined, dynamicGrowthSteps);
            if (next.outcome === "halt") halted = true;
            if (halted) break;
            state = next.state;
            if (next.outcome === "update") updates++;
            expect(await scale.read()).toEqual(state);
          }
          const parameters = await optimizer.parameters.data();
          expect([parameters[0], parameters[2], parameters[64], parameters[127]]).toEqual(
            Array(4).fill(0 - updates),
          );
          const found = await step.read();
          expect(found.halted).toBe(halted ? updates + 1 : 0);
          if (!halted) expect(found.step).toBe(updates);
          scale.dispose();
          optimizer.occupied.dispose();
        },
      ),
      { numRuns: 30 },
    );
    engine().step.set({ step: 0, halted: 0, learningRate: 0 });
  });

  it("leaves everything alone once training has halted for another reason", async () => {
    const { optimizer, set } = group();
    const scale = new LossScale(engine());
    engine().step.set({ halted: 5 });
    set(1, Infinity);
    scale.settle([optimizer]);
    expect(await scale.read()).toEqual({ scale: 32768, goodSteps: 0, skipped: 0 }); // Keras's initial_scale
    expect((await engine().step.read()).halted).toBe(5);
    engine().step.set({ halted: 0 });
    scale.dispose();
    optimizer.occupied.dispose();
  });

  it("goes on from what another run wrote", async () => {
    const scale = new LossScale(engine());
    const state = { scale: 512, goodSteps: 17, skipped: 6 };
    scale.write(state);
    expect(await scale.read()).toEqual(state);
    scale.dispose();
  });

  it("refuses scales that division would round, and misspelt options", () => {
    const make = (options: object) => () => new LossScale(engine(), options);
    expect(make({ initialScale: 1000 })).toThrow(
      "initialScale must be a power of two from 1 to 16777216, got 1000.",
    );
    expect(make({ initialScale: 0.5 })).toThrow(ArgumentError);
    expect(make({ dynamicGrowthSteps: 0 })).toThrow("dynamicGrowthSteps must be a positive integer, got 0.");
    expect(make({ initialscale: 2 })).toThrow("Did you mean initialScale?");
  });
});
