import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { experiments } from "../../../experiments/registry.ts";
import type { Book } from "../../../report/book/book.ts";
import { type Chapter, readChapters } from "../../../report/book/chapter.ts";
import { answers } from "../../../report/book/chapters/index.ts";
import { renderBook } from "../../../report/book/document.ts";
import { Evidence } from "../../../report/book/evidence.ts";
import { drawFigure } from "../../../report/draw-figure.ts";
import { standaloneSvg } from "../../../report/figure.ts";
import { writeFigureIndex } from "../../../report/figure-index.ts";
import type { FigurePlan } from "../../../report/figure-spec.ts";
import { label } from "../../../report/label.ts";
import { type Language, languages } from "../../../report/language.ts";
import { command } from "../../../runner/command.ts";
import { newestOfEach } from "../../../runner/store/runs.ts";
import { readSavedRun } from "../../../runner/store/saved-run.ts";
import { useTemporaryFolder } from "../../datasets/support/temporary-folder.ts";
import { threeEpochs, writeRunFolder } from "../../runner/support/run-folder.ts";
import { expectBalanced, expectSelfContained } from "../markup-checks.ts";

const folder = useTemporaryFolder();

const chapters = { en: readChapters("en"), es: readChapters("es") };
const textsOf = (language: Language) =>
  chapters[language].flatMap((chapter) => Object.entries(chapter.experiments));
const texts = textsOf("en");
const spanishTexts = Object.fromEntries(textsOf("es"));

/** The 53 questions of the assignment and its companions, assignment.md 1.2, and the network that --pretrain begins with. */
const questions = 54;

const published = [{ name: "Test accuracy", measure: "test_accuracy", published: 0.9428, source: "a paper" }];

/** One figure of every name that an answer looks for. */
const everyFigure: Record<string, number> = {
  test_accuracy: 0.61,
  test_error: 0.39,
  test_loss: 1.2,
  test_binary_accuracy: 0.93,
  sigmoid_2_loss: 0.22,
  sigmoid_2_mse: 0.05,
  relu_2_loss: 0.21,
  relu_2_mse: 0.04,
  mean_image_loss: 0.26,
  relu_decoder_loss: 0.9,
  relu_decoder_zero_outputs: 0.5,
  code_2_mse: 0.05,
  code_2_error: 0.6,
  code_2_ms_per_prediction: 0.02,
  pixels_error: 0.03,
  pixels_ms_per_prediction: 0.4,
  loaded_difference: 0,
  pca_2_mse: 0.055,
  pca_2_knn_error: 0.55,
  ae_2_mse: 0.05,
  ae_2_knn_error: 0.6,
  deep_4_2_mse: 0.04,
  deep_4_2_knn_error: 0.2,
  tsne_code_agreement: 0.9,
  pca_code_agreement: 0.5,
  tsne_pixels_agreement: 0.9,
  pca_pixels_agreement: 0.4,
  convolutional_mse: 0.01,
  basic_mse: 0.01,
  pca_mse: 0.01,
  convolutional_knn_error: 0.04,
  basic_knn_error: 0.04,
  pca_knn_error: 0.03,
  "kept_0.5": 0.5,
  "masking-0.5_mse": 0.02,
  "masking-0.5_noise_mse": 0.05,
  "masking-0.5_plain_mse": 0.04,
  "deviation_0.5": 0.5,
  "gaussian-0.5_mse": 0.02,
  "gaussian-0.5_noise_mse": 0.25,
  "gaussian-0.5_plain_mse": 0.04,
  "code_8_keep_0.5_mse": 0.03,
  "code_8_keep_0.5_knn_error": 0.05,
  sgd_test_error: 0.02,
  sigmoid_before_error: 0.9,
  sigmoid_head_error: 0.05,
  sigmoid_test_error: 0.02,
  no_pre_training_test_error: 0.03,
  test_rounded_accuracy: 0.9,
  parameter_share: 0.503,
  tied_test_loss: 0.3,
  untied_test_loss: 0.29,
  frozen_50_test_error: 0.3,
};

