/** @file A study of denoising networks, killed in one of them, ends with the same bytes: its noise is drawn again. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { adapter, startCli, succeed, untilExists } from "./run.ts";
import { writeGreyImages } from "./support/grey-image-files.ts";
import { checkpointPosition } from "./support/weights-file.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-killed-"));
const data = join(folder, "data");
const epochs = 12;
const patience = 300_000; // three processes

beforeAll(() => writeGreyImages(data, "mnist"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const train = (out: string, noise: string) => [
  ...["train", "dae-b", "--data", data, "--profile", "quick", "--adapter", adapter, "--noise", noise],
  ...["--epochs", String(epochs), "--limit", "50", "--out", join(folder, out)],
];

/** Names and bytes of the weights of all parts. */
function weights(out: string): [string, string][] {
  const parts = join(folder, out, "parts");
  const names = readdirSync(parts).sort();
  return names.map((name) => [name, readFileSync(join(parts, name, "weights.safetensors")).toString("hex")]);
}

it.each(["fixed", "fresh"])("kill -9 in the first noisy network, %s noise", {
  timeout: patience,
}, async (noise) => {
  const [whole, killed] = [`whole-${noise}`, `killed-${noise}`];
  await succeed(train(whole, noise));
  const running = startCli(train(killed, noise));
  const part = join(folder, killed, "parts", "relu-32-masking-0.1");
  const checkpoint = join(part, "checkpoint", "training.safetensors");
  await untilExists(checkpoint, running);
  running.child.kill("SIGKILL");
  expect(await running.finished).toMatchObject({ code: null });
  expect(existsSync(join(part, "part.json"))).toBe(false);
  const { epoch } = checkpointPosition(checkpoint);
  expect(epoch).toBeGreaterThan(0);
  expect(epoch).toBeLessThan(epochs);

  const { stdout } = await succeed([
    ...["train", "dae-b", "--resume", "--adapter", adapter, "--out", join(folder, killed)],
  ]);
  expect(stdout.match(/finished before: loaded/g)).toHaveLength(1);
  expect(weights(killed)).toEqual(weights(whole));
  expect(weights(killed).length).toBeGreaterThan(2);
});
