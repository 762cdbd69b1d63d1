/** @file --precision: recorded, repeated by --resume, and refused where the adapter has no f16. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeHalf } from "../support/half.ts";
import { fail, succeed } from "./run.ts";
import { writeDigitFiles } from "./support/street-digit-files.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-precision-"));
const data = join(folder, "data");
const words = ["train", "svhn-c", "--data", data, "--batch", "10", "--profile", "quick", "--epochs", "1"];

beforeAll(() => writeDigitFiles(data, { train: 20, test: 12 }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeHalf("--precision mixed", () => {
  it("is in config.json, in the command that repeats the run, and in the report; --resume keeps to it", async () => {
    const out = join(folder, "mixed");
    // the kernels that compile fast; on whatever adapter the tests of f16 run on
    const surroundings = { env: { WGRAD_KERNELS: "naive" } };
    await succeed([...words, "--precision", "mixed", "--out", out], surroundings);
    const config = JSON.parse(readFileSync(join(out, "config.json"), "utf8"));
    expect(config.settings.precision).toBe("mixed");
    expect(config.command).toContain("--precision mixed");
    const report = readFileSync(join(out, "report.html"), "utf8");
    expect(report.includes("<dt>precision</dt><dd>mixed</dd>")).toBe(true);
    const resume = ["train", "svhn-c", "--resume", "--out", out, "--epochs", "2"];
    await fail([...resume, "--precision", "float32"], 2, /the run began with --precision mixed/);
    await succeed(resume, surroundings);
    const history = JSON.parse(readFileSync(join(out, "history.json"), "utf8"));
    expect(history.epoch).toEqual([1, 2]);
  });
});

it("mixed is refused by an adapter without f16, by its name", async () => {
  const refused = ["--precision", "mixed", "--adapter", "swiftshader", "--out", join(folder, "refused")];
  await fail(
    [...words, ...refused],
    1,
    /shader-f16, which swiftshader-device\S* does not have\. Use float32\./,
  );
});
