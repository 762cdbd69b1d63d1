/** @file `wgrad predict` on a run of one's own and on a model file: what it prints and writes, and what it refuses. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adapter, fail, runCli, succeed } from "./run.ts";

const cwd = mkdtempSync(join(tmpdir(), "wgrad-predict-cli-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Pictures of 6x6 whose class is their brightest channel. */
const experiment = (scaled: string) => `
import { adam, Conv2D, defineExperiment, Dense, GlobalAveragePooling2D, Input, sequential } from "wgrad/experiment";
const samples = (n: number) => {
  const x = Uint8Array.from({ length: n * 108 }, (_, i) => (i % 3 === Math.floor(i / 108) % 3 ? 200 : 30));
  return { x: ${scaled}, shape: [n, 6, 6, 3], y: Array.from({ length: n }, (_, i) => i % 3) };
};
export default defineExperiment({
  title: "Colours",
  dataset: () => ({ train: samples(60), test: samples(12), classes: ["red", "green & <blue>", "azul"]${scaled === "x" ? ", scale: 1 / 255" : ""} }),
  network: () => sequential([Input([6, 6, 3]), Conv2D(4, 3, { activation: "relu" }), GlobalAveragePooling2D(), Dense(3, { activation: "softmax" })]),
  optimizer: () => adam({ learningRate: 0.05 }),
  loss: "categorical_crossentropy",
  metrics: ["accuracy"],
  epochs: 12,
  batch: 10,
});
`;

function picture(name: string, [red, green, blue]: readonly [number, number, number], size = 6): void {
  const png = new PNG({ width: size, height: size });
  for (let i = 0; i < size * size; i++) png.data.set([red, green, blue, 255], 4 * i);
  writeFileSync(join(cwd, name), PNG.sync.write(png));
}

const predict = (...words: string[]) => ["predict", ...words, "--adapter", adapter];

beforeAll(async () => {
  writeFileSync(join(cwd, "colours.mts"), experiment("x"));
  mkdirSync(join(cwd, "pictures", "inner"), { recursive: true });
  picture("pictures/r.png", [200, 30, 30]);
  picture("pictures/inner/g.png", [30, 200, 30], 20);
  picture("blue.png", [30, 30, 200]);
  writeFileSync(join(cwd, "broken.png"), readFileSync(join(cwd, "blue.png")).subarray(0, 60));
  await succeed(["train", "./colours.mts", "--out", "run", "--adapter", adapter], { cwd });
}, 300_000);

