import { describe, expect, it } from "vitest";
import { createEngine } from "../../engine/index.ts";
import { cifar10C } from "../../experiments/cifar10/cifar10-c.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import { Dense, Flatten, heNormal, Input, sequential } from "../../models/index.ts";
import { initializer } from "../../models/initializers.ts";
import { optimizersByName } from "../../models/optimizer-names.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { initializerNames, optimizerNames, type Racer, readRacer, writeRacer } from "../../web/racer.ts";
import { loadImages } from "../../web/worker/image-data.ts";
import { optimizerOf, Race, type RaceEpoch, type RaceEvent, withInitializer } from "../../web/worker/race.ts";
import { TrainingData } from "../../web/worker/training-data.ts";

/** Where no server answers: the images are drawn. */
const page = "http://127.0.0.1:9/";
const short = (experiment: TrainingExperiment): TrainingExperiment => ({
  ...experiment,
  profiles: {
    ...experiment.profiles,
    quick: { epochs: 2, batch: 16, limit: 96, testLimit: 32, description: "short" },
  },
});
const experiment = short(svhnC);
const choice = { experiment: "svhn-c", profile: "quick", seed: 5 } as const;

/** What a race tells, sorted by its sides. */
async function raced(racers: readonly [Racer, Racer], of = experiment) {
  const events: RaceEvent[] = [];
  const race = await Race.open(of, choice, racers, page, (event) => events.push(event));
  try {
    await race.run();
    const { facts } = race;
    const side = (which: 0 | 1) => ({
      losses: events.flatMap((event) => (event.kind === "steps" && event.side === which ? event.losses : [])),
      epochs: events.flatMap((event): RaceEpoch[] =>
        event.kind === "epoch" && event.side === which ? [event.epoch] : [],
      ),
    });
    return { events, facts, sides: [side(0), side(1)] as const };
  } finally {
    race.dispose();
  }
}

/** The same training by fit() alone. */
async function alone(seed: number, rate: number) {
  const engine = await createEngine();
  try {
    const images = await loadImages(experiment, "quick", choice.seed, page);
    const data = await TrainingData.open(engine, experiment, "quick", images, choice.seed);
    const model = withInitializer(experiment.network("quick"), "he_normal");
    const { loss, metrics } = experiment;
    const optimizer = optimizersByName.adam({ learningRate: rate });
    await model.compile({ engine, optimizer, loss, metrics, seed });
    const options = { epochs: 2, batchSize: 16, validationData: data.validation };
    const history = await model.fit(data.training, options);
    const weights = Buffer.concat(
      [...(await model.getWeights()).values()].map((values) => Buffer.from(values.buffer)),
    );
    const digest = Buffer.from(await crypto.subtle.digest("SHA-256", weights)).toString("hex");
    data.dispose();
    model.dispose();
    return { history, digest };
  } finally {
    engine.dispose();
  }
}

