/** @file Which network transfer begins with, by what is asked for and what weights can be had. */
import { describe, expect, it } from "vitest";
import { FileError, UsageError } from "../../../engine/errors.ts";
import { findExperiment } from "../../../experiments/registry.ts";
import {
  askedBackbone,
  backboneLines,
  chooseBackbone,
  type WeightSupply,
} from "../../../runner/transfer/choose-backbone.ts";

const birds = findExperiment("caltech-features-1");
const weights = new Map([["conv1/bias", new Float32Array(1)]]);

/** Has the weights of these alone, as a machine without network. */
function only(...names: string[]): WeightSupply {
  return async (name) => {
    if (names.includes(name)) return weights;
    throw new FileError(`${name}.h5 (94 MB) is not in /data and there is no network.`);
  };
}

describe("without a word on it", () => {
  it("the practical's network, if its weights can be had", async () => {
    const chosen = await chooseBackbone(birds, undefined, only("resnet50", "squeezenet"));
    expect(chosen).toEqual({ name: "resnet50", weights, notes: [] });
    expect(backboneLines(chosen!)).toEqual(["backbone: ResNet-50, trained on ImageNet"]);
  });

  it("else SqueezeNet, which says that it is not the practical's, what that needs and how to ask for it", async () => {
    const chosen = await chooseBackbone(birds, undefined, only("squeezenet"));
    expect(chosen).toMatchObject({ name: "squeezenet", weights });
    const [first, ...others] = backboneLines(chosen!);
    expect(first).toBe("backbone: SqueezeNet v1.0, trained on ImageNet");
    expect(others.join("\n")).toContain("NOT the practical's ResNet-50");
    expect(others.join("\n")).toContain("resnet50.h5 (94 MB) is not in /data");
    expect(others.join("\n")).toContain("caltech-features-1 --backbone resnet50");
  });

  it("with neither, an error that names both files and the way without ImageNet", async () => {
    const chosen = chooseBackbone(birds, undefined, only());
    await expect(chosen).rejects.toThrow(FileError);
    await expect(chosen).rejects.toThrow(/resnet50\.h5.*squeezenet\.h5.*--pretrain cifar/);
  });

  it("a fault that is no missing file is not taken for one", async () => {
    const broken = async () => {
      throw new TypeError("a bug");
    };
    await expect(chooseBackbone(birds, undefined, broken)).rejects.toThrow(TypeError);
  });
});

describe("asked for", () => {
  it("by name: that one and no other", async () => {
    const chosen = await chooseBackbone(birds, "squeezenet", only("resnet50", "squeezenet"));
    expect(chosen?.name).toBe("squeezenet");
    expect(chosen?.notes.join()).toContain("NOT the practical's ResNet-50");
    await expect(chooseBackbone(birds, "resnet50", only("squeezenet"))).rejects.toThrow(/resnet50\.h5/);
  });

  it("CIFAR: no weights are looked for", async () => {
    const chosen = await chooseBackbone(birds, "cifar", only());
    expect(chosen).toMatchObject({ name: "cifar" });
    expect(chosen).not.toHaveProperty("weights");
  });

  it("both ways at once: a mistake", () => {
    expect(() => askedBackbone({ backbone: "squeezenet", pretrain: "cifar" })).toThrow(UsageError);
    expect(askedBackbone({ pretrain: "cifar" })).toBe("cifar");
    expect(askedBackbone({})).toBeUndefined();
  });
});

it("other experiments begin with nothing", async () => {
  expect(await chooseBackbone(findExperiment("svhn-c"), undefined, only())).toBeUndefined();
});