describe("a run", () => {
  it("names the classes of pictures and folders, and writes page, figures and numbers", async () => {
    const { stdout, stderr } = await succeed(
      predict("run", "pictures", "blue.png", "--out", "out", "--top", "2"),
      { cwd },
    );
    const classes = stdout.split("\n").filter((line) => line.startsWith(" "));
    expect(stdout.split("\n").filter((line) => line.endsWith(".png"))).toEqual([
      "pictures/inner/g.png",
      "pictures/r.png",
      "blue.png",
    ]);
    expect(classes).toHaveLength(6);
    expect([0, 2, 4].map((i) => classes[i]!.trim().split(/ %\s+/)[1])).toEqual([
      "green & <blue>",
      "red",
      "azul",
    ]);
    expect(stderr).toContain(`wrote: ${join("out", "report.html")}`);
    expect(readdirSync(join(cwd, "out", "figures")).sort()).toEqual(
      ["g.png", "r.png", "blue.png"]
        .flatMap((name) => [`${name}.png`, `${name}.svg`])
        .concat("index.json")
        .sort(),
    );
    const { pictures, inputs, left_out } = JSON.parse(
      readFileSync(join(cwd, "out", "predictions.json"), "utf8"),
    );
    expect(inputs).toEqual({
      height: 6,
      width: 6,
      channels: 3,
      filter: "bilinear",
      orientation: "apply",
      scale: 1 / 255,
    });
    expect(left_out).toEqual([]);
    expect(pictures[0]).toMatchObject({
      path: "pictures/inner/g.png",
      explained: { class: "green & <blue>" },
    });
    expect(pictures[0].top).toHaveLength(2);
    const page = readFileSync(join(cwd, "out", "report.html"), "utf8");
    expect(page).toContain("green &#38; &#60;blue&#62;");
    expect(page).not.toContain("<blue>");
    expect(page).toContain("Grad-CAM: the more orange");
    expect(page.match(/<svg role="img"/g)).toHaveLength(3);
  }, 120_000);

  it("in Spanish, of another class, as JSON", async () => {
    const words = ["run", "blue.png", "--class", "red", "--lang", "es", "--json", "--out", "rojo"];
    const { stdout } = await succeed(predict(...words), { cwd });
    const { pictures } = JSON.parse(stdout);
    expect(pictures[0].top[0].class).toBe("azul");
    expect(pictures[0].explained.class).toBe("red");
    const page = readFileSync(join(cwd, "rojo", "report.html"), "utf8");
    expect(page).toContain('<html lang="es">');
    expect(page).toContain("saliencia de red");
  }, 120_000);

  it("without figures writes nothing unless a folder is named", async () => {
    const { stdout } = await succeed(predict("run", "blue.png", "--no-figures"), { cwd });
    expect(stdout).toMatch(/^blue\.png\n +[\d.]+ % {2}azul\n/);
    expect(existsSync(join(cwd, "runs", "predict"))).toBe(false);
    await succeed(predict("run", "blue.png", "--no-figures", "--out", "numbers"), { cwd });
    expect(readdirSync(join(cwd, "numbers"))).toEqual(["predictions.json"]);
  }, 120_000);

  it("names a broken picture; with several goes on without it if asked to", async () => {
    const at = { cwd };
    await fail(predict("run", "broken.png"), 1, /^wgrad: broken\.png: truncated/m, at);
    await fail(
      predict("run", "blue.png", "broken.png"),
      1,
      /broken\.png: truncated.*--skip-broken goes on without/,
      at,
    );
    const { stdout, stderr } = await succeed(
      predict("run", "blue.png", "broken.png", "--skip-broken", "--no-figures"),
      at,
    );
    expect(stdout).not.toContain("broken");
    expect(stderr).toMatch(/left out: broken\.png: truncated/);
    await fail(predict("run", "broken.png", "--skip-broken"), 1, /No picture is left/, at);
  }, 240_000);

  it("refuses what is not there or makes no sense", async () => {
    const at = { cwd };
    await fail(predict("nowhere", "blue.png"), 1, /nowhere does not exist/, at);
    await fail(predict("pictures", "blue.png"), 1, /pictures is not a run folder/, at);
    await fail(predict("run", "none.png"), 1, /none\.png does not exist/, at);
    await fail(
      predict("run", "blue.png", "--class", "azull"),
      2,
      /no class "azull". Did you mean "azul"\?/,
      at,
    );
    await fail(predict("run", "blue.png", "--top", "0"), 2, /positive whole number/, at);
    await fail(predict("run", "blue.png", "--scale", "1/0"), 2, /other than 0/, at);
    await fail(
      predict("run", "blue.png", "--classes", "names.txt"),
      2,
      /a run has the names of its classes/,
      at,
    );
    await fail(predict("colours.mts", "blue.png"), 2, /colours\.mts: is not read/, at);
    await fail(predict("run"), 2, /missing required argument/, at);
    mkdirSync(join(cwd, "empty"));
    await fail(predict("run", "empty"), 1, /there are no images/, at);
  }, 300_000);
});

