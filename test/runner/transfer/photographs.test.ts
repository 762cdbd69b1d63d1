/** @file Photographs on their way into a backbone, and their statistics on the way out. */
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PreprocessInput } from "../../../applications/index.ts";
import { Flatten, Input, sequential } from "../../../models/index.ts";
import { thumbnails } from "../../../runner/thumbnails.ts";
import { backbones } from "../../../runner/transfer/backbones.ts";
import { FeatureStore } from "../../../runner/transfer/feature-store.ts";
import { ChannelSums, featuresOf, mapStatistics, standardized } from "../../../runner/transfer/features.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();

function photographs(count: number, size: number) {
  const images = Uint8Array.from({ length: count * size * size * 3 }, (_, i) => (i * 37 + (i >> 3)) % 256);
  return { images, labels: new Uint8Array(count), count, height: size, width: size, channels: 3 };
}

describe("what the backbone gets", () => {
  it.each([
    ["resnet50", [103.939, 116.779, 123.68]],
    ["squeezenet", [104, 117, 123]],
    ["cifar", undefined],
  ] as const)("%s", async (name, mean) => {
    const set = photographs(5, 4);
    const { scale } = backbones[name];
    const layers = name === "cifar" ? [] : [PreprocessInput(name)];
    const network = sequential([Input([4, 4, 3]), ...layers, Flatten()]);
    await network.compile({ engine: engine(), optimizer: "sgd", loss: "mean_squared_error" });
    const lines: string[] = [];
    const line = (text: string) => void lines.push(text);
    const path = join(import.meta.filename, "no-folder.safetensors"); // nothing can be kept there
    const store = await FeatureStore.open(path, { backbone: "", adapter: "", width: 48 }, line);
    const run = { engine: engine(), network, scale, store, line };
    const got = await featuresOf(set, 48, run);
    const expected = Float32Array.from(set.images, (__, i) => {
      const [pixel, channel] = [Math.floor(i / 3), i % 3];
      return mean ? set.images[3 * pixel + 2 - channel]! - mean[channel]! : set.images[i]! / 255;
    });
    for (const [i, value] of got.entries()) expect(value, `value ${i}`).toBeCloseTo(expected[i]!, 4);
    expect(lines.join()).toContain("The features are not kept");
    network.dispose();
  });
});

describe("statistics", () => {
  it("are mean and deviation of each channel, in whatever parts the values come", () => {
    const values = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 4 }), fc.nat(), (row, channels, cut) => {
        const all = Float32Array.from(
          row.flatMap((value) => Array(channels).fill(value)),
          (v, i) => v + i,
        );
        const at = channels * (cut % (all.length / channels));
        const { mean, deviation } = new ChannelSums(channels)
          .add(all.subarray(0, at))
          .add(all.subarray(at)).statistics;
        for (let c = 0; c < channels; c++) {
          const own = Array.from(all).filter((_, i) => i % channels === c);
          const average = own.reduce((sum, v) => sum + v, 0) / own.length;
          const variance = own.reduce((sum, v) => sum + (v - average) ** 2, 0) / own.length;
          expect(mean[c]).toBeCloseTo(average, 6);
          expect(deviation[c]).toBeCloseTo(Math.sqrt(variance), 4);
        }
      }),
    );
  });

  it("standardize to mean 0 and deviation 1; a channel that never changes becomes 0", () => {
    const values = Float32Array.of(1, 7, 2, 7, 3, 7, 6, 7);
    const result = standardized(values, new ChannelSums(2).add(values).statistics);
    const { mean, deviation } = new ChannelSums(2).add(result).statistics;
    expect(mean[0]).toBeCloseTo(0, 6);
    expect(deviation[0]).toBeCloseTo(1, 5);
    expect([1, 3, 5, 7].map((i) => result[i])).toEqual([0, 0, 0, 0]);
  });

  it("of maps count every position", async () => {
    const set = photographs(3, 4);
    const network = sequential([Input([4, 4, 3]), Flatten()]);
    await network.compile({ engine: engine(), optimizer: "sgd", loss: "mean_squared_error" });
    const { mean } = await mapStatistics(set, 3, { engine: engine(), network, scale: 1 });
    for (let c = 0; c < 3; c++) {
      const own = set.images.filter((_, i) => i % 3 === c);
      expect(mean[c]).toBeCloseTo(own.reduce((sum, v) => sum + v, 0) / own.length, 4);
    }
    network.dispose();
  });
});

describe("photographs for a report", () => {
  it("small ones stay; of large ones each pixel is the mean of a square", () => {
    const small = photographs(2, 32);
    expect(thumbnails(small)).toBe(small);
    const large = photographs(2, 227);
    const shown = thumbnails(large);
    expect([shown.count, shown.height, shown.width]).toEqual([2, 113, 113]);
    const at = (i: number, y: number, x: number) => large.images[((i * 227 + y) * 227 + x) * 3]!;
    const square = [at(1, 4, 6), at(1, 4, 7), at(1, 5, 6), at(1, 5, 7)];
    expect(shown.images[((113 + 2) * 113 + 3) * 3]).toBe(Math.round(square.reduce((a, b) => a + b) / 4));
  });
});