describe("a race", () => {
  it("between two that are the same ends in the same bits, each as fit() alone", async () => {
    const racer = readRacer("adam*0.002*he_normal*9")!;
    const { sides, facts } = await raced([racer, racer]);
    const [left, right] = sides;
    expect(facts.sides[0]).toEqual({ optimizer: "adam", learningRate: 0.002 });
    expect(left.losses).toHaveLength(facts.epochs * facts.stepsPerEpoch);
    expect(left).toEqual(right);
    const { history, digest } = await alone(9, 0.002);
    expect(left.epochs.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    expect(left.epochs.at(-1)!.hash).toBe(digest);
    expect(left.epochs.slice(1).map(({ accuracy }) => accuracy)).toEqual(history.history.val_accuracy);
    const first = left.losses.slice(0, facts.stepsPerEpoch);
    const mean = first.reduce((total, loss) => total + loss, 0) / first.length;
    expect(mean).toBeCloseTo(Number(history.history.loss![0]), 6);
  });

  it("differs from where its sides do: by optimizer after the first epoch, by initializer and seed before it", async () => {
    const differs = async (other: Racer) => {
      const { sides } = await raced([{}, other]);
      return sides[0].epochs.map(({ hash }, i) => hash !== sides[1].epochs[i]!.hash);
    };
    expect(await differs({ optimizer: "sgd" })).toEqual([false, true, true]);
    expect(await differs({ initializer: "he_normal" })).toEqual([true, true, true]);
    expect(await differs({ seed: 6 })).toEqual([true, true, true]);
  });

  it("lets both learn in turn: neither is ahead by more than what is told at once", async () => {
    const { events } = await raced([{}, { optimizer: "rmsprop" }]);
    const done = [0, 0];
    let before: number | undefined;
    for (const event of events) {
      if (event.kind !== "steps") continue;
      // whoever goes on was not ahead
      if (before === event.side) expect(done[event.side]).toBeLessThanOrEqual(done[1 - event.side]!);
      done[event.side]! += event.losses.length;
      before = event.side;
    }
    expect(done[0]).toBe(done[1]);
  });

  it("goes on without a side whose loss is not finite any more", async () => {
    const unbounded: TrainingExperiment = {
      ...experiment,
      network: () => sequential([Input([32, 32, 3]), Flatten(), Dense(10)]),
      loss: "mean_squared_error",
    };
    const { events, sides, facts } = await raced([{ optimizer: "sgd", learningRate: 1000 }, {}], unbounded);
    const fallen = events.filter((event) => event.kind === "fell");
    expect(fallen).toEqual([
      expect.objectContaining({ side: 0, message: expect.stringMatching(/nan|inf/i) }),
    ]);
    expect(sides[1].losses).toHaveLength(facts.epochs * facts.stepsPerEpoch);
  });

  it("that is stopped ends both sides", async () => {
    let race: Race | undefined;
    const events: RaceEvent[] = [];
    race = await Race.open(experiment, choice, [{}, {}], page, (event) => {
      events.push(event);
      if (event.kind === "steps") race!.stop();
    });
    await expect(race.run()).rejects.toThrow("nterrupted");
    const steps = events.reduce(
      (total, event) => total + (event.kind === "steps" ? event.losses.length : 0),
      0,
    );
    expect(steps).toBeLessThan(2 * 2 * 6);
    race.dispose();
  });

  it("keeps a chosen rate where the experiment has a rule for its own", async () => {
    const { sides } = await raced(
      [{ learningRate: 0.05 }, { optimizer: "sgd", learningRate: 0.05 }],
      short(cifar10C),
    );
    expect(sides[0].epochs).toEqual(sides[1].epochs); // the rule would set 0.001
  });
});

describe("a racer", () => {
  it("has the optimizers and initializers there are", () => {
    expect([...optimizerNames].sort()).toEqual(Object.keys(optimizersByName).sort());
    for (const name of initializerNames) expect(initializer(name)).toBeTypeOf("function");
  });

  it("keeps the experiment's settings where only the rate is another", () => {
    const own = svhnC.optimizer();
    const { config } = optimizerOf(svhnC, { learningRate: 0.5 });
    expect(config).toEqual({ ...own.config, learningRate: 0.5 });
    expect(optimizerOf(svhnC, {}).config).toEqual(own.config);
  });

  it("changes the initial kernels and nothing else of a network", () => {
    const declared = svhnC.network("quick");
    const model = withInitializer(declared, "he_normal");
    const shapes = (of: typeof model) => of.weights.map(({ path, variable }) => [path, variable.shape]);
    expect(shapes(model)).toEqual(shapes(declared));
    for (const [stream, { path, variable }] of model.weights.entries()) {
      const values = variable.initializer(variable.shape, { seed: 1, stream });
      const expected = path.endsWith("/kernel")
        ? heNormal()(variable.shape, { seed: 1, stream })
        : declared.weights[stream]!.variable.initializer(variable.shape, { seed: 1, stream });
      expect(values).toEqual(expected);
    }
  });

  it("comes back from a link as it was written, and is refused where it cannot be", () => {
    for (const text of ["adam*0.001*he_normal*7", "*1e-7**", "sgd***0", "**zeros*"])
      expect(writeRacer(readRacer(text)!)).toBe(text);
    expect(writeRacer({})).toBeUndefined();
    const wrong = [
      "",
      "adam",
      "adam***1*",
      "Adam***",
      "*0**",
      "*-1**",
      "*1e-99**",
      "*1e9**",
      "*NaN**",
      "**constant*",
      "***1.5",
    ];
    for (const text of wrong) expect(readRacer(text), text).toBeUndefined();
  });
});
