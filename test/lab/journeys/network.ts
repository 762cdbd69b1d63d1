/** @file A network of the visitor's own, and images of the visitor's own: trained in the page to Node's bits. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { createEngine } from "../../../engine/index.ts";
import { loadOnnxModel } from "../../../exchange/index.ts";
import { loadModel } from "../../../models/index.ts";
import { saveWeights } from "../../../models/weights/model-weights.ts";
import { loadImages } from "../../../web/worker/image-data.ts";
import { OwnNetwork } from "../../../web/worker/network.ts";
import { TrainingData } from "../../../web/worker/training-data.ts";
import { expect, type Journey, patience } from "../journey.ts";

const root = join(import.meta.dirname, "../../..");
const seed = 7;
export const link = (address: string, network: string) =>
  `${address}?${new URLSearchParams({ lang: "en", view: "network", seed: String(seed), network })}`;

export async function downloaded(page: Page, name: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent("download", patience),
    page.getByRole("button", { name, exact: true }).click(),
  ]);
  return file.path();
}

export const hashOf = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

export async function trained(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Train it" }).click();
  await page.waitForSelector('.network .state[data-own=true][data-state="done"]', patience);
}

/** SHA-256 of the weights that `wgrad train` makes with this file. */
function trainInNode(typescript: string): string {
  const folder = mkdtempSync(join(root, "network-journey-"));
  try {
    mkdirSync(join(folder, "data"));
    copyFileSync(typescript, join(folder, "network.ts"));
    const [data, out] = [join(folder, "data"), join(folder, "out")];
    const words = ["train", join(folder, "network.ts"), "--adapter", "swiftshader", "--seed", String(seed)];
    execFileSync(process.execPath, ["cli/wgrad.mjs", ...words, "--data", data, "--out", out], {
      cwd: root,
      stdio: "ignore",
    });
    return hashOf(join(out, "weights.safetensors"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The whole model and that of ONNX, read in Node: they predict the same. */
async function readBack(page: Page): Promise<void> {
  const bytesOf = async (name: string) => Uint8Array.from(readFileSync(await downloaded(page, name)));
  const engine = await createEngine({ adapter: "swiftshader" });
  const whole = await loadModel(await bytesOf("Whole model"), { compile: { engine } });
  const onnx = await loadOnnxModel(await bytesOf("ONNX"));
  onnx.initialize(engine, 1);
  const inputs = Float32Array.from({ length: 4 * 32 * 32 * 3 }, (_, i) => ((i * 7919) % 1009) / 1009);
  const samples = { inputs, inputShape: [32, 32, 3] };
  const [expected, found] = [await whole.predict(samples), await onnx.predict(samples)];
  const difference = Math.max(...expected.map((share, i) => Math.abs(share - found[i]!)));
  expect(difference < 1e-5, `ONNX predicts otherwise by ${difference}`);
  engine.dispose();
}

export const ownNetwork: Journey = {
  name: "network: built, an impossible layer refused, trained; the TypeScript that it leaves as trains in Node to the same bits",
  async go({ page, address }) {
    const fit = "fit svhn categorical_crossentropy sgd rate-0.05 batch-16 epochs-1 limit-96";
    const begun = `Input 32x32x3*Conv2D 6 3 activation-relu*MaxPooling2D 4*Flatten*Dense 10 activation-softmax*${fit}`;
    await page.goto(link(address, begun));
    await page.waitForSelector("[data-parameters]", patience);
    const kinds = page.getByLabel("Layer to add");
    await kinds.selectOption("Conv2D");
    await page.getByRole("button", { name: "Add", exact: true }).click(); // behind Flatten
    const wrong = page.locator("[data-layer][data-wrong=true] .problem");
    await wrong.first().waitFor(patience);
    const said = (await wrong.first().textContent())!;
    expect(said.includes("expects inputs [h,w,c], got [294]"), said);
    expect(await page.getByRole("button", { name: "Train it" }).isDisabled(), "it could be trained");
    await page.getByRole("button", { name: "Remove: Conv2D 4" }).click();
    await page.locator("[data-layer=MaxPooling2D] button.plain").click();
    await kinds.selectOption("BatchNormalization");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.waitForSelector('[data-parameters="3142"]', patience);
    await trained(page);
    const weights = hashOf(await downloaded(page, "Weights"));
    const typescript = await downloaded(page, "TypeScript");
    const python = readFileSync(await downloaded(page, "Keras code"), "utf8");
    for (const line of ["layers.BatchNormalization(", "layers.Conv2D(6, (3, 3)", "learning_rate=0.05"])
      expect(python.includes(line), `no ${line} in ${python}`);
    await readBack(page);
    const byNode = trainInNode(typescript);
    expect(weights === byNode, `the weights are ${weights}, Node's ${byNode}`);
    return `${said}; weights ${weights.slice(0, 12)}`;
  },
};

const classes = ["cat", "dog"];

/** Images of the network's size, and three files that are none. */
async function makeFolder(folder: string): Promise<void> {
  for (const [label, name] of classes.entries()) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 0; i < 10; i++) {
      const noise = { type: "gaussian", mean: 80 + 90 * label, sigma: 30 } as const;
      const create = { width: 12, height: 12, channels: 3, background: "#808080", noise } as const;
      writeFileSync(join(folder, name, `${i}.png`), await sharp({ create }).png().toBuffer());
    }
  }
  const whole = readFileSync(join(folder, "cat", "0.png"));
  writeFileSync(join(folder, "cat", "broken.png"), whole.subarray(0, whole.length / 2));
  writeFileSync(join(folder, "dog", "notes.png"), "no image at all");
  const large = { width: 8000, height: 5000, channels: 3, background: "#336699" } as const;
  writeFileSync(join(folder, "dog", "large.png"), await sharp({ create: large }).png().toBuffer());
}

/** SHA-256 of the weights by the same design on the same folder, read and trained in Node. */
async function trainFolderInNode(folder: string, design: string): Promise<string> {
  const network = new OwnNetwork([]);
  const files = classes.flatMap((name) =>
    readdirSync(join(folder, name)).map((file) => {
      const bytes = Uint8Array.from(readFileSync(join(folder, name, file)));
      return { path: `pets/${name}/${file}`, file: new File([bytes], file) };
    }),
  );
  await network.readFolder(design, files, () => {});
  return trainDesign(network, design);
}

/** SHA-256 of the weights by a design, trained in Node by the page's code; images are drawn where they are no folder's. */
export async function trainDesign(network: OwnNetwork, design: string): Promise<string> {
  const experiment = network.experiment(design);
  const { optimizer, loss, metrics, profiles } = experiment;
  const engine = await createEngine({ adapter: "swiftshader" });
  const images = await loadImages(experiment, "full", seed, "http://localhost:1/"); // where no server is
  const data = await TrainingData.open(engine, experiment, "full", images, seed);
  const model = experiment.network("full");
  await model.compile({ engine, optimizer: optimizer(), loss, metrics, seed });
  const { epochs, batch } = profiles.full;
  await model.fit(data.training, { epochs, batchSize: batch, validationData: data.validation });
  const folder = mkdtempSync(join(tmpdir(), "wgrad-design-"));
  const path = join(folder, "weights.safetensors");
  await saveWeights(model, path);
  engine.dispose();
  const hash = hashOf(path);
  rmSync(folder, { recursive: true });
  return hash;
}

export const ownImages: Journey = {
  name: "images: a folder with a broken file, one that is no image and one of 40 megapixels; trained to Node's bits",
  async go({ page, address }) {
    const parent = mkdtempSync(join(tmpdir(), "wgrad-folder-"));
    const folder = join(parent, "pets");
    try {
      await makeFolder(folder);
      const fit = "fit folder categorical_crossentropy adam batch-4 epochs-2 limit-100";
      const design = `Input 12x12x3*Conv2D 4 3 activation-relu*Flatten*Dense 2 activation-softmax*${fit}`;
      await page.goto(link(address, design));
      await page.waitForSelector("input[type=file]", patience);
      await page.setInputFiles("input[type=file]", folder);
      await page.waitForSelector("[data-spoilt]", patience);
      const spoilt = await page
        .locator(".folder [data-problem]")
        .evaluateAll((rows) => rows.map((row) => `${row.getAttribute("data-problem")} ${row.textContent}`));
      const expected = [
        "damaged pets/cat/broken.png",
        "large pets/dog/large.png",
        "unread pets/dog/notes.png",
      ];
      expect(
        spoilt.length === 3 && expected.every((start, i) => spoilt[i]!.startsWith(start)),
        `the page says: ${spoilt.join("; ")}`,
      );
      await trained(page);
      const weights = hashOf(await downloaded(page, "Weights"));
      const byNode = await trainFolderInNode(folder, design);
      expect(weights === byNode, `the weights are ${weights}, Node's ${byNode}`);
      return `${spoilt.join("; ")}; weights ${weights.slice(0, 12)}`;
    } finally {
      rmSync(parent, { recursive: true });
    }
  },
};
