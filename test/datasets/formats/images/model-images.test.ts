/** @file images(): what model.predict() makes of files, bytes and pixels, in Node. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { expect, it } from "vitest";
import { greyPixels } from "../../../../datasets/formats/images/grey.ts";
import { type ImageInput, images, resizeImage } from "../../../../datasets/index.ts";
import { ArgumentError, FileError } from "../../../../engine/errors.ts";
import { Conv2D, Dense, Flatten, gradCam, Input, saliency, sequential } from "../../../../models/index.ts";
import { useEngine } from "../../../support/engine.ts";
import { randomArray } from "../../../support/random.ts";
import { useTemporaryFolder } from "../../support/temporary-folder.ts";

const engine = useEngine();
const folder = useTemporaryFolder();
const size = { width: 9, height: 7 };
const pixels = Uint8Array.from(randomArray([9 * 7 * 3], 2, 0, 255).data);
const image = { ...size, pixels };

function pngBytes(): Uint8Array {
  const png = new PNG(size);
  for (let i = 0; i < 63; i++) png.data.set([...pixels.subarray(3 * i, 3 * i + 3), 255], 4 * i);
  return new Uint8Array(PNG.sync.write(png));
}

async function network(channels: 1 | 3) {
  const model = sequential([
    Input([5, 6, channels]),
    Conv2D(3, 3, { activation: "relu" }),
    Flatten(),
    Dense(2, { activation: "softmax" }),
  ]);
  await model.compile({ engine: engine(), optimizer: "sgd", loss: "categorical_crossentropy", seed: 2 });
  return model;
}

it("predict, saliency and gradCam take paths, bytes, Blobs and pixels, brought to the size of the input", async () => {
  const model = await network(3);
  const path = join(folder(), "a.png");
  const bytes = pngBytes();
  writeFileSync(path, bytes);
  const rgba = Uint8ClampedArray.from({ length: 63 * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : pixels[3 * Math.floor(i / 4) + (i % 4)]!,
  );
  const given = [
    path,
    bytes,
    readFileSync(path),
    bytes.buffer as ArrayBuffer,
    new Blob([Uint8Array.from(bytes)]),
    image,
    { ...size, data: rgba },
  ];
  const small = resizeImage(image, { height: 5, width: 6, filter: "bilinear" }).pixels;
  const samples = { inputs: Uint8Array.from(given.flatMap(() => [...small])), scale: 1 / 255 };
  const source = () => images(given as ImageInput[], { scale: 1 / 255 });
  expect([...(await model.predict(source()))]).toEqual([...(await model.predict(samples))]);
  expect([...(await saliency(model, source())).maps]).toEqual([...(await saliency(model, samples)).maps]);
  expect([...(await gradCam(model, source())).maps]).toEqual([...(await gradCam(model, samples)).maps]);
  const near = resizeImage(image, { height: 5, width: 6, filter: "nearest" }).pixels;
  expect([...(await model.predict(images(path, { filter: "nearest" })))]).toEqual([
    ...(await model.predict({ inputs: near })),
  ]);
  model.dispose();
});

it("a model of one channel gets grey, as PIL's convert(L)", async () => {
  // PIL 11: Image.new("RGB", (1, 1), c).convert("L") of these colours
  expect([
    ...greyPixels(Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 200, 100, 50, 7, 7, 7, 255, 255, 255)),
  ]).toEqual([76, 150, 29, 124, 7, 255]);
  const model = await network(1);
  const grey = greyPixels(resizeImage(image, { height: 5, width: 6, filter: "bilinear" }).pixels);
  expect([...(await model.predict(images([image])))]).toEqual([...(await model.predict({ inputs: grey }))]);
  model.dispose();
});

it("says what is no image, which file is broken, and which model takes none", async () => {
  const model = await network(3);
  const path = join(folder(), "cut.png");
  writeFileSync(path, pngBytes().subarray(0, 70));
  await expect(model.predict(images([image, path]))).rejects.toThrow(`${path}: truncated`);
  await expect(model.predict(images(join(folder(), "none.png")))).rejects.toThrow(FileError);
  await expect(model.predict(images([image, new Uint8Array(5)]))).rejects.toThrow(
    /^image 1: is not an image/,
  );
  await expect(model.predict(images({ ...size, pixels: new Uint8Array(3) }))).rejects.toThrow(
    /image 0 says 9 x 7 pixels, but has 1/,
  );
  for (const wrong of [7, null, {}, true]) {
    const given = [wrong] as unknown as ImageInput[];
    await expect(model.predict(images(given))).rejects.toThrow(ArgumentError);
  }
  expect(() => images([])).toThrow("images: the list is empty.");
  expect(() => images(image, { scale: 0 })).toThrow(ArgumentError);
  expect(() => images(image, { filters: "nearest" } as never)).toThrow(ArgumentError);
  const row = sequential([Input([4]), Dense(2)]);
  row.initialize(engine(), 1);
  await expect(row.predict(images(image))).rejects.toThrow(
    "images: the model takes [4]; an image is [height,width,3]",
  );
  row.dispose();
  model.dispose();
});
