/** @file Names in run folders that are paths, markup, commands to a terminal, or properties of JavaScript's objects. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FileError } from "../../engine/errors.ts";
import { experiments } from "../../experiments/registry.ts";
import { readChapters } from "../../report/book/chapter.ts";
import { renderBook } from "../../report/book/document.ts";
import { figureName } from "../../report/book/figure-names.ts";
import { fileName } from "../../report/file-name.ts";
import { htmlPage } from "../../report/html-page.ts";
import { labelOf, labelText } from "../../report/label.ts";
import { markup } from "../../report/markup.ts";
import { addResult, readResults } from "../../report/results/committed-results.ts";
import { resultsPage } from "../../report/results/results-page.ts";
import { writeReportFiles } from "../../report/write-report.ts";
import { compareRuns } from "../../runner/compare/compare-runs.ts";
import { newestOfEach } from "../../runner/store/runs.ts";
import { readSavedRun } from "../../runner/store/saved-run.ts";
import { shortfallOf } from "../../runner/store/shortfall.ts";
import { summarizeTrials } from "../../runner/sweep/summary.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { expectBalanced, expectSelfContained } from "../report/markup-checks.ts";
import { threeEpochs, writeRunFolder } from "../runner/support/run-folder.ts";

const folder = useTemporaryFolder();
const run = (name: string, content: Parameters<typeof writeRunFolder>[1]) =>
  writeRunFolder(join(folder(), name), content);
const bookOf = (language: "en" | "es" = "en") =>
  renderBook({
    chapters: readChapters(language),
    experiments,
    runs: newestOfEach(folder()),
    language,
    made: new Date(0),
    maker: "wgrad",
  });

/** Names that objects have by themselves. */
const ofObjects = ["constructor", "toString", "__proto__", "hasOwnProperty"];
/** JSON with these names as properties of their own. */
const withNames = (value: string) => JSON.parse(`{${ofObjects.map((name) => `"${name}":${value}`).join()}}`);

describe("paths in names", () => {
  it.each([
    ["../../evil", "evil"],
    ["/etc/passwd", "etc-passwd"],
    ["..", "unnamed"],
    ["", "unnamed"],
    [".hidden", "hidden"],
    ["a\\b:c|d\0e\nf", "a-b-c-d-e-f"],
    ["Mesa LLVMpipe (25.0)", "mesa-llvmpipe-25.0-"],
    ["svhn-c-quick-lavapipe.json", "svhn-c-quick-lavapipe.json"],
  ])("%j becomes %j", (text, name) => {
    expect(fileName(text)).toBe(name);
  });

  it("results are added to their folder and nowhere else", () => {
    const results = join(folder(), "a", "b", "results");
    mkdirSync(results, { recursive: true });
    const path = run("run", { experiment: "../../x", settings: { profile: "../../y" } });
    const config = JSON.parse(
      JSON.stringify({ ...readSavedRun(path).config, adapter: { class: "../../../evil/z" } }),
    );
    writeFileSync(join(path, "config.json"), JSON.stringify(config));
    const file = addResult(results, readSavedRun(path));
    expect(file).toMatch(/^[a-z0-9._-]+$/);
    expect(readdirSync(results)).toEqual([file]);
    expect(readdirSync(folder()).sort()).toEqual(["a", "run"]);
    expect(readdirSync(join(folder(), "a"))).toEqual(["b"]);
  });

  it("pictures are written to figures/ and nowhere else", async () => {
    const drawing = {
      svg: '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>',
      width: 1,
      height: 1,
    };
    const figures = [{ name: "../../../evil", title: "evil", drawing }];
    await writeReportFiles(join(folder(), "deep", "run"), { html: "", figures, provenance: "" });
    const written = readdirSync(join(folder(), "deep", "run", "figures"));
    expect(written.sort()).toEqual(["evil.png", "evil.svg", "index.json"]);
    expect(readdirSync(folder())).toEqual(["deep"]);
  });
});

