import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { KernelError, NumericError } from "../../../engine/errors.ts";
import { array64 } from "../../../kernels/reference.ts";
import { lessons } from "../../../lessons/explain/lessons.ts";
import { findLines } from "../../../lessons/explain/source.ts";
import { Workbench } from "../../../lessons/explain/workbench.ts";
import { paletteFor, plainPalette } from "../../../lessons/text.ts";
import { asGpu } from "../../kernels/as-gpu.ts";
import { type Break, withBrokenShader } from "../../support/broken-shader.ts";
import { useEngine } from "../../support/engine.ts";

const root = join(import.meta.dirname, "../../..");
const find = (name: string) => lessons.find((lesson) => lesson.name === name)!;

beforeEach(() => void vi.stubEnv("WGRAD_KERNELS", "naive")); // as the command does
afterEach(() => void vi.unstubAllEnvs());

describe.each(lessons.map((lesson) => [lesson.name, lesson] as const))("%s", (_, lesson) => {
  const engine = useEngine();
  const read = async () => (await lesson.teach(new Workbench(engine()))).lines(plainPalette);

  it("fits into 80 columns, without a space too many", async () => {
    const lines = await read();
    expect(lines.filter((line) => [...line].length > 80)).toEqual([]);
    expect(lines.filter((line) => /\s$|NaN|undefined|Infinity/.test(line))).toEqual([]);
  });

  it("shows input, every gradient, and what was checked", async () => {
    const text = (await read()).join("\n");
    expect(text).toMatch(/^1 {2}\S/m);
    expect(text).toMatch(/Gradient/i);
    expect(text).toMatch(/All\s+\d+\s+numbers\s+they\s+computed\s+agree\s+with\s+the\s+float64\s+reference/);
    expect(text).toContain(`wgrad gradcheck ${lesson.name}`);
  });

  it("names files that are there, and lines that say what it quotes", async () => {
    const lines = await read();
    const places = lines.flatMap((line, i) => {
      const found = /^ {2}(kernels\/\S+):(\d+)$/.exec(line);
      return found ? [{ path: found[1]!, line: Number(found[2]), quoted: lines[i + 1]!.trim() }] : [];
    });
    expect(places.length).toBeGreaterThanOrEqual(3);
    for (const { path, line, quoted } of places) {
      const actual = readFileSync(join(root, path), "utf8").split("\n")[line - 1]!.trim();
      expect(actual.startsWith(quoted.replace(/\.\.\.$/, "")), `${path}:${line} says ${actual}`).toBe(true);
    }
    for (const path of lines.join("\n").match(/kernels\/[\w/.-]+\.(ts|md)/g)!) {
      expect(readFileSync(join(root, path), "utf8")).not.toBe("");
    }
  });

  it("works through with the launch sizes of a GPU", async () => {
    const lines = await read();
    const withoutLaunches = (text: string[]) =>
      text.slice(
        0,
        text.findIndex((line) => /Checked$/.test(line)),
      );
    expect(await asGpu(engine(), async () => withoutLaunches(await read()))).toEqual(withoutLaunches(lines));
  });
});

describe("a broken kernel ends the lesson", () => {
  it.each<[string, Break, RegExp]>([
    [
      "conv2d",
      {
        shader: "kernels/conv2d/forward.naive.wgsl",
        from: "sum += f32(image",
        to: "sum -= f32(image",
      },
      /y, element 0 is -7 by the kernels, 9 by the float64 reference/, // 1*1 + 2*2 + 0*-1 + 1*3 = 8, bias 1
    ],
    [
      "conv2d",
      {
        shader: "kernels/conv2d/filter-gradient.naive.wgsl",
        from: "sum += pixel",
        to: "sum -= pixel",
      },
      /dw, element 0 is -/,
    ],
    [
      "dense",
      { shader: "kernels/dense/matmul.naive.wgsl", from: "m * A_ROW + k * A_COLUMN", to: "m * K + k" },
      /dw, element/,
    ],
    [
      "maxpool",
      { shader: "kernels/pool2d/max-forward.wgsl", from: "value > largest", to: "value >= largest" },
      /dx/,
    ],
    [
      "softmax-cross-entropy",
      { shader: "kernels/losses/softmax-cross-entropy-gradient.wgsl", from: "dy[0] * FACTOR", to: "dy[0]" },
      /dx, element 0 is -0\.33/, // (0.6652 - 1), not halved
    ],
    ["batch-norm", { shader: "kernels/batch-norm/backward.wgsl", from: "- shift", to: "" }, /dx, element/],
  ])("%s: %j", async (name, change, message) => {
    await withBrokenShader(change, async (engine) => {
      const taught = find(name).teach(new Workbench(engine));
      await expect(taught).rejects.toThrow(NumericError);
      await expect(taught).rejects.toThrow(message);
    });
  });
});

describe("the workbench", () => {
  const engine = useEngine();

  it("does not show a kernel that did not run", async () => {
    const bench = new Workbench(engine());
    expect(() => bench.source("conv2d/forward.naive", "sum +=")).toThrow(KernelError);
  });

  it("refuses a sum whose terms are not those of the kernel's number", () => {
    const bench = new Workbench(engine());
    const terms = [2, 3].map((value) => ({ letters: "x", numbers: String(value), value }));
    expect(bench.sum({ name: "y", terms, result: 5 }).result).toBe(5);
    expect(() => bench.sum({ name: "y", terms, result: 5.001 })).toThrow(
      "y is 5.001 by the kernels, 5 by the sum",
    );
    expect(() => bench.agree("y", array64([1], [Number.NaN]), array64([1], [1]))).toThrow(NumericError);
  });
});

describe("findLines", () => {
  it("finds a line wherever it stands, and the lines after it", () => {
    const { line, code } = findLines("engine/autodiff/sum", "@group(0) @binding(0)", 2);
    const lines = readFileSync(join(root, "engine/autodiff/sum.wgsl"), "utf8").split("\n");
    expect(code).toEqual(lines.slice(line - 1, line + 1));
  });

  it("refuses a start that no line or several have", () => {
    expect(() => findLines("engine/autodiff/sum", "nothing like it")).toThrow("0 lines that start with");
    expect(() => findLines("engine/autodiff/sum", "@group(0)")).toThrow(KernelError);
  });
});

describe("colours", () => {
  it("are for terminals only, and for those who want them", async () => {
    expect(paletteFor({ isTTY: true }).good("ok")).toBe("\x1b[32mok\x1b[0m");
    expect(paletteFor({ isTTY: true }, "1").good("ok")).toBe("ok");
    expect(paletteFor({}).good("ok")).toBe("ok");
  });
});
