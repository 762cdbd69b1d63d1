/** @file A study writes its parts, goes on where it was stopped, and uses what another run has trained. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { InterruptedError } from "../../../engine/errors.ts";
import { trainBasic } from "../../../experiments/autoencoders/basic.ts";
import { reconstructionError } from "../../../experiments/autoencoders/quality.ts";
import { noiseTransforms } from "../../../experiments/denoising/noise.ts";
import { pretrain } from "../../../experiments/pretraining/greedy.ts";
import { basicAutoencoder } from "../../../models/networks/ae-basic.ts";
import { command } from "../../../runner/command.ts";
import type { StudyExperiment } from "../../../runner/experiment.ts";
import { evaluateStudy } from "../../../runner/study/study-evaluation.ts";
import { useTemporaryFolder } from "../../datasets/support/temporary-folder.ts";
import { useEngine } from "../../support/engine.ts";
import { digits, runStudy, studyContext } from "./support/run-study.ts";

const engine = useEngine();
const temporary = useTemporaryFolder();
const folder = (name: string) => join(temporary(), name);
const profile = { epochs: 2, batch: 10, description: "a test" };

/** Two parts: on clean images, and on masked ones, which is the main one. */
const small: StudyExperiment = {
  id: "small",
  kind: "study",
  title: "A test",
  source: { text: "a test", question: "1" },
  question: "Does it go on?",
  dataset: "mnist",
  validation: "last",
  takesNoise: true,
  main: { part: () => "relu-3-masked", parameters: 50_992, network: () => basicAutoencoder({ code: 3 }) },
  published: [{ name: "Loss", measure: "test_loss", value: 0.5, source: "a test" }],
  profiles: { full: profile, quick: profile },
  run: async (study) => {
    await trainBasic(study, { code: 2 });
    const noise = { name: "masked", ...noiseTransforms(study, { kind: "masking", keep: 0.5 }) };
    const { history } = await trainBasic(study, { code: 3, noise });
    study.measure("test_loss", history.last("loss")!, { title: "Loss" });
  },
};

const weights = (name: string) => readFileSync(join(folder(name), "weights.safetensors"));
const json = (name: string, file: string) => JSON.parse(readFileSync(join(folder(name), file), "utf8"));

