import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { FileError } from "../../engine/errors.ts";
import { renderReport } from "../../report/document.ts";
import { drawFigure } from "../../report/draw-figure.ts";
import { readStandaloneSvg } from "../../report/figure.ts";
import { readFigureIndex } from "../../report/figure-index.ts";
import type { RunReport } from "../../report/run-report.ts";
import { parseSvg } from "../../report/safe-svg.ts";
import { writeRunReport } from "../../report/write-report.ts";
import { expectBalanced, expectSelfContained } from "./markup-checks.ts";
import { dataReport, digits, sampleHead, sampleReport } from "./sample-report.ts";

/** Made once: no test changes it. */
const sample = sampleReport();
const rendered = renderReport(sample);

vi.setConfig({ testTimeout: 60_000 }); // pictures take a second each where other tests fill the cores

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "wgrad-report-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("writeRunReport", () => {
  it("writes the page and every picture as SVG and PNG", async () => {
    const written = await writeRunReport(path.join(folder, "run"), sample);
    const html = await readFile(written.report);
    expect(html.length).toBeGreaterThan(100_000);
    expect(html.length).toBeLessThan(2_000_000); // the limit set for ten classes
    const names = await readdir(path.join(folder, "run", "figures"));
    const pictures = names.filter((name) => name !== "index.json");
    expect(pictures).toHaveLength(names.length - 1);
    expect(written.figures.map((file) => path.basename(file)).sort()).toEqual(pictures.sort());
    const stems = new Set(pictures.map((name) => path.parse(name).name));
    expect(pictures).toHaveLength(2 * stems.size);
    for (const stem of ["loss", "error", "confusion", "filters", "samples-the-surest-mistakes"]) {
      expect(stems).toContain(stem);
    }
    for (const stem of stems) await checkFigure(path.join(folder, "run", "figures", stem));
  });

  it("keeps what every picture was drawn from: drawn again it is the same, in Spanish it has other words", async () => {
    const figures = path.join(folder, "index", "figures");
    await writeRunReport(path.join(folder, "index"), sample);
    const plans = readFigureIndex(figures)!;
    expect(new Set(plans.map(({ spec }) => spec.kind))).toEqual(
      new Set(["lines", "roc", "confusion", "images", "image-table", "network"]),
    );
    for (const plan of plans) {
      const { title, drawing } = readStandaloneSvg(
        await readFile(path.join(figures, `${plan.name}.svg`), "utf8"),
      )!;
      const again = await drawFigure(plan, "en");
      expect(again.title, plan.name).toBe(title);
      expect(parsed(again.drawing.svg), plan.name).toEqual(parsed(drawing.svg));
    }
    const error = await drawFigure(plans.find(({ name }) => name === "error")!, "es");
    expect(error.title).toBe("Error por época");
    expect(error.drawing.svg).toContain(">época</text>");
    expect(error.drawing.svg).toMatch(/>entrenamiento \d+,\d\d\u00a0%<\/text>/);
  });

  it("says so if the index is damaged", async () => {
    const figures = path.join(folder, "damaged");
    await mkdir(figures);
    const entry = (more: object) => ({
      ...{ file: "a", title: "A" },
      figure: { kind: "bars", categories: ["x"], series: [{ name: "y", role: "test", values: [1] }] },
      ...more,
    });
    for (const [more, where] of [
      [{ file: "../a" }, /figures\[0\]\.file/],
      [{ title: { key: 1 } }, /figures\[0\]\.title/],
      [{ figure: { kind: "pie" } }, /figures\[0\]\.figure/],
      [
        { figure: { kind: "images", images: { png: "AAAA", count: 1, channels: 3 }, captions: [] } },
        /no images/,
      ],
    ] as const) {
      await writeFile(
        path.join(figures, "index.json"),
        JSON.stringify({ version: 1, figures: [entry(more)] }),
      );
      expect(() => readFigureIndex(figures), JSON.stringify(more)).toThrow(FileError);
      expect(() => readFigureIndex(figures), JSON.stringify(more)).toThrow(where);
    }
    await writeFile(path.join(figures, "index.json"), JSON.stringify({ version: 1, figures: [entry({})] }));
    expect(readFigureIndex(figures)).toHaveLength(1);
    expect(readFigureIndex(path.join(folder, "nowhere"))).toBeUndefined();
  });

  it("replaces an earlier report and leaves no other files", async () => {
    const target = path.join(folder, "twice");
    await writeRunReport(target, { ...sampleHead(), title: "first" });
    await writeRunReport(target, { ...sampleHead(), title: "second" });
    expect(await readFile(path.join(target, "report.html"), "utf8")).toContain("<h1>second</h1>");
    expect((await readdir(target)).sort()).toEqual(["figures", "report.html"]);
  });

  it("says which file it cannot write", async () => {
    const file = path.join(folder, "file");
    await writeFile(file, "");
    const attempt = writeRunReport(file, sampleHead());
    await expect(attempt).rejects.toThrow(FileError);
    await expect(attempt).rejects.toThrow(`Cannot make the folder ${path.join(file, "figures")}: `);
  });
});

