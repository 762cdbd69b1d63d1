/** @file --backbone and --pretrain on the command line, without network. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { adapter, fail, succeed } from "./run.ts";

const cwd = mkdtempSync(join(tmpdir(), "wgrad-transfer-cli-"));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
const train = (...words: string[]) => ["train", ...words, "--data", join(cwd, "data"), "--adapter", adapter];

describe("what a run of transfer begins with", () => {
  it("is no option of other experiments", async () => {
    await fail(train("svhn-c", "--backbone", "squeezenet"), 2, /--backbone: svhn-c begins with no network/, {
      cwd,
    });
    await fail(train("svhn-c", "--pretrain", "cifar"), 2, /--pretrain: svhn-c begins with no network/, {
      cwd,
    });
  });

  it("is one thing", async () => {
    const both = train("caltech-features-1", "--backbone", "squeezenet", "--pretrain", "cifar");
    await fail(both, 2, /Leave one out/, { cwd });
  });

  it("has to be there: else what is missing is named, where it belongs, and the way without it", async () => {
    const told = await fail(train("caltech-features-1"), 1, /--pretrain cifar/, { cwd });
    for (const word of ["resnet50_weights", "squeezenet_v1.0.safetensors", join(cwd, "data")])
      expect(told).toContain(word);
  });
});

it("list names the six with their published figures", async () => {
  const { stdout } = await succeed(["list", "--json"]);
  const listed = (JSON.parse(stdout) as { id: string; parameters: number; published: { value: number }[] }[])
    .filter(({ id }) => /^caltech-(features|finetune)/.test(id))
    .map(({ id, parameters, published }) => [id, parameters, published[0]!.value]);
  // assignment.md 1.2
  expect(listed).toEqual([
    ["caltech-features-1", 409_800, 0.4293],
    ["caltech-features-2", 2_303_176, 0.4329],
    ["caltech-features-3", 2_303_176, 0.3924],
    ["caltech-finetune-1", 23_997_512, 0.4468],
    ["caltech-finetune-2", 25_890_888, 0.4257],
    ["caltech-finetune-conv", 25_038_984, 0.1678],
  ]);
});
