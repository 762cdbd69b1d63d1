/** @file `wgrad convert`: from format to format and back, and what it refuses. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dataFolder } from "../../datasets/sources/data-folder.ts";
import { type HdfGroup, readHdf5 } from "../../exchange/hdf5/read.ts";
import { partsOfKeras } from "../../exchange/keras/zip.ts";
import { adapter, startCli, succeed } from "./run.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "wgrad-convert-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const golden = join(import.meta.dirname, "../golden-transfer");

/** What the file describes, and the values of its weights. */
async function contents(name: string): Promise<unknown> {
  const bytes = new Uint8Array(readFileSync(join(folder, `${name}.keras`)));
  const { config, weights } = partsOfKeras(name, bytes)!;
  const tensors = (group: HdfGroup): unknown =>
    group.names().map((child) => {
      const within = group.group(child);
      return [child, within ? tensors(within) : group.tensor(child)];
    });
  return [JSON.parse(config), await readHdf5(name, weights, tensors)];
}

const convert = (...words: readonly string[]) =>
  startCli(["convert", ...words, "--adapter", adapter], { cwd: folder }).finished;

it("keras to safetensors, h5, keras, weights, ONNX, PyTorch and Python", async () => {
  const first = await convert(join(golden, "keras-v3/branches-3.9.keras"), "first.keras");
  expect(first).toMatchObject({ code: 0, stdout: "first.keras: functional, 11 layers, 1,369 parameters\n" });
  for (const [from, to] of [
    ["first.keras", "model.safetensors"],
    ["model.safetensors", "model.h5"],
    ["model.safetensors", "second.keras"],
    ["model.safetensors", "alone.weights.h5"],
    ["model.h5", "model.py"],
  ] as const)
    expect((await convert(from, to)).code).toBe(0);
  expect(readFileSync(join(folder, "model.py"), "utf8")).toContain(
    'x = layers.Conv2D(12, (1, 1), name="left")(stem)\nleft_bn = layers.BatchNormalization(name="left_bn")(x)\n',
  );
  const alone = await convert("alone.weights.h5", "third.keras", "--model", "first.keras");
  expect(alone.code).toBe(0);
  expect((await convert("model.safetensors", "model.onnx")).code).toBe(0);
  expect((await convert("first.keras", "model.torch.safetensors")).code).toBe(0);
  const torch = await convert("model.torch.safetensors", "fourth.keras", "--model", "first.keras");
  expect(torch).toMatchObject({ code: 0 });
  expect(torch.stdout).toMatch(/stem\/kernel +\[3,3,3,8\] +stem\.weight +\[8,3,3,3\]/);
  const [a, ...others] = await Promise.all(["first", "second", "third", "fourth"].map(contents));
  for (const other of others) expect(other).toEqual(a);
}, 120_000);

const birds = ["cub-200/lists/train.txt", "squeezenet/squeezenet_v1.0.safetensors"];
const haveBirds = birds.every((file) => existsSync(join(dataFolder(), file)));

it.skipIf(!haveBirds)(
  `a run of transfer, on its backbone and for its classes${haveBirds ? "" : " (skipped: the data folder has no birds)"}`,
  async () => {
    const words = "--backbone squeezenet --limit 20 --test-limit 20 --epochs 1 --out birds".split(" ");
    await succeed(["train", "caltech-features-1", ...words, "--adapter", adapter], { cwd: folder });
    const converted = await convert("birds", "birds.onnx");
    expect(converted).toMatchObject({ code: 0 });
    expect(converted.stdout).toContain("5,130 parameters"); // 512 features, 10 kinds of birds
  },
  300_000,
);

it("refuses what it cannot do with the right exit code, and writes nothing", async () => {
  const broken = join(golden, "keras-h5/broken/unknown-layer.h5");
  const before = readdirSync(folder);
  const unknown = await convert(broken, "out.keras");
  expect(unknown).toMatchObject({ code: 1 });
  expect(unknown.stderr).toContain("lstm_1: wgrad has no layer of the class LSTM");
  for (const name of ["text", "empty"]) {
    writeFileSync(join(folder, "page.h5"), name === "text" ? "<html>not found</html>" : "");
    const none = await convert("page.h5", "out.keras");
    rmSync(join(folder, "page.h5"));
    expect(none).toMatchObject({ code: 1 });
    expect(none.stderr, name).toMatch(/page\.h5: .*(HDF5|empty)/);
  }
  const ending = await convert(broken, "out.tflite");
  expect(ending).toMatchObject({ code: 2 });
  expect(ending.stderr).toContain(".safetensors, .weights.h5, .keras, .h5, .onnx, .py");
  const alone = await convert(join(golden, "keras-h5/chunked.h5"), "out.keras");
  expect(alone).toMatchObject({ code: 2 });
  expect(alone.stderr).toContain("has weights alone");
  expect(readdirSync(folder)).toEqual(before);
}, 60_000);
