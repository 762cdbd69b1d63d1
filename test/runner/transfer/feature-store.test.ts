/** @file Features on disk: what is kept, and what is not believed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { FeatureStore } from "../../../runner/transfer/feature-store.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-features-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = { backbone: "a network", adapter: "an adapter", width: 3 };
const path = join(folder, "features", "a.safetensors");
const lines: string[] = [];
const open = (own = key) => FeatureStore.open(path, own, (text) => void lines.push(text));

beforeEach(async () => {
  lines.length = 0;
  rmSync(path, { force: true });
  const store = await open();
  store.set(["one", "two"], Float32Array.of(1, 2, 3, 4, 5, 6));
  await store.save();
});

it("gives back what was kept, and takes more", async () => {
  const store = await open();
  expect(store.get("two")).toEqual(Float32Array.of(4, 5, 6));
  expect(store.get("three")).toBeUndefined();
  store.set(["three"], Float32Array.of(7, 8, 9));
  await store.save();
  const again = await open();
  expect(["one", "two", "three"].map((name) => again.get(name)?.[0])).toEqual([1, 4, 7]);
  expect(lines).toEqual([]);
});

it("features of another network or adapter are not those of this one", async () => {
  for (const other of [{ backbone: "another" }, { adapter: "another" }]) {
    expect((await open({ ...key, ...other })).get("one")).toBeUndefined();
  }
  expect(lines).toEqual([]);
});

it.each<[string, (bytes: Buffer) => Buffer]>([
  ["cut", (bytes) => bytes.subarray(0, bytes.length - 5)],
  ["with a changed number", (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of(1)])],
  ["of something else", () => Buffer.from("no features")],
])("a file that is %s is named, and its features are computed again", async (_, damage) => {
  writeFileSync(path, damage(readFileSync(path)));
  expect((await open()).get("one")).toBeUndefined();
  expect(lines.join()).toContain(path);
});
