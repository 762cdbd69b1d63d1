/** @file Guards in a kernel's text: where they stand, and what they find on the GPU. */
import { beforeAll, describe, expect, it } from "vitest";
import { type AdapterChoice, describeAdapter } from "../../../engine/adapter.ts";
import { findAdapter, findAgain } from "../../../engine/find-adapter.ts";
import { openDevice } from "../../../engine/open-device.ts";
import { readSource } from "../../../engine/source.ts";
import { checkKernel, compiledGuards, type KernelVerdict } from "../../../lessons/properties/check.ts";
import { mostTurns, withGuards } from "../../../lessons/properties/guard.ts";
import { kernelProperties } from "../../../lessons/properties/properties.ts";
import { missing } from "../../../lessons/properties/property.ts";

let adapter: GPUAdapter;
beforeAll(async () => {
  adapter = await findAdapter((process.env.WGRAD_ADAPTER ?? "auto") as AdapterChoice);
});
const openAnother = async () => openDevice(await findAgain(adapter));

const kernel = "conv2d/forward.naive";
const property = kernelProperties.find((each) => each.kernel === kernel)!;
const shipped = readSource({ name: kernel });
const loop = "for (var tap = 0u;";
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split("\n").length;

function checked(text: string, cases = 2): Promise<KernelVerdict> {
  return checkKernel({ property, text, seed: 1, cases, openDevice: openAnother });
}

/** The shipped text with a line before its first loop. */
const withLine = (line: string) => shipped.replace(loop, () => `${line}\n${loop}`);

describe("guards", () => {
  it("leave every line its number", () => {
    for (const { kernel: name } of kernelProperties) {
      const text = readSource({ name });
      const lines = withGuards(text, true).code.split("\n");
      for (const [i, line] of text.split("\n").entries())
        if (!/\b(for|while|loop)\b|\[/.test(line)) expect(lines[i], `${name}, line ${i + 1}`).toBe(line);
    }
  });

  it("stand at loops and at indices into what is written, and not in comments", () => {
    const text = [
      "@group(0) @binding(0) var<storage, read_write> y: array<vec4<f32>>; // y[1], for",
      "@group(0) @binding(1) var<storage, read_write> fixed: array<f32, 4>;",
      "@group(0) @binding(2) var<storage, read> x: array<f32>;",
      "fn main() { /* while",
      "loop */ loop { y[u32(x[0])] = vec4f(fixed[1]); if (true) { break; } }",
      "}",
    ].join("\n");
    expect(withGuards(text, true).sites).toEqual([
      { kind: "loop", line: 5 },
      { kind: "index", line: 5, name: "y" },
    ]);
  });

  it.for(kernelProperties)("compile in $kernel", async (each, { skip }) => {
    if (missing(each, describeAdapter(adapter))) skip(`this adapter has no ${each.needs}`);
    expect(await compiledGuards(readSource({ name: each.kernel }), openAnother)).not.toHaveProperty(
      "message",
    );
  });

  it("are a condition: what does not compile with them does not run", async () => {
    const endless = `${shipped.replace("sum +=", "sum += spin(c) +")}
      fn spin(c: u32) -> f32 { var i = c; loop { i ^= 1u; if (i == 777777u) { return 0.0; } } }`;
    expect(await checked(endless)).toMatchObject({ kind: "refused" });
  });

  it("find a loop without an end, and nested ones", async () => {
    for (const endless of [
      "while (n < BATCH) { }",
      "while (n < BATCH) { for (var i = 0u; i < BATCH; i += n - n) { } }",
    ]) {
      const text = withLine(endless);
      const verdict = await checked(text);
      expect(verdict).toMatchObject({ kind: "loops", turns: mostTurns, line: lineOf(text, endless) });
    }
  });

  it("find an index past the end of what is written", async () => {
    const beyond = "y[arrayLength(&y) + 4u] = y_real(1);";
    const verdict = await checked(withLine(beyond));
    expect(verdict).toMatchObject({ kind: "outside", name: "y", line: lineOf(withLine(beyond), beyond) });
  });

  it("hold up no text that is right", async () => {
    expect(await checked(shipped)).toEqual({ kind: "passed", cases: 2 });
  });

  it("name what the compiler refuses, and bindings that the op does not have", async () => {
    const broken = withLine("let wrong = not_there;");
    const line = lineOf(broken, "let wrong");
    expect(await checked(broken)).toMatchObject({ kind: "refused" });
    expect(await checked(broken)).toHaveProperty("line", line);
    const other = shipped.replace("> filters:", "> kernels:").replaceAll("filters[", "kernels[");
    const { message } = (await checked(other)) as Extract<KernelVerdict, { kind: "refused" }>;
    expect(message).toContain("kernels");
  });

  it("leaves the shipped text in place", async () => {
    await checked(shipped.replace("sum +=", "sum -="));
    expect(readSource({ name: kernel })).toBe(shipped);
  });
});