describe("a study", () => {
  it("writes the contract's files in its folder, and each part's in parts/", async () => {
    const { result } = await runStudy(engine(), small, await digits(48, 12), folder("run"), {
      noise: "fixed",
    });
    expect(readdirSync(folder("run")).sort()).toEqual(
      [
        "config.json",
        "figures",
        "history.json",
        "parts",
        "report.html",
        "result.json",
        "weights.safetensors",
      ].sort(),
    );
    for (const part of ["relu-2", "relu-3-masked"]) {
      const files = ["history.json", "part.json", "weights.safetensors"];
      expect(readdirSync(join(folder("run"), "parts", part)).sort(), part).toEqual(files);
    }
    expect(
      weights("run").equals(readFileSync(join(folder("run"), "parts/relu-3-masked/weights.safetensors"))),
    ).toBe(true);
    expect(json("run", "history.json").epoch).toEqual([1, 2]);
    // one image in twelve validates: 4 of 48
    expect(result).toMatchObject({
      dataset: { train: 44, validation: 4, test: 12 },
      parameters: 5491, // 784 * 3 + 3 + 3 * 784 + 784: the network that was trained
      parameters_in_full: 50_992,
    });
    expect(json("run", "result.json").published).toEqual([
      {
        name: "Loss",
        measure: "test_loss",
        published: 0.5,
        source: "a test",
        measured: json("run", "history.json").loss[1],
      },
    ]);
  });

  it.each([
    "fixed",
    "fresh",
  ] as const)("stopped in either part goes on to the same bits, %s noise", async (noise) => {
    const dataset = await digits(48, 12);
    await runStudy(engine(), small, dataset, folder("whole"), { noise });
    const inPart = (part: number) => (lines: readonly string[], epoch: number) =>
      epoch === 0 && lines.some((line) => line.startsWith(`part ${part}:`));
    for (const part of [1, 2]) {
      const stopped = runStudy(engine(), small, dataset, folder("stopped"), { noise }, inPart(part));
      await expect(stopped).rejects.toThrow(InterruptedError);
      expect(existsSync(join(folder("stopped"), "result.json"))).toBe(false);
    }
    const { lines } = await runStudy(engine(), small, dataset, folder("stopped"), { noise });
    expect(lines.filter((line) => line.includes("finished before: loaded"))).toHaveLength(1);
    expect(weights("stopped").equals(weights("whole"))).toBe(true);
    const { seconds: _, ...history } = json("stopped", "history.json");
    expect(json("whole", "history.json")).toMatchObject(history);
  });

  it("holds out the end of the training file that is asked for, and takes no part that held out the other", async () => {
    const dataset = await digits(48, 12);
    const first = await runStudy(engine(), small, dataset, folder("ae-a"), {
      noise: "fixed",
      validation: "first",
    });
    expect(first.lines).toContain("validation: the first 4 of 48 training images");
    const repeat = command("train", "small --profile quick --seed 3 --validation first");
    expect(json("ae-a", "config.json")).toMatchObject({ command: repeat, settings: { validation: "first" } });
    expect(json("ae-a", "parts/relu-2/part.json").validation).toBe("first");
    const last = await runStudy(engine(), small, dataset, folder("other"), {
      noise: "fixed",
      validation: "last",
    });
    expect(last.lines).toContain("validation: the last 4 of 48 training images");
    expect(last.lines.some((line) => line.endsWith("loaded"))).toBe(false);
    expect(json("other", "parts/relu-2/part.json").validation).toBeUndefined(); // as in runs of before
    expect(weights("other").equals(weights("ae-a"))).toBe(false);
  });

  it("gives other weights with fresh noise, and with another seed", async () => {
    const dataset = await digits(48, 12);
    await runStudy(engine(), small, dataset, folder("fixed"), { noise: "fixed" });
    await runStudy(engine(), small, dataset, folder("fresh"), { noise: "fresh" });
    await runStudy(engine(), small, dataset, folder("seed"), { noise: "fixed", seed: 4 });
    await runStudy(engine(), small, dataset, folder("eager"), { noise: "fixed", eager: true });
    expect(weights("fresh").equals(weights("fixed"))).toBe(false);
    expect(weights("seed").equals(weights("fixed"))).toBe(false);
    expect(weights("eager").equals(weights("fixed")), "replayed and eager").toBe(true);
  });

  it("takes a part from a finished run beside it, unless that had other settings", async () => {
    const dataset = await digits(48, 12);
    await runStudy(engine(), small, dataset, folder("ae-a"), { noise: "fixed" });
    const again = await runStudy(engine(), small, dataset, folder("other"), { noise: "fixed" });
    expect(again.lines.filter((line) => line.includes("with the same settings: loaded"))).toHaveLength(2);
    expect(weights("other").equals(weights("ae-a"))).toBe(true);
    expect(again.result.parts).toMatchObject({ "relu-2": { from: folder("ae-a") } });
    const longer = await runStudy(engine(), small, dataset, folder("longer"), { noise: "fixed", epochs: 3 });
    expect(longer.lines.some((line) => line.includes("loaded"))).toBe(false);
    const fewer = await runStudy(engine(), small, await digits(60, 12), folder("fewer"), { noise: "fixed" });
    expect(fewer.lines.some((line) => line.includes("loaded"))).toBe(false);
  });
});

