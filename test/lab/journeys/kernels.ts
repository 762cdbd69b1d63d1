/** @file Kernels that a visitor edits: what is wrong is named, nothing stops the page, and what passes trains to the same bits. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { shaderPath } from "../../../engine/source.ts";
import { allMutants } from "../../../lessons/mutants/index.ts";
import { expect, type Journey, patience, untilStep } from "../journey.ts";

const kernel = "conv2d/forward.subgroup"; // svhn-c trains by it on SwiftShader
const shipped = readFileSync(new URL(`../../../${shaderPath(kernel)}`, import.meta.url), "utf8");
const watched = 5; // steps

async function write(page: Page, text: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

/** What the check says of a text. */
async function checked(page: Page, text: string, kind: string): Promise<string> {
  await write(page, text);
  await page.getByRole("button", { name: "Check" }).click();
  await page.waitForSelector(".outcome[data-outcome]", patience);
  const said = (await page.textContent(".outcome"))!;
  expect((await page.getAttribute(".outcome", "data-outcome")) === kind, `${kind} expected: ${said}`);
  return said;
}

/** The text with a line put before the one that begins with `start`; and the number of the new line. */
function withLine(start: string, line: string): { text: string; number: number } {
  const lines = shipped.split("\n");
  const at = lines.findIndex((each) => each.trimStart().startsWith(start));
  expect(at >= 0, `${kernel} has no line that begins with ${start}`);
  return { text: lines.toSpliced(at, 0, line).join("\n"), number: at + 1 };
}

export const kernels: Journey = {
  name: "kernels: broken, wrong, endless and outside are named; the shipped text trains to the same bits",
  async go({ page, address }) {
    await page.goto(`${address}?lang=en&seed=6&kernel=${kernel}`);
    await untilStep(page, watched);
    await page.getByRole("button", { name: "Kernels" }).click();
    await page.waitForSelector(".cm-content", patience);

    const broken = withLine("let number =", "  let wrong = not_there + 1;");
    await write(page, broken.text);
    await page.waitForSelector(`.messages li[data-type="error"][data-line="${broken.number}"]`, patience);

    const { from, to } = allMutants.find(({ file }) => file === shaderPath(kernel))!;
    const wrong = await checked(page, shipped.replace(from, to), "differs");
    expect(/image \[[\d,]+\], filters \[[\d,]+\]/.test(wrong) && wrong.includes("expected"), wrong);

    const endless = withLine("let number =", "  while (workgroups.x > 0u) { }");
    const loop = await checked(page, endless.text, "loops");
    expect(loop.includes(`line ${endless.number}`), loop);

    const outside = withLine("let number =", "  y[arrayLength(&y) + 7u] = y[0];");
    const index = await checked(page, outside.text, "outside");
    expect(index.includes(`line ${outside.number}`) && index.includes("of y"), index);

    await page.getByRole("button", { name: "Reset" }).click();
    const passed = await checked(page, shipped, "passed");
    await page.getByRole("button", { name: "Train with it" }).click();
    await page.waitForFunction(
      (wanted) => Number(document.querySelector<HTMLElement>(".trained")?.dataset.compared ?? 0) >= wanted,
      watched,
      patience,
    );
    const difference = await page.getAttribute(".trained", "data-difference");
    expect(difference === null, `the losses differ from step ${difference} on`);
    return `${wrong} ${passed} ${await page.textContent(".trained [role=status]")}`;
  },
};