describe("names that JavaScript's objects have by themselves", () => {
  it("are figures like others in book, comparison and table of results", async () => {
    const content = {
      measured: { ...threeEpochs, test_error: 0.39 } as Record<string, unknown>,
      published: ofObjects.map((name) => ({ name, measure: name, published: 0.5, source: "" })),
      history: threeEpochs,
    };
    const named = { ...content, measured: Object.assign(withNames("0.25"), { test_error: 0.39 }) };
    run("svhn-c/a", named);
    run("svhn-c/b", { ...content, measured: { test_error: 0.4 } });
    const [a, b] = ["a", "b"].map((name) => readSavedRun(join(folder(), "svhn-c", name)));
    for (const name of ofObjects) {
      expect(a!.measured[name], name).toBe(0.25);
      expect(b!.measured[name], name).toBeUndefined();
    }
    const { html } = await compareRuns([a!, b!]);
    expect(html).not.toMatch(/native code|NaN/);
    for (const language of ["en", "es"] as const)
      expect(await bookOf(language)).not.toMatch(/native code|NaN/);
    const results = join(folder(), "results");
    for (const one of [a!, b!]) addResult(results, one);
    expect(resultsPage(readResults(results), experiments)).not.toMatch(/native code|NaN/);
    expect(Object.keys({})).toEqual([]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it("are curves like others", () => {
    const history = Object.assign(withNames("[1, 2]"), { epoch: [1, 2], loss: [2, 1] });
    const path = run("a", {});
    writeFileSync(join(path, "history.json"), JSON.stringify(history));
    const saved = readSavedRun(path);
    for (const name of ofObjects) expect(saved.history?.[name], name).toEqual([1, 2]);
    writeFileSync(join(path, "history.json"), '{"__proto__": ["x"]}');
    expect(() => readSavedRun(path)).toThrow(/history\.json is damaged[\s\S]*__proto__/);
  });

  it.each(ofObjects)("%s as the name of a data set, a figure, a text and a setting", (name) => {
    const { config, result } = readSavedRun(run("a", { dataset: { id: name }, settings: { [name]: 1 } }));
    expect(shortfallOf(result!, config, undefined)).toEqual({});
    expect(figureName(name, "en")).not.toContain("function");
    expect(labelText(labelOf(name), "es")).toBe(name);
  });

  it("are measured in sweeps like others", () => {
    const measured = withNames("2") as Record<string, number>;
    const trial = {
      name: "t",
      factors: {},
      seed: 1,
      folder: "t",
      status: "done" as const,
      parameters: 1,
      epochs: 1,
    };
    const [summary] = summarizeTrials([
      { ...trial, measured },
      { ...trial, measured: withNames("4") as Record<string, number> },
    ]);
    for (const name of ofObjects) expect(summary!.mean[name], name).toBe(3);
  });
});

function expectPrintable(text: string): void {
  for (const character of ["\u001b", "\u009b", "\u202e"]) expect(text.includes(character)).toBe(false);
}

const evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u001b[2J\u202e';

describe("markup and commands to the terminal in names", () => {
  it("are text in the book, in a comparison and in the table of results", async () => {
    const content = {
      experiment: "svhn-c",
      measured: { test_error: 0.39, [evil]: 1 },
      published: [{ name: `${evil}|\n| x`, measure: evil, published: 1, source: evil }],
      dataset: { id: evil, note: evil },
      settings: { [evil]: evil },
      history: { ...threeEpochs, [evil]: [1, 2, 3] },
      started: evil,
    };
    run(`svhn-c/a`, content);
    run(`svhn-c/b`, { ...content, dataset: { id: "svhn" } });
    const runs = ["a", "b"].map((name) => readSavedRun(join(folder(), "svhn-c", name)));
    for (const html of [await bookOf(), (await compareRuns(runs)).html]) {
      expectBalanced(html);
      expectSelfContained(html);
      expect(html).not.toMatch(/<script|<img src=x/);
      expectPrintable(html);
      expect(html).toContain("&#60;script&#62;");
    }
    const results = join(folder(), "results");
    addResult(results, runs[0]!);
    const page = resultsPage(readResults(results), experiments);
    expect(page).not.toMatch(/<script|<img/);
    expectPrintable(page);
    expect(page.split("\n").filter((line) => line.startsWith("| x"))).toEqual([]);
    expectPrintable((await compareRuns(runs)).provenance);
  });

  it("do not leave a page's style sheet", () => {
    const html = htmlPage({
      title: "t",
      marks: ['"; } </style><script>alert(1)</script>\n\\'],
      body: markup``,
    });
    expectBalanced(html);
    expect(html).not.toContain("<script");
    expect(html).toMatch(/content: "\\22 ; \\7d {2}\\3c \\2f style/);
  });

  it("are written out in errors that quote a file", () => {
    const path = run("a", { dataset: { origin: evil } });
    writeFileSync(join(path, "history.json"), `{"loss": ["\u001b[2J"], "\\u001b]0;title\\u0007": 1}`);
    writeFileSync(join(path, "config.json"), `{"experiment": \u001b[31m`);
    const read = () => readSavedRun(path);
    expect(read).toThrow(FileError);
    expect(read).toThrow(/x1b\[31m/);
    expect(new FileError("a\u001b[2Jb\r\u009bc\u202ed\te\nf").message).toBe(
      "a\\x1b[2Jb\\x0d\\x9bc\\u202ed\te\nf",
    );
  });
});

describe("what lies where files of a run should", () => {
  it("pictures that are folders are passed over", async () => {
    mkdirSync(join(run("svhn-c/a", { measured: { test_error: 0.39 } }), "figures", "error.svg"));
    expect(await bookOf()).toContain("39.00");
  });

  it("a folder in place of result.json is named as damaged", () => {
    const path = run("svhn-c/a", { finished: false });
    mkdirSync(join(path, "result.json"));
    expect(() => readSavedRun(path)).toThrow(/Cannot read .*result\.json: it is a folder/);
    expect(newestOfEach(folder()).damaged.join()).toContain("result.json");
  });

  it("a file in place of the folder of runs is an error", () => {
    writeFileSync(join(folder(), "runs"), "");
    expect(() => newestOfEach(join(folder(), "runs"))).toThrow(FileError);
    expect(() => readResults(join(folder(), "runs"))).toThrow(FileError);
    expect(existsSync(join(folder(), "runs"))).toBe(true);
  });
});
