import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "../../../datasets/formats/image-set.ts";
import { countClasses, pixelRange } from "../../../datasets/statistics.ts";
import { Draws } from "../../../datasets/synthetic/drawing/draws.ts";
import { fonts } from "../../../datasets/synthetic/street-digits/fonts.ts";
import { distanceAt, glyphOf } from "../../../datasets/synthetic/street-digits/glyphs.ts";
import { syntheticStreetDigits } from "../../../datasets/synthetic/street-digits.ts";
import { ArgumentError } from "../../../engine/errors.ts";
import { linearAccuracy } from "../support/linear-classifier.ts";

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest("hex");

describe("syntheticStreetDigits", () => {
  it("is the same on every machine", () => {
    const { images, labels } = syntheticStreetDigits("train", 50, 0);
    // Recorded on Node 20.20.2; Node 22.23.3 and 24.21.0 give the same (x86-64). Changes with the generator only.
    expect(md5(images)).toBe("41055054b7b7f6b6e125ade1543d6345");
    expect([...labels.subarray(0, 10)]).toEqual([0, 7, 7, 2, 2, 2, 6, 5, 1, 7]);
  });

  it("begins a longer set with a shorter one; other seeds and parts are other images", () => {
    const { images, labels } = syntheticStreetDigits("train", 12, 5);
    const longer = syntheticStreetDigits("train", 20, 5);
    expect(md5(longer.images.subarray(0, images.length))).toBe(md5(images));
    expect(longer.labels.subarray(0, 12)).toEqual(labels);
    expect(md5(syntheticStreetDigits("train", 12, 6).images)).not.toBe(md5(images));
    expect(md5(syntheticStreetDigits("test", 12, 5).images)).not.toBe(md5(images));
  });

  it("has SVHN's shape, every class about equally often, and the whole range of brightness", () => {
    const set = syntheticStreetDigits("test", 1000, 1);
    expect(set).toMatchObject({ count: 1000, height: 32, width: 32, channels: 3 });
    expect(set.images.length).toBe(1000 * 3072);
    // Binomial(1000, 1/10): mean 100, standard deviation 9.5; five of them either way.
    for (const count of countClasses(set, 10)) expect(Math.abs(count - 100)).toBeLessThan(48);
    expect(pixelRange(set)).toEqual({ smallest: 0, largest: 255 });
  });

  it("refuses an impossible count", () => {
    for (const count of [0, -1, 1.5])
      expect(() => syntheticStreetDigits("train", count)).toThrow(ArgumentError);
  });
});

describe("how hard it is", () => {
  /** Four pixels of which one is bright: the class. */
  function separable(count: number): ImageSet {
    const labels = Uint8Array.from({ length: count }, (_, i) => (i * 7) % 4);
    const images = new Uint8Array(count * 4);
    labels.forEach((label, i) => {
      for (let j = 0; j < 4; j++) images[4 * i + j] = (j === label ? 160 : 60) + ((i * 31 + j * 17) % 40);
    });
    return { images, labels, count, height: 2, width: 2, channels: 1 };
  }

  it("the linear classifier of this test learns what is linear", () => {
    expect(linearAccuracy(separable(400), separable(100), 4, 5, 0.5)).toBeGreaterThan(0.99);
  });

  it("a linear classifier stays below 60 %", () => {
    const train = syntheticStreetDigits("train", 2000);
    expect(linearAccuracy(train, syntheticStreetDigits("test", 500), 10, 4, 0.01)).toBeLessThan(0.6);
  });
});

describe("typefaces", () => {
  it("have ten digits each, drawn within their field, no two alike", () => {
    for (let font = 0; font < fonts.length; font++) {
      const { name, digits } = fonts[font]!;
      expect(digits.length, name).toBe(10);
      const drawn = digits.map((_, digit) => glyphOf(font, digit));
      for (const { left, right } of drawn) {
        expect(left, name).toBeGreaterThanOrEqual(-6);
        expect(right, name).toBeLessThanOrEqual(66);
      }
      expect(new Set(drawn.map(({ distances }) => md5(new Uint8Array(distances.buffer)))).size, name).toBe(
        10,
      );
    }
  });

  it("a distance field is 0 on the line, grows away from it and ends somewhere", () => {
    const one = glyphOf(0, 1); // the grotesque 1: its stem is the line from (34, 0) to (34, 100)
    expect(distanceAt(one, 34, 50)).toBeCloseTo(0, 5);
    expect(distanceAt(one, 44, 50)).toBeCloseTo(10, 5);
    expect(distanceAt(one, 24, 80)).toBeCloseTo(10, 5);
    expect(distanceAt(one, 34, 120)).toBeGreaterThan(19.9);
    expect(distanceAt(one, 500, 50)).toBe(1000);
  });
});

describe("Draws", () => {
  it("stays within its limits and fills them evenly", () => {
    const draws = new Draws(1, 2, 3);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) counts[draws.below(4)]! += 1;
    // Binomial(4000, 1/4): mean 1000, standard deviation 27; five of them either way.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(137);
    for (let i = 0; i < 1000; i++) {
      const [even, middle] = [draws.uniform(3, 5), draws.around(2)];
      expect(even >= 3 && even < 5 && middle > -2.0001 && middle < 2).toBe(true);
    }
  });
});
