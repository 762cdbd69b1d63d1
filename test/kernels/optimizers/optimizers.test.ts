import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  adamw,
  nadam,
  type Optimizer,
  type OptimizerOptions,
  occupiedElements,
  rmsprop,
  sgd,
} from "../../../kernels/optimizers/index.ts";
import {
  adadeltaReference,
  adagradReference,
  adamaxReference,
  adamReference,
  clipReference,
  nadamReference,
  rmspropReference,
  sgdReference,
  type UpdateRule,
} from "../../../kernels/optimizers/optimizers.reference.ts";
import { flat, steps, unflat, update, updateReference } from "../../../lessons/properties/updates.ts";
import { expectClose } from "../../support/compare.ts";
import { useEngine } from "../../support/engine.ts";
import { properties } from "../../support/properties.ts";
import { randomArray } from "../../support/random.ts";

const unit = (low: number, high: number) =>
  fc.integer({ min: 0, max: 1000 }).map((n) => low + ((high - low) * n) / 1000);
// few values each: every new constant compiles a pipeline
const shared = fc.record(
  {
    learningRate: unit(0.001, 0.5),
    decay: fc.constant(0.1),
    clipNorm: fc.constant(3),
    clipValue: fc.constant(0.5),
  },
  { requiredKeys: ["learningRate"] },
);
const epsilon = fc.constantFrom(1e-8, 1e-3);
const share = fc.constantFrom(0.5, 0.95);
type Choice = { make: Optimizer; rule: UpdateRule; options: OptimizerOptions };
const families: Record<string, fc.Arbitrary<Choice>> = {
  sgd: fc.tuple(shared, fc.constantFrom(0, 0.9), fc.boolean()).map(([options, momentum, nesterov]) => ({
    make: sgd({ ...options, momentum, nesterov }),
    rule: sgdReference(momentum, nesterov),
    options,
  })),
  rmsprop: fc.tuple(shared, share, epsilon, fc.boolean()).map(([options, rho, eps, epsilonInRoot]) => ({
    make: rmsprop({ ...options, rho, epsilon: eps, epsilonInRoot }),
    rule: rmspropReference(rho, eps, epsilonInRoot),
    options,
  })),
  adagrad: fc
    .tuple(shared, epsilon, fc.constantFrom(0, 0.1), fc.boolean())
    .map(([options, eps, initialAccumulator, epsilonInRoot]) => ({
      make: adagrad({ ...options, epsilon: eps, initialAccumulator, epsilonInRoot }),
      rule: adagradReference(eps, epsilonInRoot),
      options,
    })),
  adadelta: fc.tuple(shared, share, epsilon).map(([options, rho, eps]) => ({
    make: adadelta({ ...options, rho, epsilon: eps }),
    rule: adadeltaReference(rho, eps),
    options,
  })),
  adam: fc
    .tuple(shared, fc.constantFrom(0, 0.9), fc.constantFrom(0.8, 0.9999), epsilon)
    .map(([options, beta1, beta2, eps]) => ({
      make: adam({ ...options, beta1, beta2, epsilon: eps }),
      rule: adamReference(beta1, beta2, eps),
      options,
    })),
  adamax: fc.tuple(shared, fc.constantFrom(0, 0.9), share, epsilon).map(([options, beta1, beta2, eps]) => ({
    make: adamax({ ...options, beta1, beta2, epsilon: eps }),
    rule: adamaxReference(beta1, beta2, eps),
    options,
  })),
  nadam: fc
    .tuple(shared, fc.constantFrom(0.5, 0.9), fc.constantFrom(0.8, 0.9999), fc.constantFrom(0.004, 1))
    .map(([options, beta1, beta2, scheduleDecay]) => ({
      make: nadam({ ...options, beta1, beta2, scheduleDecay, epsilon: 1e-3 }),
      rule: nadamReference(beta1, beta2, 1e-3, scheduleDecay),
      options,
    })),
  adamw: fc.tuple(shared, fc.constantFrom(0, 0.1), epsilon).map(([options, weightDecay, eps]) => ({
    make: adamw({ ...options, weightDecay, epsilon: eps }),
    rule: adamReference(0.9, 0.999, eps, weightDecay),
    options,
  })),
};
const sizeLists = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 4 });

