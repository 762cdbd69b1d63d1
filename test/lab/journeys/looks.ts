/** @file How the page looks, and whom it leaves out. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { views } from "../../../web/address.ts";
import { expect, type Journey, untilStep } from "../journey.ts";

/** Nothing is loaded from elsewhere; words in both languages; nothing sticks out, at any size; nothing that axe-core finds serious. */
export const looks: Journey = {
  name: "every view: in both languages, light and dark, at three sizes, by axe-core",
  async go({ page, address }) {
    const foreign: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url()))
        foreign.push(request.url());
    });
    const axe = readFileSync(new URL("../../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
    await page.goto(`${address}?lang=en&seed=4`);
    await untilStep(page, 2);
    await page.getByRole("button", { name: "Pause" }).click();
    const found: string[] = [];
    for (const view of views) {
      await page.locator("nav button").nth(views.indexOf(view)).click();
      await page.waitForTimeout(3000);
      for (const colorScheme of ["light", "dark"] as const)
        for (const [width, height] of [
          [1280, 720],
          [1920, 1080],
          [390, 844],
        ] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height });
          await page.waitForTimeout(200);
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          if (wider > 0) found.push(`${view} at ${width} sticks out by ${wider} pixels`);
          const pictures = process.env.WGRAD_PICTURES;
          if (pictures) await page.screenshot({ path: `${pictures}/${view}-${width}-${colorScheme}.png` });
        }
      found.push(...(await seriousIn(page, axe)).map((what) => `${view}: ${what}`));
    }
    found.push(...foreign.map((url) => `a request left the machine: ${url}`));
    expect(found.length === 0, found.join("\n"));
    return `${views.length} views`;
  },
};

async function seriousIn(page: Page, axe: string): Promise<string[]> {
  return page.evaluate(async (source) => {
    interface Axe {
      run(): Promise<{ violations: { id: string; impact: string | null; nodes: { html: string }[] }[] }>;
    }
    const scope = globalThis as typeof globalThis & { axe?: Axe };
    if (!scope.axe) new Function(source).call(globalThis);
    const { violations } = await scope.axe!.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
  }, axe);
}