/** A drawing as elements and texts, which says nothing of how its characters were escaped. */
const parsed = (svg: string) => {
  const element = parseSvg(svg)!;
  return { ...element, attributes: new Map([...element.attributes].filter(([name]) => name !== "xmlns")) };
};

/** Both files open, have the same proportions, and the SVG names the run that it belongs to. */
async function checkFigure(stem: string) {
  const svg = await readFile(`${stem}.svg`, "utf8");
  expectBalanced(svg);
  expect(svg).toContain("svhn-c · Synthetic street digits · SYNTHETIC DATA · QUICK PROFILE</text>");
  const [, width, height] = /^<svg [^>]*width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  const png = PNG.sync.read(await readFile(`${stem}.png`));
  expect(png.width / png.height).toBeCloseTo(Number(width) / Number(height), 1);
  expect(png.width).toBeGreaterThanOrEqual(2 * Math.floor(Number(width)));
}

describe("renderReport", () => {
  const sections = {
    results: "results",
    network: "network",
    history: "training",
    confusion: "confusion",
    roc: "roc",
    classExamples: "classes",
    samples: "samples",
    filters: "filters",
    featureMaps: "feature-maps",
  } as const;

  it("is well-formed and asks for nothing from elsewhere", async () => {
    for (const document of [rendered, renderReport(dataReport()), renderReport(sampleHead())]) {
      const { html } = await document;
      expectBalanced(html);
      expectSelfContained(html);
    }
  });

  it("shows every section of a full report, in order", async () => {
    expect(sectionIds((await rendered).html)).toEqual([
      "results",
      "data-set",
      "network",
      "training",
      "confusion",
      "roc",
      "classes",
      "samples",
      "filters",
      "feature-maps",
      "run",
    ]);
  });

  it.each(Object.entries(sections))("shows %s if it is there, and nothing else", async (part, id) => {
    const report = { ...sampleHead(), [part]: sample[part as keyof typeof sections] };
    const ids = sectionIds((await renderReport(report)).html);
    expect(ids.sort()).toEqual([id, "data-set", "run"].sort());
  });

  it("has a report of data alone, with sections of its own", async () => {
    const { html, figures } = await renderReport(dataReport());
    expect(sectionIds(html)).toEqual(["data-set", "classes", "random-images", "run"]);
    expect(figures.map(({ name }) => name)).toEqual([
      "images-per-class",
      "accuracy-by-learning-rate",
      "five-training-images",
    ]);
  });

  it("keeps anchors and file names apart where titles are the same", async () => {
    const [classes] = dataReport().sections!;
    const { html, figures } = await renderReport({ ...dataReport(), sections: [classes!, classes!] });
    expect(sectionIds(html)).toEqual(["data-set", "classes", "classes-2", "run"]);
    expect(new Set(figures.map(({ name }) => name)).size).toBe(4);
  });

  it("escapes every text of its input", async () => {
    const evil = '<script>alert("x")</script>&\u0000';
    const report = JSON.parse(
      JSON.stringify({
        ...sample,
        ...dataReport(),
        samples: undefined,
        confusion: undefined,
        roc: undefined,
        classExamples: undefined,
        filters: undefined,
        featureMaps: undefined,
      }),
      (key, value) => (typeof value === "string" && !keptKeys.has(key) ? `${value}${evil}` : value),
    ) as RunReport;
    const classes = digits.map((digit) => `${digit}${evil}`);
    const { html, figures } = await renderReport({
      ...sample,
      ...report,
      sections: [],
      samples: sample.samples!.map((group) => ({ ...group, classes, title: evil })),
      confusion: { ...sample.confusion!, classes, set: evil },
      roc: { ...sample.roc!, classes, set: evil },
      classExamples: { ...sample.classExamples!, classes, set: evil },
      featureMaps: sample.featureMaps!.map((maps) => ({ ...maps, layer: evil, names: [evil] })),
    });
    expectBalanced(html);
    expect(html).not.toContain("<script");
    expect(html).not.toContain("\u0000");
    expect(html.match(/&#60;script&#62;/g)!.length).toBeGreaterThan(100);
    for (const figure of figures) expect(figure.drawing.svg).not.toContain("<script");
  });

  it("links to sources, but not by other schemes than http", async () => {
    const [row] = sample.results!;
    const withUrl = (url: string) =>
      renderReport({ ...sampleHead(), results: [{ ...row!, source: { text: "paper", url } }] });
    expect((await withUrl("https://arxiv.org/abs/1204.3968")).html).toContain(
      '<a href="https://arxiv.org/abs/1204.3968">paper</a>',
    );
    expect((await withUrl("javascript:alert(1)")).html).not.toContain("javascript:");
  });
});

/** Values that are not text but choices among given words. */
const keptKeys = new Set(["kind", "origin", "curve", "url", "profile"]);

describe("warnings", () => {
  const official = {
    ...sampleHead(),
    dataset: { ...sampleHead().dataset, origin: "official" },
    run: { ...sampleHead().run, profile: "full", limits: undefined },
  } as const;
  const { limits: _, ...fullRun } = official.run;
  const full: RunReport = { ...official, run: fullRun };

  it("has none for the full run on the official files", async () => {
    const { html, provenance } = await renderReport(full);
    expect(html).not.toContain('class="strip"');
    expect(html).not.toContain('class="banner"');
    expect(provenance).toBe("svhn-c · Synthetic street digits");
  });

  it.each([
    ["SYNTHETIC DATA", { ...full, dataset: { ...full.dataset, origin: "synthetic" } }],
    ["NOT THE OFFICIAL FILES", { ...full, dataset: { ...full.dataset, origin: "other" } }],
    ["QUICK PROFILE", { ...full, run: { ...fullRun, profile: "quick" } }],
    ["LIMITED RUN", { ...full, run: { ...fullRun, limits: "2,000 training images" } }],
  ] as [
    string,
    RunReport,
  ][])("says %s at the top, on pictures and on printed pages", async (words, report) => {
    const { html, provenance } = await renderReport(report);
    expect(html).toContain(`<div class="strip" role="note"><span><strong>${words}</strong>`);
    expect(html).toContain(`<p><strong>${words}.</strong>`);
    expect(html).toContain(`@top-right { content: "${words}"`);
    expect(provenance).toContain(words);
  });
});

describe("published values", () => {
  const [row] = sample.results!;
  const draw = (comparable: boolean) =>
    renderReport({ ...sample, results: [{ ...row!, comparable, curve: "accuracy" }] });

  it("stand in the error chart if they can be compared", async () => {
    const { html } = await draw(true);
    expect(html).toContain(">published 5.72\u00a0%</text>"); // 100 - 94.28
    expect(html).not.toContain('class="badge"');
  });

  it("stay out of it if not, and the table says so", async () => {
    const { html } = await draw(false);
    expect(html).not.toContain(">published 5.72");
    expect(html).toContain('<span class="badge">not comparable</span> Synthetic images');
  });
});

describe("the error curve", () => {
  it("uses the categorical accuracy where accuracy is Keras's binary one", async () => {
    const accuracies = { accuracy: [0.9, 0.98, 0.98], categorical_accuracy: [0.5, 0.75, null] };
    const history = { epoch: [1, 2, 3], ...accuracies };
    const { html } = await renderReport({ ...sampleHead(), history });
    expect(html).toContain(">training 25.00\u00a0%</text>"); // null, as JSON writes NaN, is no measurement
    const plain = await renderReport({ ...sampleHead(), history: { epoch: [1], accuracy: [0.9] } });
    expect(plain.html).toContain(">training 10.00\u00a0%</text>");
  });
});

describe("the checks of this file", () => {
  it("notice what they are for", () => {
    expect(() => expectBalanced("<p><b></p></b>")).toThrow();
    expect(() => expectBalanced("<ul><li></ul>")).toThrow();
    expect(() => expectBalanced("<p>1 < 2</p>")).toThrow();
    expect(() => expectSelfContained('<img src="https://a.b/c.png">')).toThrow();
    expect(() => expectSelfContained('<link href="a.css">')).toThrow();
    expect(() => expectSelfContained("<style>a { background: url(x.png) }</style>")).toThrow();
  });
});

function sectionIds(html: string): string[] {
  return [...html.matchAll(/<section id="([^"]*)">/g)].map((match) => match[1]!);
}
