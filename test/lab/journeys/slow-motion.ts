/** @file Slow motion and costs. */
import { expect, type Journey, patience } from "../journey.ts";

/** The launches of a step: as many as the trace of Node's would have, scrubbed by the keyboard. */
export const slowMotion: Journey = {
  name: "slow motion and costs: launches by the keyboard, another batch size",
  async go({ page, address }) {
    await page.goto(`${address}?lang=en&seed=3&view=slow-motion`);
    await page.waitForSelector(".list tbody tr", patience);
    const launches = await page.locator(".list tbody tr").count();
    await page.focus(".scrubber");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    const chosen = await page.locator(".list tr[aria-current] td").first().textContent();
    expect(chosen === "3", `the keyboard leads to launch ${chosen}`);
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