it("samples that were floats need a word on what bytes are multiplied by", async () => {
  writeFileSync(join(cwd, "floats.mts"), experiment("Float32Array.from(x, (byte) => byte / 255)"));
  await succeed(["train", "./floats.mts", "--out", "floats", "--adapter", adapter], { cwd });
  await fail(predict("floats", "blue.png"), 2, /samples of floats are floats.*--scale 1\/255/, { cwd });
  const { stdout } = await succeed(
    predict("floats", "blue.png", "--scale", "1/255", "--no-figures", "--json"),
    { cwd },
  );
  const bytes = await succeed(predict("run", "blue.png", "--no-figures", "--json"), { cwd });
  expect(JSON.parse(stdout).pictures[0].top[0].class).toBe("azul");
  const share = (text: string) => JSON.parse(text).pictures[0].top[0].share as number;
  expect(share(stdout)).toBeCloseTo(share(bytes.stdout), 4); // the same training
}, 240_000);

it("an autoencoder draws what comes back beside the picture, with its squared error", async () => {
  const network = 'sequential([Input([6, 6, 3]), Conv2D(3, 3, { padding: "same", activation: "sigmoid" })])';
  const autoencoder = experiment("x")
    .replace(/sequential\(\[.*\]\)/, network)
    .replace(/, y: .*? };/, " };")
    .replace('"categorical_crossentropy"', '"mse"')
    .replace('metrics: ["accuracy"],', "");
  writeFileSync(join(cwd, "ae.mts"), autoencoder);
  await succeed(["train", "./ae.mts", "--out", "ae", "--adapter", adapter], { cwd });
  const { stdout } = await succeed(predict("ae", "blue.png", "--json", "--out", "ae-out"), { cwd });
  const { pictures } = JSON.parse(stdout);
  expect(pictures).toEqual([{ path: "blue.png", squared_error: expect.any(Number) }]);
  expect(pictures[0].squared_error).toBeGreaterThan(0);
  expect(pictures[0].squared_error).toBeLessThan(0.2);
  const page = readFileSync(join(cwd, "ae-out", "report.html"), "utf8");
  for (const word of [">reconstruction<", ">difference<", "gives back pictures"])
    expect(page).toContain(word);
  await fail(
    predict("ae", "blue.png", "--class", "red"),
    2,
    /gives back pictures, it tells no classes apart/,
    { cwd },
  );
}, 240_000);

it("a model file predicts like the run that it was made from, by the names of a file", async () => {
  writeFileSync(join(cwd, "names.txt"), "red\ngreen\nazul\n");
  for (const file of ["model.safetensors", "model.keras", "model.onnx"]) {
    await succeed(["convert", "run", file, "--adapter", adapter], { cwd });
    const words = [
      file,
      "blue.png",
      "--scale",
      "1/255",
      "--classes",
      "names.txt",
      "--json",
      "--out",
      `${file}-out`,
    ];
    const [{ stdout }, run] = await Promise.all([
      succeed(predict(...words), { cwd }),
      succeed(predict("run", "blue.png", "--json", "--no-figures"), { cwd }),
    ]);
    const top = (text: string) => JSON.parse(text).pictures[0].top as { class: string; share: number }[];
    expect(top(stdout)[0]!.class).toBe("azul");
    expect(top(stdout)[0]!.share).toBeCloseTo(top(run.stdout)[0]!.share, 5);
    expect(existsSync(join(cwd, `${file}-out`, "figures", "blue.png.png"))).toBe(true);
  }
  const plain = await runCli(predict("model.keras", "blue.png", "--no-figures"), { cwd });
  expect(plain.stderr).toContain("bytes from 0 to 255 as they are; --scale 1/255");
  writeFileSync(join(cwd, "names.txt"), "red\ngreen\n");
  await fail(
    predict("model.keras", "blue.png", "--classes", "names.txt"),
    2,
    /--classes: 2 names, but model\.keras tells 3/,
    { cwd },
  );
  await fail(predict("run/weights.safetensors", "blue.png"), 2, /has weights alone/, { cwd });
}, 400_000);
