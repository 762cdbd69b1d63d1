/** @file Training: from the first load to the last epoch, and from a run of the command line. */
import { expect, inState, type Journey, patience, stepsDone, untilStep, weightsOf } from "../journey.ts";

/** From the first load to the last epoch, with all that may come between. */
export const train: Journey = {
  name: "train: paused, the GPU lost, the tab closed, and Node's bits at the end",
  needsRun: true,
  async go({ page, context, address, trainedByNode }) {
    await page.goto(`${address}?lang=en`);
    await inState(page, "training");
    await untilStep(page, 3);
    await page.getByRole("button", { name: "Pause" }).click();
    await inState(page, "paused");
    const held = await stepsDone(page);
    await page.waitForTimeout(1500);
    const still = await stepsDone(page);
    await page.getByRole("button", { name: "Go on" }).click();
    await untilStep(page, still + 20);
    await page.getByRole("button", { name: "Lose the GPU" }).click();
    await page.waitForSelector(".notice[data-state='lost'], .state[data-state='opening']", patience);
    await inState(page, "training");
    await untilStep(page, 100);
    await page.close();
    const later = await context.newPage();
    await later.goto(`${address}?lang=en`);
    await inState(later, "done");
    const weights = await weightsOf(later);
    expect(weights === trainedByNode, `the weights are ${weights}, Node's ${trainedByNode}`);
    await later.close();
    return `held at step ${held}, weights ${weights.slice(0, 12)}`;
  },
};

/** A run that the command line made: its weights in the page, and in the microscope. */
export const savedRun: Journey = {
  name: "a run of the command line: its weights, and a number of it under the microscope",
  needsRun: true,
  async go({ page, address, runLink, trainedByNode }) {
    await page.goto(`${address}${runLink}&lang=en`);
    await inState(page, "done");
    const weights = await weightsOf(page);
    expect(weights === trainedByNode, `the weights are ${weights}, the run's ${trainedByNode}`);
    await page.getByRole("button", { name: "Microscope" }).click();
    await page.waitForSelector(".microscope h2", patience);
    const said = (await page.textContent(".microscope .state"))!;
    expect(said.includes("after 352"), `the microscope is at: ${said}`);
    return said;
  },
};