describe("the texts", () => {
  it("are there for every question, each under one chapter", () => {
    const ids = texts.map(([id]) => id);
    expect(new Set(ids).size).toBe(questions);
    expect(ids).toHaveLength(questions);
    for (const { id } of experiments) expect(ids).toContain(id);
  });

  it("are the same in both languages", () => {
    expect(textsOf("es").map(([id]) => id)).toEqual(texts.map(([id]) => id));
    expect(chapters.es.map(({ id }) => id)).toEqual(chapters.en.map(({ id }) => id));
    expect(Object.keys(answers).sort()).toEqual(texts.map(([id]) => id).sort());
  });

  it.each(texts)("%s has title, question and answer in both languages, and they differ", (id, english) => {
    const spanish = spanishTexts[id]!;
    expect(english.title).not.toBe("");
    expect(spanish.title).not.toBe("");
    expect(english.question).not.toBe("");
    expect(english.question).not.toBe(spanish.question);
    expect(english.why.length).toBeGreaterThan(0);
    expect(english.why.length).toBe(spanish.why.length);
    for (const [k, paragraph] of english.why.entries()) {
      expect(paragraph.length).toBeGreaterThan(80);
      const longer = Math.max(paragraph.length, spanish.why[k]!.length);
      expect(Math.min(paragraph.length, spanish.why[k]!.length) / longer).toBeGreaterThan(0.6); // a translation, not a remark
    }
  });

  it.each(
    texts,
  )("%s: what the run shows is said in both languages, and nothing of an empty run", (id, text) => {
    const whole = readSavedRun(
      writeRunFolder(join(folder(), "whole"), {
        experiment: id,
        history: threeEpochs,
        measured: { ...everyFigure, seconds: 7 },
        published,
        more: {
          parameters: 2_141_514,
          trials: [
            { name: "3x3", measured: { test_error: 0.4, epoch_seconds: 10 } },
            { name: "5x5", measured: { test_error: 0.3, epoch_seconds: 20 } },
          ],
          confused_pairs: [{ classes: ["cat", "dog"], mistakes: 12 }],
        },
      }),
    );
    const empty = readSavedRun(writeRunFolder(join(folder(), "empty"), { experiment: id }));
    const sentences = (run: typeof whole, language: Language) =>
      text.shown(new Evidence(run, language)).filter((sentence) => sentence !== undefined);
    const [english, spanish] = [sentences(whole, "en"), sentences(whole, "es")];
    expect(spanish).toHaveLength(english.length);
    for (const sentence of [...english, ...spanish, ...sentences(empty, "en"), ...sentences(empty, "es")]) {
      expect(sentence).toMatch(/^([A-ZÁÉÍÓÚ0-9]|kNN ).*\.$/s);
      expect(sentence).not.toMatch(/undefined|NaN|\[object|null/);
      expect(sentence).not.toMatch(/\b(de|a) el\b/); // del, al
    }
    if (id !== "svhn-b") expect(english.length).toBeGreaterThan(0); // svhn-b measures nothing
  });

  it("call the trials of a sweep by what they vary, and by their seeds where nothing else differs", () => {
    const cifar10G = answers["cifar10-g"]!;
    const trial = (augmentation: string, seed: number, test_error: number, epoch_seconds: number) => ({
      ...{ name: `name-${seed}`, factors: { augmentation }, seed },
      measured: { test_error, epoch_seconds },
    });
    const trials = [trial("none", 1, 0.5, 3), trial("rotations", 1, 0.6, 4), trial("rotations", 2, 0.4, 5)];
    const run = readSavedRun(
      writeRunFolder(join(folder(), "sweep"), { experiment: "cifar10-g", more: { trials } }),
    );
    const shown = (language: Language) =>
      cifar10G.shown(new Evidence(run, language)).join(" ").replace(/\s/g, " "); // narrow spaces too
    expect(shown("en")).toContain(
      '"rotations / seed 2" has the lowest test error, 40.00 %, and "rotations / seed 1" the highest',
    );
    expect(shown("es")).toContain('Una época duró entre 3 s ("ninguno") y 5 s ("rotaciones / semilla 2").');
  });

  it("say what the run shows: the smaller error is the better one", () => {
    const aeA = answers["ae-a"]!;
    const shown = (relu: number) => {
      const measured = { sigmoid_32_mse: 0.02, relu_32_mse: relu };
      const run = readSavedRun(
        writeRunFolder(join(folder(), `relu-${relu}`), { experiment: "ae-a", measured }),
      );
      return aeA.shown(new Evidence(run, "en")).join(" ");
    };
    expect(shown(0.01)).toContain("For every d' measured (32) the squared error of a ReLU encoder is below");
    expect(shown(0.03)).toContain("For none of the d' measured (32)");
  });
});

describe("renderBook", () => {
  const book = (language: Language, options: Partial<Book> = {}): Book => ({
    chapters: chapters[language],
    experiments,
    runs: newestOfEach(folder()),
    language,
    made: new Date("2026-11-22T05:00:00Z"),
    maker: "wgrad 0.1.0",
    ...options,
  });

  it.each(languages)("is whole, self-contained and without broken references: %s", async (language) => {
    await writeRuns();
    const html = await renderBook(book(language));
    expectBalanced(html);
    expectSelfContained(html);
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of html.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
    for (const [id] of texts) expect(html).toContain(`href="#${id}"`);
    expect(html).toContain(`<html lang="${language}">`);
  });

  it("shows the newest finished run, full before quick, and the published figure beside it", async () => {
    await writeRuns();
    const html = await renderBook(book("en"));
    const section = sectionOf(html, "svhn-c");
    expect(section).toContain("After 3 epochs the test error is 39.00\u00a0%");
    expect(section).toContain("94.28\u00a0%");
    expect(section).toContain("−33.28\u00a0points");
    expect(section).not.toContain("11.00"); // the quick run, though it is the later one
    expect(section).toContain("<figcaption>Error by epoch</figcaption>");
    expect(sectionOf(html, "svhn-a")).toContain(command("train", "svhn-a"));
  });

  it("takes no single trial for the experiment that it is part of", () => {
    const run = (name: string, trial: string | null) =>
      writeRunFolder(join(folder(), "svhn-e", name), { experiment: "svhn-e", settings: { trial } });
    run("b", "filters8-16");
    expect(newestOfEach(folder()).newest.size).toBe(0);
    const whole = run("a", null);
    expect(newestOfEach(folder()).newest.get("svhn-e")?.folder).toBe(whole);
  });

  it("writes Spanish with Spanish numbers, also in pictures", async () => {
    await writeRuns();
    const section = sectionOf(await renderBook(book("es")), "svhn-c");
    expect(section).toContain("el error de prueba es 39,00\u00a0%");
    expect(section).toContain("<figcaption>Error por época</figcaption>");
    expect(section).toContain(">época</text>");
  });

  it("draws pictures again where the run says from what: longer words at the left edge get room", async () => {
    const plan: FigurePlan = {
      name: "error",
      title: label("test-error-title"),
      spec: {
        kind: "bars",
        categories: [label("code-of", { size: 32 }), label("pixels")],
        series: [{ name: label("test"), role: "test", values: [1.5, 2] }],
      },
    };
    const run = writeRunFolder(join(folder(), "svhn-c", "1"), { measured: everyFigure });
    writeFigureIndex(join(run, "figures"), [plan]);
    const widths = [];
    for (const language of languages) {
      const section = sectionOf(await renderBook(book(language)), "svhn-c");
      const { title, drawing } = await drawFigure(plan, language);
      expect(section).toContain(`<figcaption>${title}</figcaption>`);
      expect(section).toContain({ en: ">code of 32</text>", es: ">código de 32</text>" }[language]);
      expect(section).toContain({ en: ">1.5</text>", es: ">1,5</text>" }[language]);
      widths.push(drawing.width);
    }
    expect(widths[1]).toBeGreaterThan(widths[0]!);
  });

  it("shows the pictures of runs without an index, and those with texts it does not know, in their own words", async () => {
    const run = writeRunFolder(join(folder(), "svhn-c", "1"), {
      measured: everyFigure,
      figures: { error: await errorFigure() },
    });
    const shown = async () => sectionOf(await renderBook(book("es")), "svhn-c");
    expect(await shown()).toContain("<figcaption>Error by epoch</figcaption>");
    const { spec } = errorPlan;
    writeFigureIndex(join(run, "figures"), [{ name: "error", title: label("of-another-version"), spec }]);
    expect(await shown()).toContain("<figcaption>Error by epoch</figcaption>");
    writeFigureIndex(join(run, "figures"), [errorPlan]);
    expect(await shown()).toContain("<figcaption>Error por época</figcaption>");
    writeFileSync(join(run, "figures", "index.json"), "{");
    expect(await shown()).toContain("<figcaption>Error by epoch</figcaption>");
    expect(await renderBook(book("es"))).toMatch(/Carpetas de ejecución[\s\S]*index\.json/);
  });

  it("marks in the contents what is no fair pair of figures", async () => {
    const dataset = { origin: "synthetic", train: 1400, test: 500 };
    writeRunFolder(join(folder(), "svhn-c", "a"), { measured: everyFigure, published, dataset });
    const html = await renderBook(book("en"));
    const row = /<tr[^>]*><td class="id"><a href="#svhn-c">[\s\S]*?<\/tr>/.exec(html)![0];
    expect(row).toContain("94.28");
    expect(row).toContain("SYNTHETIC DATA");
  });

  it("says why figures differ", async () => {
    writeRunFolder(join(folder(), "svhn-c", "a"), {
      measured: everyFigure,
      dataset: { origin: "synthetic", train: 1400, test: 500 },
      settings: { profile: "quick", epochs: 4, batch: 16 },
    });
    const section = sectionOf(await renderBook(book("en")), "svhn-c");
    expect(section).toContain("SYNTHETIC DATA");
    for (const reason of [
      "synthetic stand-ins",
      "1,400 of 73,257 training images",
      "500 of 26,032 test images",
      "4 of 10 epochs",
      "batches of 16 instead of 1,280",
    ]) {
      expect(section).toContain(reason);
    }
  });

  it("does not call a run limited whose quick profile is the full one", async () => {
    const dataset = { origin: "official", train: 55_000, test: 10_000 } as const;
    const settings = { profile: "quick", epochs: 0, batch: 0 };
    const measured = { "kept_0.5": 0.5 };
    writeRunFolder(join(folder(), "dae-a", "a"), { experiment: "dae-a", measured, dataset, settings });
    const section = sectionOf(await renderBook(book("en")), "dae-a");
    expect(section).not.toMatch(/LIMITED|quick profile/i);
    expect(section).toContain("this is the whole experiment");
    expect(section).toContain("<h3>Measured</h3>"); // no source gives a figure
  });

  it("names damaged runs, and leaves out pictures with scripts", async () => {
    writeFileSync(
      join(writeRunFolder(join(folder(), "svhn-a", "a"), { experiment: "svhn-a" }), "result.json"),
      "{",
    );
    const script = (await errorFigure()).replace("</g></svg>", "<script>alert(1)</script></g></svg>");
    expect(script).toContain("<script>");
    writeRunFolder(join(folder(), "svhn-c", "a"), { measured: everyFigure, figures: { error: script } });
    const html = await renderBook(book("en"));
    expect(html).toContain("Run folders that could not be read");
    expect(html).not.toContain("<script");
  });

  it("tells experiments that wgrad does not have from those without a run", async () => {
    const text = texts[0]![1];
    const chapter: Chapter = {
      id: "section-other",
      title: "Other",
      introduction: ["Text."],
      experiments: { "svhn-c": text, elsewhere: text },
    };
    const html = await renderBook(book("en", { chapters: [chapter] }));
    expect(sectionOf(html, "elsewhere")).toContain("not yet part of wgrad");
    expect(sectionOf(html, "svhn-c")).toContain("No finished run yet.");
  });

  async function writeRuns() {
    const full = {
      measured: everyFigure,
      history: threeEpochs,
      published,
      figures: { error: await errorFigure() },
    };
    const run = writeRunFolder(join(folder(), "svhn-c", "1"), full);
    writeFigureIndex(join(run, "figures"), [errorPlan]);
    writeRunFolder(join(folder(), "svhn-c", "2"), {
      measured: { test_error: 0.11 },
      settings: { profile: "quick" },
      started: "2026-11-22T09:00:00.000Z",
    });
    writeRunFolder(join(folder(), "svhn-c", "3"), { finished: false, started: "2026-11-22T10:00:00.000Z" });
  }
});

const errorPlan: FigurePlan = {
  name: "error",
  title: label("error-by-epoch"),
  spec: {
    kind: "lines",
    axes: { x: label("epoch"), y: label("error-percent") },
    percent: 2,
    series: [
      {
        name: label("test"),
        role: "test",
        points: [
          { x: 1, y: 40 },
          { x: 2, y: 39 },
        ],
      },
    ],
  },
};

async function errorFigure(): Promise<string> {
  return standaloneSvg(await drawFigure(errorPlan), "svhn-c");
}

function sectionOf(html: string, id: string): string {
  const start = html.indexOf(`<section id="${id}">`);
  return html.slice(start, html.indexOf("</section>", start));
}
