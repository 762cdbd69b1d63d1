/** @file Visitors that a page does not wish for. */
import svhn from "../../../docs/results/svhn-c-quick-lavapipe.json" with { type: "json" };
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
  name: "a browser without WebGPU: what to do, recorded numbers of a run, and the lessons",
  async go({ page, address }) {
    await page.addInitScript(() => {
      Reflect.deleteProperty(Navigator.prototype, "gpu");
    });
    await page.goto(`${address}?lang=es`);
    await page.waitForSelector(".recorded .plot", patience);
    const said = (await page.textContent("body"))!;
    for (const words of ["Este navegador no tiene WebGPU", "grabado", "Grabado, no calculado aquí: svhn-c"])
      expect(said.includes(words), `no word of "${words}": ${said.slice(0, 500)}`);
    const accuracy = await page.locator("[data-recorded=test_accuracy]").first().textContent();
    const kept = `${(100 * Number(svhn.measured.test_accuracy)).toFixed(2).replace(".", ",")}\u00a0%`;
    expect(accuracy === kept, `the recorded accuracy is ${accuracy}, docs/results has ${kept}`);
    await page.goto(`${address}?lang=en&view=lessons&lesson=dense&part=2`);
    await page.fill(".part[aria-current] .predict input", "-4", patience);
    await page.waitForSelector(".part[aria-current] .predict button.main:enabled", patience);
    await page.keyboard.press("Enter");
    const verdict = (await page.textContent(".part[aria-current] .verdict[data-verdict=right]"))!;
    expect(verdict.includes("d w[1,1] = -4"), `the recorded number: ${verdict}`);
    return `${accuracy}, ${verdict.slice(-13)}`;
  },
};
