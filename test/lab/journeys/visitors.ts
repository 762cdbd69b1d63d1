/** @file Visitors that a page does not wish for. */
import { expect, inState, type Journey, patience } from "../journey.ts";

/** Links that somebody wrote by hand. */
export const hostileLink: Journey = {
  name: "a hostile link: named, and the start shown",
  async go({ page, address }) {
    const script = encodeURIComponent("<img src=x onerror=alert(1)>");
    let alerts = 0;
    page.on("dialog", (dialog) => {
      alerts++;
      void dialog.dismiss();
    });
    await page.goto(`${address}?lang=en&experiment=${script}&seed=-5&view=${script}&at=${script}`);
    await inState(page, "training");
    const notices = await page.locator(".notice").allTextContents();
    for (const name of ["experiment", "seed", "view", "at"])
      expect(
        notices.some((text) => text.includes(name)),
        `no word on ${name}: ${notices}`,
      );
    await page.goto(`${address}?lang=en&experiment=svhn-cc`);
    await page.waitForSelector(".notice[data-state='failed']", patience);
    const said = (await page.textContent(".notice[data-state='failed']"))!;
    expect(said.includes("Did you mean svhn-c?") && alerts === 0, said);
    return said;
  },
};

export const withoutWebGpu: Journey = {
  name: "a browser without WebGPU: what to do",
  async go({ page, address }) {
    await page.addInitScript(() => {
      Reflect.deleteProperty(Navigator.prototype, "gpu");
    });
    await page.goto(`${address}?lang=es`);
    const said = (await page.textContent("main"))!;
    expect(said.includes("Este navegador no tiene WebGPU"), said);
    return said.slice(0, 40);
  },
};