describe("evaluateStudy", () => {
  it("gives each part's figures on the test images, corrupted by the same noise", async () => {
    const dataset = await digits(48, 12);
    const study: StudyExperiment = {
      ...small,
      run: async (study) => {
        const noise = { name: "masked", ...noiseTransforms(study, { kind: "masking", keep: 0.5 }) };
        const { model } = await trainBasic(study, { code: 3, noise });
        const { loss, mse } = await reconstructionError(study, model, noise.test);
        study.measure("test_loss", loss);
        study.measure("test_mse", mse);
        study.measure("clean_loss", (await reconstructionError(study, model)).loss);
      },
    };
    const { result } = await runStudy(engine(), study, dataset, folder("run"), { noise: "fixed" });
    const context = studyContext(engine(), study, dataset, folder("run"), { noise: "fixed" });
    const { parts, figures } = await evaluateStudy(context);
    const { test_loss, test_mse, clean_loss } = result.measured as Record<string, number>;
    expect(parts).toEqual({
      "relu-3-masked": { measured: { loss: test_loss, mse: test_mse }, recorded: {} },
    });
    expect(test_loss).not.toBe(clean_loss);
    expect(figures.map(({ value, recorded }) => [value, recorded])).toEqual(
      [test_loss, test_mse, clean_loss].map((value) => [value, value]),
    );
    const other = { ...context, settings: { ...context.settings, epochs: 5 } };
    await expect(evaluateStudy(other)).rejects.toThrow(
      /relu-3-masked cannot be evaluated: .* other settings/,
    );
  });

  it("holds classifiers against the last epoch of their history, autoencoders of codes against codes", async () => {
    const dataset = await digits(48, 12);
    const study: StudyExperiment = {
      ...small,
      main: { ...small.main!, part: () => "tanh-finetuned" },
      run: async (study) => {
        const scheme = { name: "tanh", encoder: "tanh", decoder: "sigmoid", keep: 0.5 } as const;
        study.measure("error", (await pretrain(study, scheme)).after);
      },
    };
    await runStudy(engine(), study, dataset, folder("run"), { noise: "fixed" });
    const { parts, figures } = await evaluateStudy(
      studyContext(engine(), study, dataset, folder("run"), { noise: "fixed" }),
    );
    expect(Object.keys(parts)).toEqual(["tanh-1", "tanh-2", "tanh-head", "tanh-finetuned"]);
    for (const name of ["tanh-head", "tanh-finetuned"]) {
      expect(parts[name]!.recorded).toEqual(parts[name]!.measured);
    }
    expect(parts["tanh-2"]!.measured.loss).toBeGreaterThan(0);
    expect(figures[0]!.value).toBe(figures[0]!.recorded);
    expect(1 - parts["tanh-finetuned"]!.measured.accuracy!).toBe(figures[0]!.value);
  });
});

describe("greedy pre-training", () => {
  it("puts the encoders into the classifier: the frozen layers end as they were learned", async () => {
    const greedy: StudyExperiment = {
      ...small,
      main: { ...small.main!, part: () => "sigmoid-finetuned" },
      run: async (study) => {
        const { autoencoders, before } = await pretrain(study, {
          name: "sigmoid",
          encoder: "sigmoid",
          decoder: "sigmoid",
        });
        const head = study.parts.find(({ name }) => name === "sigmoid-head")!;
        const frozen = await head.model.getWeights();
        for (const [i, autoencoder] of autoencoders.entries()) {
          const learned = await autoencoder.model.getWeights();
          for (const name of ["kernel", "bias"]) {
            expect(frozen.get(`dense_${i + 1}/${name}`), `${i} ${name}`).toEqual(
              learned.get(`dense_1/${name}`),
            );
          }
        }
        const tuned = await study.parts.at(-1)!.model.getWeights();
        expect(tuned.get("dense_1/kernel")).not.toEqual(frozen.get("dense_1/kernel"));
        expect(before).toBeGreaterThanOrEqual(0);
        // assignment.md, pretrain-b; the notebook fine-tunes for 20 epochs
        expect(study.parts.map(({ inFull }) => inFull)).toEqual([
          { parameters: 1_569_784 },
          { parameters: 2_002_000 },
          { parameters: 1_796_010, epochs: 20 },
          { parameters: 1_796_010, epochs: 20 },
        ]);
      },
    };
    await runStudy(engine(), greedy, await digits(48, 12), folder("greedy"));
    expect(existsSync(join(folder("greedy"), "parts/sigmoid-1/encoder.safetensors"))).toBe(true);
  });
});