describe("optimizers", () => {
  const engine = useEngine();

  it.each(Object.keys(families))("%s agrees with the float64 formula over 20 steps", async (name) => {
    await fc.assert(
      fc.asyncProperty(
        families[name]!,
        sizeLists,
        fc.nat(1e6),
        async ({ make, rule, options }, sizes, seed) => {
          const expected = updateReference(rule, make, options, sizes, seed);
          const { parameters } = await update(engine(), make, sizes, seed);
          const scale = Math.max(1, ...expected.flatMap((values) => [...values].map(Math.abs)));
          for (const [i, values] of expected.entries())
            expectClose(parameters[i]!, values, { terms: steps, scale });
        },
      ),
      properties,
    );
  });

  it("clips finite gradients whose norm overflows, and keeps their direction", async () => {
    const sizes = [1, 2, 6, 70];
    for (const size of [1e18, 1e20, 1e30, 5e37]) {
      const groups = sizes.map((n) => ({
        parameters: engine().zeros([Math.ceil(n / 64) * 64]),
        gradients: engine().tensor(
          flat([n], [Float64Array.from({ length: n }, (_, i) => (i + 1) * (size / 70))], Number.NaN),
        ),
        slots: {},
        occupied: occupiedElements(engine(), [n]),
      }));
      engine().step.set({ step: 0, learningRate: 1, halted: 0 });
      sgd({ learningRate: 1, clipNorm: 0.5 }).apply(groups);
      const given = sizes.map((n) => Float64Array.from({ length: n }, (_, i) => i + 1));
      for (const [k, values] of clipReference(given, 0.5).entries()) {
        const found = (await groups[k]!.parameters.data()).subarray(0, values.length) as Float32Array;
        expectClose(
          found.map((p) => -p),
          values,
          { terms: 16 },
        );
        groups[k]!.occupied.dispose();
      }
    }
  });

  it("clips by the norm over all groups, in a fixed order, and ignores the padding", async () => {
    const sizes = [[3], [130, 1]];
    const values = sizes.map((group, k) => group.map((size, i) => randomArray([size], 10 * k + i).data));
    const expected = clipReference(values.flat(), 0.5);
    const groups = sizes.map((group, k) => ({
      parameters: engine().zeros([group.reduce((sum, size) => sum + Math.ceil(size / 64) * 64, 0)]),
      gradients: engine().tensor(flat(group, values[k]!, Number.NaN)),
      slots: {},
      occupied: occupiedElements(engine(), group),
    }));
    engine().step.set({ step: 0, learningRate: 1, halted: 0 });
    sgd({ learningRate: 1, clipNorm: 0.5 }).apply(groups);
    const results: Float32Array[] = [];
    for (const [k, { parameters, occupied }] of groups.entries()) {
      results.push(...unflat((await parameters.data()) as Float32Array, sizes[k]!));
      occupied.dispose();
    }
    for (const [i, values] of expected.entries())
      expectClose(
        results[i]!.map((p) => -p),
        values,
        { terms: 8 },
      );
  });

  it("leaves gradients below the norm untouched, bit for bit", async () => {
    const values = randomArray([64], 3).data;
    const gradients = engine().tensor(values);
    const occupied = occupiedElements(engine(), [64]);
    const group = { parameters: engine().zeros([64]), gradients, slots: {}, occupied };
    sgd({ clipNorm: 1e6, clipValue: 1e6 }).apply(group);
    expect(await gradients.data()).toEqual(Float32Array.from(values));
    occupied.dispose();
  });

  it.each([
    sgd(),
    sgd({ momentum: 0.9 }),
    rmsprop(),
    adagrad(),
    adadelta(),
    adam(),
    adamw(),
    adamax(),
    nadam(),
  ])("$name changes nothing once the run is halted", async (optimizer) => {
    const before = Float32Array.from(randomArray([10], 1).data);
    const parameters = engine().tensor(before);
    const gradients = engine().tensor(before.map(() => Number.NaN));
    const slots = Object.fromEntries(optimizer.slots.map((name) => [name, engine().zeros([10])]));
    engine().step.set({ step: 3, learningRate: 1, halted: 4 });
    optimizer.apply({ parameters, gradients, slots });
    expect(await parameters.data()).toEqual(before);
    for (const slot of Object.values(slots)) expect(await slot.data()).toEqual(new Float32Array(10));
    engine().step.set({ halted: 0 });
    optimizer.apply({ parameters, gradients, slots });
    expect(await parameters.data()).toEqual(before.map(() => Number.NaN));
  });

  it("has Keras's defaults, as plain data", () => {
    // keras/optimizers.py of Keras 2.2; the accumulator's start 0 (assignment.md 1.4)
    const shared = { decay: 0, clipNorm: null, clipValue: null };
    expect(sgd().config).toEqual({
      name: "sgd",
      learningRate: 0.01,
      momentum: 0,
      nesterov: false,
      ...shared,
    });
    expect(rmsprop().config).toEqual({
      name: "rmsprop",
      learningRate: 0.001,
      rho: 0.9,
      epsilon: 1e-7,
      ...shared,
    });
    expect(adagrad().config).toEqual({
      name: "adagrad",
      learningRate: 0.01,
      epsilon: 1e-7,
      initialAccumulator: 0,
      ...shared,
    });
    expect(adadelta().config).toEqual({
      name: "adadelta",
      learningRate: 1,
      rho: 0.95,
      epsilon: 1e-7,
      ...shared,
    });
    const adamDefaults = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, ...shared };
    expect(adam().config).toEqual({ name: "adam", ...adamDefaults });
    expect(adamw().config).toEqual({ name: "adamw", ...adamDefaults, weightDecay: 0.004 });
    expect(adamax().config).toEqual({ name: "adamax", ...adamDefaults, learningRate: 0.002 });
    const nadamDefaults = { ...adamDefaults, learningRate: 0.002, scheduleDecay: 0.004 };
    expect(nadam().config).toEqual({ name: "nadam", ...nadamDefaults });
    expect(nadam().slotInitial("momentum")).toBe(1);
    expect(adagrad({ initialAccumulator: 0.1 }).slotInitial("accumulator")).toBe(0.1);
  });

  it("refuses values, names and buffers that do not fit", () => {
    expect(() => sgd({ learningRate: -1 })).toThrow("sgd: learningRate must be 0 or more, got -1.");
    expect(() => sgd({ momentum: 2 })).toThrow("sgd: momentum must be between 0 and 1, got 2.");
    expect(() => sgd({ nesterov: 1 as unknown as boolean })).toThrow("sgd: nesterov must be true or false");
    expect(() => rmsprop({ rho: 1 })).toThrow("rmsprop: rho must be 0 or more and less than 1, got 1.");
    expect(() => adagrad({ epsilon: 0 })).toThrow("adagrad: epsilon must be positive, got 0.");
    expect(() => adagrad({ initialAccumulator: Number.NaN })).toThrow(ArgumentError);
    expect(() => rmsprop({ rho: null as unknown as number })).toThrow("rmsprop: rho must be");
    expect(() => adadelta({ decay: Number.POSITIVE_INFINITY })).toThrow("adadelta: decay must be 0 or more");
    expect(() => adam({ beta2: -0.1 })).toThrow("adam: beta2");
    expect(() => adamw({ weightDecay: -1 })).toThrow("adamw: weightDecay");
    expect(() => adam({ clipNorm: 0 })).toThrow("adam: clipNorm must be positive, got 0.");
    expect(() => adam({ clipValue: -1 })).toThrow("adam: clipValue must be positive, got -1.");
    const misspelt = { learningrate: 1 } as OptimizerOptions;
    expect(() => adam(misspelt)).toThrow("adam: there is no option learningrate. Did you mean learningRate?");
    expect(() => adam().slotInitial("velocity")).toThrow(
      'adam: has no slot "velocity"; it has first, second.',
    );
    const [ten, eleven] = [engine().zeros([10]), engine().zeros([11])];
    expect(() => sgd().apply({ parameters: ten, gradients: eleven, slots: {} })).toThrow(ShapeError);
    expect(() => sgd().apply({ parameters: ten, gradients: eleven, slots: {} })).toThrow(
      "sgd: gradients are [11] f32, parameters are [10] f32.",
    );
    expect(() => adam().apply({ parameters: ten, gradients: ten, slots: { first: ten } })).toThrow(
      "adam: needs the slots first, second, got first.",
    );
    expect(() => sgd({ clipNorm: 1 }).apply({ parameters: ten, gradients: ten, slots: {} })).toThrow(
      "sgd: clipNorm needs each group's occupied",
    );
    const occupied = engine().zeros([2], "u32");
    expect(() =>
      sgd({ clipNorm: 1 }).apply({ parameters: ten, gradients: ten, slots: {}, occupied }),
    ).toThrow("sgd: occupied is [2] u32, expected [1] u32.");
  });

  it("gives the same bits eager and replayed, and takes no memory from step to step", async () => {
    const optimizer = adam({ clipNorm: 1, decay: 0.1 });
    const run = async (replayed: boolean) => {
      const parameters = engine().tensor(randomArray([100], 1).data);
      const gradients = engine().tensor(randomArray([100], 2).data);
      const slots = { first: engine().zeros([100]), second: engine().zeros([100]) };
      const occupied = occupiedElements(engine(), [100]);
      engine().step.set({ step: 0, learningRate: 0.01, halted: 0 });
      const step = () => {
        optimizer.apply({ parameters, gradients, slots, occupied });
        engine().step.advance(1, true, 1);
      };
      if (replayed) {
        const recording = engine().record(step);
        recording.replay(4);
        recording.dispose();
      } else for (let t = 0; t < 5; t++) step();
      occupied.dispose();
      return parameters.data();
    };
    expect(await run(true)).toEqual(await run(false));
  });
});
