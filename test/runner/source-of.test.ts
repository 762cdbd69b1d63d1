import { describe, expect, it } from "vitest";
import { sourceOf } from "../../runner/store/run-folder.ts";
import type { RunConfig } from "../../runner/store/schemas.ts";

const config = (files: readonly object[]) => ({ dataset: { files } }) as unknown as RunConfig;

describe("where a run that goes on finds its images", () => {
  it.each([
    ["in the data folder itself", "/data/train_32x32.mat"],
    ["in a folder of torchvision", "/data/MNIST/raw/train-images-idx3-ubyte"],
  ])("%s: in the data folder that its configuration names", (_, path) => {
    expect(sourceOf(config([{ path, dataFolder: "/data" }]))).toEqual({ data: "/data" });
    expect(sourceOf(config([{ path, dataFolder: "/data" }]), "/other")).toEqual({ data: "/other" });
  });

  it("of an older version, which knew one place only", () => {
    expect(sourceOf(config([{ path: "/data/svhn/train_32x32.mat" }]))).toEqual({ data: "/data" });
  });

  it("without files in the stand-in", () => {
    expect(sourceOf(config([]))).toEqual({ synthetic: true });
  });
});
