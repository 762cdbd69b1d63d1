/** @file Wrong command lines, and `list`. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { adapter, fail, runCli, stackTrace, succeed } from "./run.ts";

const folder = useTemporaryFolder();

describe("list", () => {
  it("--json prints every field of the contract", async () => {
    const { stdout } = await succeed(["list", "--json"]);
    const entries = JSON.parse(stdout) as Record<string, unknown>[];
    expect(entries.map(({ id }) => id)).toEqual(expect.arrayContaining(["svhn-a", "svhn-b", "svhn-c"]));
    for (const entry of entries) {
      expect(entry).toMatchObject({
        source: { text: expect.any(String), question: expect.any(String) },
        dataset: expect.any(String),
        published: expect.any(Array),
        profiles: { full: expect.any(Object), quick: expect.any(Object) },
      });
      expect(entry).toHaveProperty("parameters");
    }
    // the counts and the published accuracy of the assignment, question 2 (c)
    const svhnC = entries.find(({ id }) => id === "svhn-c");
    expect(svhnC).toMatchObject({ parameters: 1_058_726, published: [{ value: 0.9428 }] });
  });
});

describe("wrong usage ends with exit code 2", () => {
  it.each<[string, string[], RegExp]>([
    ["an unknown experiment", ["train", "svnh-c"], /no experiment "svnh-c"\. Did you mean "svhn-c"\?/],
    [
      "an unknown option",
      ["train", "svhn-c", "--epoch", "3"],
      /unknown option '--epoch'[\s\S]*Did you mean --epochs\?/,
    ],
    ["an unknown command", ["trian", "svhn-c"], /unknown command 'trian'[\s\S]*Did you mean train\?/],
    ["no experiment", ["train"], /missing required argument 'experiment'/],
    [
      "epochs of 0",
      ["train", "svhn-c", "--epochs", "0"],
      /'--epochs <n>' argument '0' is invalid. It must be a positive/,
    ],
    [
      "a batch that is a fraction",
      ["train", "svhn-c", "--batch", "1.5"],
      /--batch <n>' argument '1.5' is invalid/,
    ],
    ["a negative seed", ["train", "svhn-c", "--seed=-1"], /--seed <n>' argument '-1' is invalid/],
    [
      "a limit that is no number",
      ["train", "svhn-c", "--limit", "many"],
      /--limit <n>' argument 'many' is invalid/,
    ],
    [
      "a test limit of 0",
      ["sweep", "svhn-d", "--test-limit", "0"],
      /--test-limit <n>' argument '0' is invalid/,
    ],
    ["an unknown adapter", ["train", "svhn-c", "--adapter", "cuda"], /argument 'cuda' is invalid.*lavapipe/],
    ["an unknown profile", ["train", "svhn-c", "--profile", "slow"], /argument 'slow' is invalid.*quick/],
    [
      "an unknown part",
      ["train", "ae-a", "--validation", "middle"],
      /argument 'middle' is invalid.*first, last/,
    ],
    ["nothing to compare", ["compare"], /missing required argument 'runs'/],
    ["a book in another language", ["book", "--lang", "de"], /argument 'de' is invalid.*en, es/],
    ["an unknown precision", ["train", "svhn-c", "--precision", "half"], /argument 'half' is invalid.*mixed/],
    [
      "a precision for what trains no network",
      ["train", "svhn-a", "--precision", "mixed"],
      /--precision: svhn-a trains no network/,
    ],
    ["an unknown set", ["evaluate", "somewhere", "--set", "val"], /--set must be test or train, got "val"/],
  ])("%s", async (_, words, pattern) => void (await fail(words, 2, pattern)));

  it("--resume without a run", async () => {
    const cwd = folder();
    await fail(["train", "svhn-c", "--resume"], 2, /no unfinished run of svhn-c in runs\/svhn-c/, { cwd });
    await fail(["train", "svhn-c", "--resume", "--out", "nothing"], 2, /--resume: nothing holds no run/, {
      cwd,
    });
  });

  it("a weights file without its experiment", async () => {
    const path = join(folder(), "weights.safetensors");
    writeFileSync(path, "");
    await fail(["evaluate", path], 2, /add --experiment/);
  });
});

describe("what the machine does not give ends with exit code 1", () => {
  it("a run folder below a file", async () => {
    const file = join(folder(), "file");
    writeFileSync(file, "");
    const words = ["train", "svhn-c", "--adapter", adapter, "--out", join(file, "run")];
    await fail(words, 1, /Cannot make the folder .*file\/run/);
  });

  it("a run to evaluate that is not there, or is none", async () => {
    await fail(["evaluate", join(folder(), "nothing")], 1, /does not exist: name a run folder/);
    mkdirSync(join(folder(), "empty"));
    await fail(["evaluate", join(folder(), "empty")], 1, /is not a run folder/);
  });

  it("runs for a comparison or a book that are not there", async () => {
    await fail(["compare", join(folder(), "a"), join(folder(), "b")], 1, /There is no folder .*a\./);
    await fail(["compare", folder(), folder()], 1, /is not a run folder: it has no config\.json/);
    await fail(["book", "--runs", join(folder(), "runs")], 1, /There is no folder .*runs/);
  });

  it("no adapter: what to install; WGRAD_DEBUG adds the stack", async () => {
    const env = { VK_DRIVER_FILES: "/nothing.json", VK_ICD_FILENAMES: "/nothing.json" };
    const words = ["train", "svhn-c", "--adapter", "hardware"];
    await fail(words, 1, /No hardware adapter found.*install/s, { env });
    const { stderr, code } = await runCli(words, { env: { ...env, WGRAD_DEBUG: "1" } });
    expect(stderr).toMatch(stackTrace);
    expect(code).toBe(1);
  });
});
