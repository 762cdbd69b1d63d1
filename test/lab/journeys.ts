/** @file What visitors do in the lab, each journey ending in something that is compared. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { BrowserContext, Page } from "playwright-core";
import { views } from "../../web/address.ts";

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** of the lab */
  readonly address: string;
  /** SHA-256 of what `wgrad train` writes as weights.safetensors, trained by Node on SwiftShader on the same images */
  readonly trainedByNode: string;
  /** the query that opens that run */
  readonly runLink: string;
}

export interface Journey {
  readonly name: string;
  /** a run by Node is compared with */
  readonly needsRun?: true;
  /** Returns what it found, in words; throws for what is wrong. */
  go(visit: Visit): Promise<string>;
}

const patience = { timeout: 8 * 60_000 };

function expect(fulfilled: boolean, what: string): void {
  if (!fulfilled) throw new Error(what);
}

/** The state of the training, as the page says it. */
const inState = (page: Page, state: string) =>
  page.waitForSelector(`.state[data-state="${state}"]`, patience);

async function stepsDone(page: Page): Promise<number> {
  const text = (await page.textContent(".state")) ?? "";
  return Number(/step (\d+)/.exec(text)?.[1] ?? 0);
}

async function untilStep(page: Page, step: number): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      Number(/step (\d+)/.exec(document.querySelector(".state")?.textContent ?? "")?.[1] ?? 0) >= wanted,
    step,
    patience,
  );
}

async function weightsOf(page: Page): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent("download", patience),
    page.getByRole("button", { name: "Download the weights" }).click(),
  ]);
  return createHash("sha256")
    .update(readFileSync(await file.path()))
    .digest("hex");
}

/** From the first load to the last epoch, with all that may come between. */
const train: Journey = {
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

/** What the microscope says of a number: its value, and the total of the sum that it shows. */
const microscope: Journey = {
  name: "microscope: a linked weight, its sum in the buffer's bits, its gradient as the loss moves, and a click further",
  async go({ page, address }) {
    await page.goto(`${address}?lang=en&seed=2&view=microscope&at=conv2d_1/kernel[2,1,0,7]`);
    await page.waitForSelector(".microscope h2", patience);
    const facts = await page.locator(".microscope .bounds dd").allTextContents();
    const [gradient, difference] = [facts[1]!, facts[2]!].map((text) => Number.parseFloat(text)) as [
      number,
      number,
    ];
    const resolution = Number(/± (\S+)/.exec(facts[2]!)![1]);
    expect(
      Math.abs(gradient - difference) <= 4 * resolution + 0.05 * Math.abs(gradient),
      `the gradient is ${gradient}, the central difference ${difference} ± ${resolution}`,
    );
    const equation = (await page.locator(".equation").first().textContent())!;
    expect(equation.includes("float32 comes to these bits"), `the sum ends elsewhere: ${equation}`);
    const total = Number(
      await page.locator(".terms").first().locator("tfoot tr:last-child td:last-child").textContent(),
    );
    expect(total === gradient, `the terms come to ${total}, the gradient is ${gradient}`);
    const pixel = page.locator(".terms").first().locator("button.link").first();
    const name = (await pixel.textContent())!;
    await pixel.click();
    await page.waitForFunction(
      (wanted) => document.querySelector(".microscope h2")?.textContent?.includes(wanted),
      name,
    );
    expect(page.url().includes("at=input"), `the address does not follow: ${page.url()}`);
    await page.fill(".field input[type=text]", "conv2d_9/kernel[0,0,0,0]");
    await page.getByRole("button", { name: "Show" }).click();
    await page.waitForSelector(".microscope .notice");
    const refused = (await page.textContent(".microscope .notice"))!;
    expect(refused.includes("there is nothing of that name"), refused);
    return `gradient ${gradient}, central difference ${difference}, then ${name}`;
  },
};

/** A run that the command line made: its weights in the page, and in the microscope. */
const savedRun: Journey = {
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

/** The launches of a step: as many as the trace of Node's would have, scrubbed by the keyboard. */
const slowMotion: Journey = {
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

/** Links that somebody wrote by hand. */
const hostileLink: Journey = {
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

const withoutWebGpu: Journey = {
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

/** Nothing is loaded from elsewhere; words in both languages; nothing sticks out, at any size; nothing that axe-core finds serious. */
const looks: Journey = {
  name: "every view: in both languages, light and dark, at three sizes, by axe-core",
  async go({ page, address }) {
    const foreign: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url()))
        foreign.push(request.url());
    });
    const axe = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
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

export const journeys: readonly Journey[] = [
  withoutWebGpu,
  hostileLink,
  looks,
  slowMotion,
  microscope,
  savedRun,
  train,
];
