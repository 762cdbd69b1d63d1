/** @file The main network of a study. */
import { expect, inState, type Journey, patience, untilStep } from "../journey.ts";

export const denoising: Journey = {
  name: "denoising: noise and what the network makes of it, under the microscope, and of a picture to draw on",
  async go({ page, address }) {
    await page.goto(`${address}?lang=en&experiment=dae-b`);
    await untilStep(page, 40);
    const seen = page.getByRole("img", { name: "What the network gets" });
    await seen.waitFor(patience);
    const losses = await page.getByText("Loss after each epoch").count();
    expect(losses === 1, "there is no plot of the loss by epoch");
    await page.getByRole("button", { name: "Pause" }).click();
    await inState(page, "paused");
    await page.getByRole("button", { name: "Microscope" }).click();
    await page.fill(".field input[type=text]", "dense_1/kernel[400,3]");
    await page.getByRole("button", { name: "Show" }).click();
    await page.waitForFunction(
      () => document.querySelector(".microscope h2")?.textContent?.includes("dense_1/kernel[400,3]"),
      undefined,
      patience,
    );
    const equation = (await page.locator(".equation").first().textContent())!;
    expect(equation.includes("float32 comes to these bits"), `the sum ends elsewhere: ${equation}`);
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByRole("heading", { name: "What the network makes of it" }).waitFor(patience);
    const said = (await page.textContent("[data-answer-step]"))!;
    expect(!said.includes("class"), `an autoencoder has no classes: ${said}`);
    return said;
  },
};
