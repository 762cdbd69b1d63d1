/** @file Every example of the course is run as its readers run it, and prints what it should; each names the next one. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { noNetwork, start } from "../cli/run.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "examples");
const course = readdirSync(folder).filter((file) => /^\d\d-/.test(file));
const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/loader.mjs")).href;
const text = (file: string) => readFileSync(join(folder, file), "utf8");

/** What an example prints, without network and in an empty folder; `check` sees that folder too. */
async function run(
  name: string,
  check: (printed: string, folder: string) => void,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const file = course.find((path) => path.startsWith(name))!;
  const cwd = mkdtempSync(join(tmpdir(), "wgrad-example-"));
  try {
    const surroundings = {
      cwd,
      env: { NODE_OPTIONS: `--import=${tsx} --import=${noNetwork}`, WGRAD_DATA: cwd, ...env },
    };
    const { code, stdout, stderr } = await start(process.execPath, [join(folder, file)], surroundings)
      .finished;
    expect(code, `${file}: ${stderr}`).toBe(0);
    check(stdout, cwd);
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** The number behind the last place where `before` is printed. */
function numberBehind(before: string, printed: string): number {
  return Number.parseFloat(printed.slice(printed.lastIndexOf(before) + before.length));
}

/** The numbers on the line that begins with `start`. */
function numbersOf(start: string, printed: string): number[] {
  const line = printed.split("\n").find((each) => each.startsWith(start)) ?? "";
  return [...line.slice(start.length).matchAll(/-?\d+(\.\d+)?/g)].map(([number]) => Number(number));
}

describe("the course", () => {
  it("has ten examples of fewer than 80 lines, each of which names the next", () => {
    expect(course.map((file) => Number(file.slice(0, 2)))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const [i, file] of course.entries()) {
      expect(text(file).split("\n").length, file).toBeLessThan(80);
      expect(text(file), file).toContain(`${i + 1} of 10:`);
      if (course[i + 1]) expect(text(file), file).toContain(`Next: examples/${course[i + 1]}`);
    }
  });

  it("names files that exist", () => {
    for (const file of course) {
      const named =
        text(file).match(/\b(?:engine|kernels|experiments|examples|models)\/[\w./-]+\.\w+/g) ?? [];
      expect(named.length, file).toBeGreaterThan(0);
      expect(
        named.filter((path) => !existsSync(join(root, path))),
        file,
      ).toEqual([]);
    }
  });
});

describe("what the examples print", () => {
  it("01: sums and products as done by hand", () =>
    run("01", (printed) => {
      const array = (...values: number[]) => `Float32Array(${values.length}) [ ${values.join(", ")} ]`;
      expect(printed).toContain(`a + b        ${array(11, 22, 33, 14, 25, 36)}`);
      expect(printed).toContain(`a * a        ${array(1, 4, 9, 16, 25, 36)}`);
      expect(printed).toContain(`relu(a - 3)  ${array(0, 0, 0, 1, 2, 3)}`);
      expect(printed).toContain(`a a^T        ${array(14, 32, 32, 77)} shape [ 2, 2 ]`);
      expect(printed).toContain(`sum of all   ${array(21)}`);
      expect(printed).toContain(`sum of rows  ${array(6, 15)}`);
      expect(printed).toContain(`a . a        ${array(91)} and 256 bytes more in use`);
      expect(printed).toMatch(/ShapeError: matmul: .*a \[2,3\].*b \[2,3\]/);
    }));

  it("02: the numbers of micrograd's README", () =>
    run("02", (printed) => {
      expect(printed).toContain("x . x = 14 with gradient Float32Array(3) [ 2, 4, 6 ]");
      expect(numberBehind("g     =", printed)).toBe(24.7041);
      expect(numberBehind("dg/da =", printed)).toBe(138.8338);
      expect(numberBehind("dg/db =", printed)).toBe(645.5773);
      expect(Math.abs(numberBehind("by moving a:", printed) - 138.8338)).toBeLessThan(0.5);
    }));

  it("03: the gradients that PyTorch 2 gives for the same numbers", () =>
    run("03", (printed) => {
      expect(numbersOf("y ", printed)).toEqual([4, 2.5, 0, 1.5]);
      expect(numbersOf("dL/dx ", printed)).toEqual([-9, 20.5, -4, -1000, 2000, -500]);
      expect(numbersOf("dL/dw ", printed)).toEqual([1, -990, 2, 20, 3, 1030]);
      expect(numbersOf("dL/dbias ", printed)).toEqual([1, 1010]);
      expect(printed.match(/\(the engine agrees\)/g)).toHaveLength(4);
    }));

  const edges = (printed: string) => {
    // torch.nn.functional.conv2d with padding=1
    const rows = ["9 9 0 0 -9 -9", "27 27 0 0 -27 -27", "36 36 0 0 -36 -36"];
    const expected = [...rows, ...rows.toReversed()].map((row) => row.split(" ").map(Number));
    const lines = printed.split("\n");
    const block = (title: string) =>
      lines
        .slice(lines.indexOf(title) + 1, lines.indexOf(title) + 7)
        .map((line) => line.trim().split(/ +/).map(Number));
    expect(block("left to right:")).toEqual(expected);
    expect(block("top to bottom:")).toEqual(expected.map((_, w) => expected.map((row) => row[w])));
    expect(numberBehind("filter's corner:", printed)).toBe(81);
    expect(numberBehind("image's corner:", printed)).toBe(-2);
  };

  it("04: Sobel's edges, as PyTorch finds them", () =>
    run("04", (printed) => {
      edges(printed);
      expect(printed).toMatch(/^shader: conv2d\/forward\./m);
    }));

  it("04: with the naive shader", () =>
    run(
      "04",
      (printed) => {
        edges(printed);
        expect(printed).toContain("shader: conv2d/forward.naive");
      },
      { WGRAD_KERNELS: "naive" },
    ));

  it("05: from the loss of guessing to CS231n's accuracy", () =>
    run("05", (printed) => {
      expect(Math.abs(numberBehind("step 0: loss ", printed) - Math.log(3))).toBeLessThan(0.1); // of three equal classes
      expect(numberBehind("step 200: loss ", printed)).toBeLessThan(0.25); // CS231n's last loss, with a penalty on the weights
      expect(numberBehind("accuracy ", printed)).toBeGreaterThanOrEqual(0.98);
    }));

  it("06: the same accuracy with layers", () =>
    run("06", (printed) => {
      expect(printed).toContain(`Total params: ${2 * 100 + 100 + 100 * 3 + 3}\n`);
      expect(numberBehind("accuracy ", printed)).toBeGreaterThanOrEqual(0.98);
      expect(numberBehind("evaluate { loss: ", printed)).toBeLessThan(0.25);
    }));

  it("07: a replay has the bits of the steps run one by one", () =>
    run("07", (printed) => {
      expect(numberBehind("weights that differ from those trained eagerly: ", printed)).toBe(0);
      expect(printed.match(/^ {2}optimizers\/sgd /gm)).toHaveLength(4); // one launch for each of the four parameters
      expect(printed).toMatch(/^ {2}losses\/softmax-cross-entropy-gradient +dx \[300,3\]$/m);
      expect(numberBehind("loss after 100 steps: ", printed)).toBeLessThan(Math.log(3) / 2);
    }));

  it("08: snake, its gradient by calculus", () =>
    run("08", (printed) => {
      const x = [-2, -0.5, 0, 1, 3];
      const snake = (v: number) => v + Math.sin(v) ** 2;
      const slope = (v: number) => 2 * snake(v) * (1 + Math.sin(2 * v)); // of y * y
      // WGSL lets a sine be off by 2^-11, its square by twice that; printed with four digits.
      for (const [i, value] of numbersOf("y ", printed).entries())
        expect(Math.abs(value - snake(x[i]!)), `y ${i}`).toBeLessThan(2 ** -10 + 1e-4);
      expect(numbersOf("y ", printed)).toHaveLength(x.length);
      for (const line of ["dx ", "numeric "]) {
        for (const [i, value] of numbersOf(line, printed).entries())
          expect(Math.abs(value - slope(x[i]!)), `${line}${i}`).toBeLessThan(0.005);
        expect(numbersOf(line, printed)).toHaveLength(x.length);
      }
    }));

  it("09: a page, and the scripts that it loads, with every name that it imports", async () => {
    const words = ["--import", tsx, join(folder, "serve-page.ts"), "0"];
    const server = start(process.execPath, words);
    try {
      const address = await new Promise<string>((resolve) => server.child.stdout!.once("data", resolve));
      const fetched = async (path: string) => (await fetch(new URL(path, address.trim()))).text();
      const page = await fetched("09-page.html");
      expect(page).toBe(text("09-page.html"));
      const imports = [...page.matchAll(/import \{ (.*) \} from "(.*)"/g)];
      expect(imports.map(([, , script]) => script)).toEqual(["wgrad", "./spiral.js"]);
      for (const [, names, script] of imports) {
        const source = await fetched(script === "wgrad" ? "wgrad.js" : script!);
        const module = await import(`data:text/javascript,${encodeURIComponent(source)}`);
        expect(Object.keys(module), script).toEqual(expect.arrayContaining(names!.split(", ")));
        if (script === "wgrad") expect(source, "kernels of t-SNE").not.toContain("perplexity");
      }
    } finally {
      server.child.kill();
      await server.finished;
    }
  });

  it(
    "10: house numbers, drawn ones where there is no network",
    () =>
      run("10", (printed, cwd) => {
        expect(printed).toContain("SYNTHETIC stand-in");
        const convolutions = 5 * 5 * 3 * 8 + 8 + (3 * 3 * 8 * 16 + 16) + (3 * 3 * 16 * 32 + 32);
        const parameters = convolutions + (4 * 4 * 32 * 64 + 64) + (64 * 10 + 10);
        expect(printed).toContain(`Total params: ${parameters.toLocaleString("en")}\n`);
        expect(numberBehind("epoch 4: loss ", printed)).toBeLessThan(Math.log(10) / 2); // half of guessing's
        expect(numberBehind("test accuracy ", printed)).toBeGreaterThan(0.5); // guessing: 0.1
        expect(printed.match(/^a \d: \d with probability [01]\.\d\d$/gm)).toHaveLength(5);
        expect(readFileSync(join(cwd, "svhn.safetensors"), "latin1")).toContain('"conv2d_1/kernel"');
      }),
    300_000,
  );
});
