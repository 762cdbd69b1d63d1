/** @file Slow motion and costs. */
import type { Page } from "playwright-core";
import { expect, type Journey, patience } from "../journey.ts";

/** The launches of a step: as many as the trace of Node's would have, scrubbed by the keyboard. */
export const slowMotion: Journey = {
  name: "slow motion and costs: launches by the keyboard and their numbers, another batch size",
  async go({ page, address }) {
    await page.goto(`${address}?lang=en&seed=3&view=slow-motion`);
    await page.waitForSelector(".list tbody tr", patience);
    const launches = await page.locator(".list tbody tr").count();
    await page.focus(".scrubber");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    const chosen = await page.locator(".list tr[aria-current] td").first().textContent();
    expect(chosen === "3", `the keyboard leads to launch ${chosen}`);
    await page.getByRole("button", { name: "Pause and show the numbers" }).click();
    const written = await numbersOf(page, "y");
    await page.focus(".scrubber");
    await page.keyboard.press("ArrowRight");
    const read = await numbersOf(page, "x");
    expect(written === read, `the convolution writes ${written}, the pooling reads ${read}`);
    await page.getByRole("button", { name: "Costs" }).click();
    await page.focus(".batch input");
    await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(
      () => document.querySelector(".costs")?.textContent?.includes("step of 8 images"),
      null,
      patience,
    );
    const weights = await page.locator(".costs tfoot td").nth(2).textContent();
    expect(weights === "139,386", `svhn-c's quick network has ${weights} weights`);
    return `${launches} launches`;
  },
};

/** The numbers that are written out under an operand of the launch. */
async function numbersOf(page: Page, operand: string): Promise<string> {
  const figure = page.locator(".operand", { has: page.locator(`figcaption code:text-is("${operand}")`) });
  await figure.waitFor(patience);
  return (await figure.locator(".numbers").textContent())!;
}
