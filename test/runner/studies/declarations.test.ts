/** @file What the studies declare: the parameters of assignment.md 1.2 and the published test errors. */
import { describe, expect, it } from "vitest";
import type { AdapterFacts } from "../../../engine/adapter.ts";
import { autoencoders } from "../../../experiments/autoencoders/index.ts";
import { denoising } from "../../../experiments/denoising/index.ts";
import { pretraining } from "../../../experiments/pretraining/index.ts";
import { findExperiment } from "../../../experiments/registry.ts";
import { bypassedAutoencoder, deepAutoencoder } from "../../../models/networks/ae-deep.ts";
import { semiClassifier } from "../../../models/networks/semi-classifier.ts";
import { commandOf, resolveSettings } from "../../../runner/settings.ts";

const studies = [...autoencoders, ...denoising, ...pretraining];

/** assignment.md 1.2; undefined where nothing is trained. */
const parameters: Readonly<Record<string, number | undefined>> = {
  "ae-a": 50_992,
  "ae-b": 50_992,
  "ae-c": 50_992,
  "ae-e": 50_992,
  "ae-g": 2_838_316,
  "ae-h": 50_992,
  "ae-i": 3_217,
  "dae-a": undefined,
  "dae-b": 50_992,
  "dae-c": undefined,
  "dae-d": 50_992,
  "dae-e": 50_992,
  "pretrain-a": 1_796_010,
  "pretrain-b": 1_796_010,
  "pretrain-c": 1_796_010,
  "pretrain-d": 1_796_010,
  "stacked-ae": 163_814,
  "tied-ae": 82_414,
  "semi-ae": 163_814,
};

describe("studies", () => {
  it("are all there", () => {
    expect(studies.map(({ id }) => id)).toEqual(Object.keys(parameters));
  });

  it.each(studies)("$id has the network of the assignment", ({ id, main }) => {
    expect(main?.parameters).toBe(parameters[id]);
    if (main) expect(main.network("full").parameterCount).toBe(main.parameters);
  });

  it("follow the sources' validation: 000 takes the first images, the others the last", () => {
    const first = studies.filter(({ validation }) => validation === "first").map(({ id }) => id);
    expect(first).toEqual(["pretrain-a", "pretrain-b", "pretrain-c", "pretrain-d"]);
  });

  it("hold out what is asked for; what is no study has no such part to choose", () => {
    const cpu = { software: true } as AdapterFacts;
    const options = { seed: 1, profile: "quick", shuffle: true } as const;
    for (const study of studies) {
      const own = resolveSettings(study, options, cpu);
      expect(own.validation).toBe(study.validation);
      expect(commandOf(study, own)).not.toContain("--validation");
      const other = study.validation === "first" ? "last" : "first";
      const asked = resolveSettings(study, { ...options, validation: other }, cpu);
      expect(commandOf(study, asked)).toContain(`--validation ${other}`);
    }
    for (const id of ["svhn-c", "cifar10-d", "cifar10-e", "cifar25-base"])
      expect(() => resolveSettings(findExperiment(id), { ...options, validation: "first" }, cpu)).toThrow(
        `--validation: ${id} does not hold out`,
      );
  });

  it("give the notebook's test errors", () => {
    const published = Object.fromEntries(
      studies.flatMap(({ id, published }) =>
        published.map(({ measure, value }) => [`${id} ${measure}`, value] as const),
      ),
    );
    expect(published).toEqual({
      "pretrain-a test_error": 0.0179,
      "pretrain-a train_error": 0.0004,
      "pretrain-a train_loss": 0.0019,
      "pretrain-b test_error": 0.0229,
      "pretrain-d test_error": 0.0194,
      "pretrain-d tanh_test_error": 0.0282,
    });
  });

  it("train for 50 epochs in batches of 25 where INF-477 asks, as Géron's chapter elsewhere", () => {
    for (const { id, profiles, dataset } of studies) {
      if (parameters[id] === undefined) continue;
      const { epochs, batch, limit } = profiles.full;
      expect({ batch, limit }, id).toEqual({ batch: dataset === "mnist" ? 25 : 32, limit: undefined });
      if (dataset === "mnist") expect(epochs, id).toBe(50);
    }
  });
});

describe("networks that no other test counts", () => {
  // sums of (in + 1) * out by hand
  it.each([
    ["ae-g literal", bypassedAutoencoder(), 785_000 + 500_500 + 125_250 + 125_500 + 501_000 + 784_784],
    ["ae-g with a linear code", deepAutoencoder({ code: 8, codeActivation: "linear" }), 2_823_286 + 6 * 501],
    ["semi-ae classifier", semiClassifier({ frozen: false }), 78_500 + 3_030 + 310],
  ] as const)("%s", (_, network, count) => {
    expect(network.parameterCount).toBe(count);
  });

  it("a frozen encoder leaves its last layer to train", () => {
    expect(semiClassifier({ frozen: true }).summary()).toMatchObject({
      trainable: 310,
      nonTrainable: 81_530,
    });
  });
});
