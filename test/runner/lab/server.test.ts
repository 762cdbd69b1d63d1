/** @file The lab's server answers this machine alone, and gives nothing but the page and images. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { randomSubset, takeImages } from "../../../datasets/splits.ts";
import { readImages } from "../../../runner/lab/image-file.ts";
import type { LoadImages } from "../../../runner/lab/images.ts";
import { type LabServer, startLabServer } from "../../../runner/lab/server.ts";

const folder = mkdtempSync(join(tmpdir(), "wgrad-lab-"));
const page = join(folder, "page");
const load: LoadImages = (id, seed) =>
  loadDataset(id, { seed, synthetic: true, syntheticCounts: { train: 60, test: 20 } });
let server: LabServer;

beforeAll(async () => {
  mkdirSync(join(page, "assets"), { recursive: true });
  writeFileSync(join(page, "index.html"), "<title>lab</title>");
  writeFileSync(join(page, "assets/main.js"), "1");
  writeFileSync(join(page, "assets/notes.txt"), "of no known type");
  writeFileSync(join(folder, "secret.html"), "secret");
  symlinkSync(join(folder, "secret.html"), join(page, "link.html"));
  server = await startLabServer({ page, port: 0, load });
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

/** As it is written: fetch() would tidy the path up. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(server.address);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, ...options }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("the lab's server", () => {
  it("gives the page, isolated and with nothing from elsewhere", async () => {
    const { status, headers, body } = await ask("/?view=costs");
    expect([status, String(body)]).toEqual([200, "<title>lab</title>"]);
    expect(headers["cross-origin-opener-policy"]).toBe("same-origin");
    expect(headers["cross-origin-embedder-policy"]).toBe("require-corp");
    expect(headers["content-security-policy"]).toContain("default-src 'self'");
    expect((await ask("/assets/main.js")).headers["content-type"]).toContain("text/javascript");
  });

  it.each([
    "/../secret.html",
    "/%2e%2e/secret.html",
    "/assets/../../secret.html",
    "/assets/..%2f..%2fsecret.html",
    "/..%5csecret.html",
    "//secret.html",
    "/link.html",
    "/%00",
    "/%E0%A4%A",
    "/assets",
    "/assets/notes.txt",
    "/nowhere.html",
    "/api/",
    "/api/runs/../../secret.html",
  ])("has nothing at %s", async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(String(body)).not.toContain("secret");
  });

  it("does not answer to a foreign name that leads here, nor on other interfaces", async () => {
    for (const host of [
      "evil.example",
      "evil.example:80",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
    ])
      expect((await ask("/", { headers: { host } })).status).toBe(403);
    const { port } = new URL(server.address);
    const others = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal);
    for (const { address } of others) await expect(fetch(`http://${address}:${port}/`)).rejects.toThrow();
  });

  it("only reads", async () => {
    for (const method of ["POST", "PUT", "DELETE"]) expect((await ask("/", { method })).status).toBe(405);
    const { status, body } = await ask("/", { method: "HEAD" });
    expect([status, body.length]).toEqual([200, 0]);
  });

  it("gives the images that a run of the same seed takes", async () => {
    const { status, body } = await ask("/api/images/svhn?limit=30&testLimit=10&seed=7");
    expect(status).toBe(200);
    const { train, test, classes, origin } = readImages(new Uint8Array(body));
    const whole = await load("svhn", 7);
    expect(train).toEqual(takeImages(whole.train, randomSubset(60, 30, 7)));
    expect(test).toEqual(takeImages(whole.test, randomSubset(20, 10, 7)));
    expect([classes, origin]).toEqual([whole.classes, "synthetic"]);
  });

  it("refuses images that there cannot be, by a sentence", async () => {
    const cases = ["nowhere", "cub200", "svhn?limit=0", "svhn?limit=-1", "svhn?seed=x", "svhn?limit=1e3"];
    for (const path of cases) {
      const { status, body } = await ask(`/api/images/${path}`);
      expect(status).toBe(400);
      expect(String(body)).toMatch(/no data set|must be a whole number/);
    }
  });

  it("says that a port is taken", async () => {
    const port = Number(new URL(server.address).port);
    await expect(startLabServer({ page, port, load })).rejects.toThrow(`--port ${port} is taken.`);
  });
});
