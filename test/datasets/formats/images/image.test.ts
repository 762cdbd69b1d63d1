/** @file Photographs from files against PIL's pixels, broken and mutated ones. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeImage, resizeImage } from "../../../../datasets/formats/images/image.ts";
import { WgradError } from "../../../../engine/errors.ts";
import { pcg4d } from "../../../../engine/random.ts";
import { brokenFileOf } from "../../../golden-runner/cases.ts";
import { runBroken } from "../../../golden-runner/handlers/broken.ts";
import { runImages } from "../../../golden-runner/handlers/images.ts";
import { readCase, readIndex } from "../../../golden-runner/read-cases.ts";

const folder = join(import.meta.dirname, "../../../golden-transfer");
const entries = readIndex(folder).filter(({ kind }) => kind === "images");
const read = (name: string) => readFileSync(join(folder, name));

describe("decodeImage", () => {
  it.each(entries.map((entry) => [entry.name, entry] as const))("%s", async (_, entry) => {
    const broken = brokenFileOf(entry);
    const checks = broken
      ? await runBroken(entry.kind, broken, folder)
      : await runImages(readCase(folder, entry), undefined, read);
    const wrong = checks.filter(({ tensor, ratio }) => ratio > 1 && tensor !== "seconds");
    expect(wrong.map(({ tensor, detail }) => `${tensor}: ${detail}`)).toEqual([]);
    expect(checks.length).toBeGreaterThan(0);
  });

  it("turns a photograph as EXIF says only if asked to", async () => {
    const bytes = read("images/exif-rotated.jpg"); // orientation 6: held with its top to the right
    const stored = await decodeImage(bytes, { name: "x.jpg" });
    const turned = await decodeImage(bytes, { name: "x.jpg", orientation: "apply" });
    expect([turned.width, turned.height]).toEqual([stored.height, stored.width]);
    const at = ({ width, pixels }: typeof stored, x: number, y: number) => [
      ...pixels.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
    ];
    expect(at(turned, turned.width - 1, 0)).toEqual(at(stored, 0, 0));
    expect(at(turned, 0, 3)).toEqual(at(stored, 3, stored.height - 1));
  });

  it("refuses more pixels than allowed before it decodes", async () => {
    const bytes = read("images/odd-420.jpg"); // 61 x 47
    await expect(decodeImage(bytes, { name: "a.jpg", maxPixels: 2866 })).rejects.toThrow(
      "a.jpg: 61 x 47 pixels are too large: at most 2,866 are read.",
    );
    await expect(decodeImage(bytes, { name: "a.jpg", maxPixels: 2867 })).resolves.toMatchObject({
      width: 61,
    });
  });

  const files = ["odd-420.jpg", "progressive-grey.jpg", "rgba16-interlaced.png", "one.webp"];
  const mutants = Number(process.env.WGRAD_MUTATED_FILES ?? 60);

  it.each(files)("%s: mutated, it is decoded or refused with its name", {
    timeout: 600_000,
  }, async (name) => {
    const good = name.endsWith(".webp") ? await webp() : read(`images/${name}`);
    for (let seed = 0; seed < mutants; seed++) {
      const outcome = await decodeImage(mutated(good, seed), { name }).catch((error) => error);
      if (outcome instanceof Error) {
        expect(outcome, `seed ${seed}: ${outcome.stack}`).toBeInstanceOf(WgradError);
        expect(outcome.message).toContain(name);
      } else expect(outcome.pixels).toHaveLength(outcome.width * outcome.height * 3);
    }
  });
});

/** Up to four bytes changed, and every third file cut off. */
function mutated(good: Uint8Array, seed: number): Uint8Array {
  const bytes = Uint8Array.from(good);
  const [changes, cut] = pcg4d(seed, 1, 0, 0);
  for (let i = 0; i <= changes! % 4; i++) {
    const [at, value] = pcg4d(seed, 2, i, 0);
    bytes[at! % bytes.length] = value! & 255;
  }
  return seed % 3 === 0 ? bytes.subarray(0, cut! % bytes.length) : bytes;
}

async function webp(): Promise<Uint8Array> {
  const { default: sharp } = await import("sharp");
  return sharp(read("images/rgb8.png")).webp({ quality: 80 }).toBuffer();
}

it("reads WebP", async () => {
  const { default: sharp } = await import("sharp");
  const bytes = await sharp(read("images/rgb8.png")).webp({ lossless: true }).toBuffer();
  const png = await decodeImage(read("images/rgb8.png"), { name: "a.png" });
  expect(await decodeImage(bytes, { name: "a.webp" })).toEqual(png);
});

describe("resizeImage", () => {
  const sizes = fc.record({
    width: fc.integer({ min: 1, max: 40 }),
    height: fc.integer({ min: 1, max: 40 }),
  });

  it("keeps one colour, and a size that it has", () => {
    fc.assert(
      fc.property(
        sizes,
        sizes,
        fc.constantFrom("nearest" as const, "bilinear" as const),
        (from, to, filter) => {
          const plain = Uint8Array.from(
            { length: from.width * from.height * 3 },
            (_, i) => [0, 77, 255][i % 3]!,
          );
          const { pixels } = resizeImage({ ...from, pixels: plain }, { ...to, filter });
          expect(pixels).toHaveLength(to.width * to.height * 3);
          expect(pixels.every((value, i) => value === [0, 77, 255][i % 3])).toBe(true);
          const noise = Uint8Array.from(plain, (_, i) => (i * 37) % 256);
          expect(resizeImage({ ...from, pixels: noise }, { ...from, filter }).pixels).toEqual(noise);
        },
      ),
    );
  });

  it("names what is no size and no filter", () => {
    const image = { width: 1, height: 1, pixels: new Uint8Array(3) };
    expect(() => resizeImage(image, { width: 0, height: 1, filter: "nearest" })).toThrow(
      "resizeImage: width must be a positive whole number, got 0.",
    );
    expect(() => resizeImage(image, { width: 1, height: 1, filter: "bilinaer" as "bilinear" })).toThrow(
      "Did you mean bilinear?",
    );
  });
});
