/** @file What README and guides say is checked: first programs run, the comparison is what was measured, commands exist. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { start } from "../cli/run.ts";

const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const json = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

/** What the first program of a page prints; it runs inside of the project, whose name is wgrad. */
async function printedBy(page: string): Promise<{ readonly program: string; readonly stdout: string }> {
  const program = /```ts\n(import[\s\S]*?)```/.exec(readFileSync(join(root, page), "utf8"))![1]!;
  mkdirSync(join(root, "dist"), { recursive: true }); // within the package, so that it finds itself by its name
  const folder = mkdtempSync(join(root, "dist/program-"));
  try {
    writeFileSync(join(folder, "program.ts"), program);
    const words = ["--import", "tsx", join(folder, "program.ts")];
    const { code, stdout, stderr } = await start(process.execPath, words, { cwd: root }).finished;
    expect(code, stderr).toBe(0);
    return { program, stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it("the README's first program prints what it says", async () => {
  const { program, stdout } = await printedBy("README.md");
  const promised = [.../\/\/ (.*)$/m.exec(program)![1]!.matchAll(/\[.*?\]/g)].map(([list]) =>
    JSON.parse(list),
  );
  const printed = [...stdout.matchAll(/\[ (.*?) \]/g)].map(([, numbers]) => numbers!.split(", ").map(Number));
  expect(printed).toEqual(promised);
  expect(promised).toEqual([[14], [2, 4, 6]]);
});

it("the program of the first guide learns more than the most frequent class", async () => {
  const { stdout } = await printedBy("docs/guides/getting-started.md");
  const classOf = (x: number) => (x > 0.5 ? 2 : x > 0 ? 1 : 0);
  const labels = Array.from({ length: 100 }, (_, i) => classOf(Math.fround(Math.sin(4 * i))));
  const most = Math.max(...[0, 1, 2].map((label) => labels.filter((each) => each === label).length)) / 100;
  expect(Number(stdout)).toBeGreaterThan(most);
});

interface PeerRow {
  readonly workload: string;
  readonly peer: string;
  readonly ms?: { readonly median: number };
  readonly ratio?: number;
  readonly reason?: string;
}

it("the README's comparison with other libraries is that of bench/peers/results", () => {
  const folder = "bench/peers/results";
  const measured = readdirSync(join(root, folder)).flatMap(
    (file): PeerRow[] => json(`${folder}/${file}`).rows,
  );
  const columns = ["wgrad", "tensorflow-webgpu", "jax-webgpu", "jax-wasm", "pytorch-cpu"];
  const table = /\| network : batch \|.*\n.*\n((?:\|.*\n)+)/.exec(readme)![1]!.trimEnd().split("\n");
  expect(table.length).toBeGreaterThan(5);
  const written = ({ peer, ms, ratio, reason }: PeerRow) => {
    if (!ms || !ratio) return reason === "not done after 150 s" ? "over 150 s for its checks" : reason;
    if (peer !== "wgrad") return ratio.toFixed(ratio < 1 ? 2 : 1);
    return ms.median >= 100
      ? Math.round(ms.median).toLocaleString("en")
      : String(Number(ms.median.toPrecision(3)));
  };
  for (const line of table) {
    const [workload = "", ...cells] = line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", ""));
    const rows = columns.map((peer) =>
      measured.filter((row) => row.workload === workload && row.peer === peer),
    );
    expect(
      rows.map((found) => found.length),
      `${workload} is measured once`,
    ).toEqual([1, 1, 1, 1, 1]);
    expect(cells, workload).toEqual(rows.map(([row]) => written(row!)));
  }
});

it("the README's commands are scripts", () => {
  const named = new Set([...readme.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script!));
  const { scripts } = json("package.json");
  expect(named.size).toBeGreaterThan(15);
  expect([...named].filter((script) => !(script in scripts))).toEqual([]);
});
