/** @file Lessons: a prediction that is wrong, then right; the sum that made the number; a link of a teacher; paper. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { createEngine } from "../../../engine/index.ts";
import { firstValues, type HandValues } from "../../../lessons/by-hand/examples.ts";
import { HandWork } from "../../../lessons/by-hand/hand-work.ts";
import { exactly } from "../../../lessons/microscope/numbers.ts";
import { expect, type Journey, patience } from "../journey.ts";

const current = ".part[aria-current]";

/** An output of the convolution by Node on SwiftShader. */
async function byNode(values: HandValues): Promise<number> {
  const engine = await createEngine({ adapter: "swiftshader" });
  const work = HandWork.take(engine, "conv2d", values);
  const { value } = await work.explain("y", 4);
  work.dispose();
  engine.dispose();
  return value;
}

/** Types a prediction and says what the page makes of it. */
async function predict(page: Page, typed: string, verdict: "right" | "smaller"): Promise<string> {
  await page.fill(`${current} .predict input[type=text]`, typed);
  await page.waitForSelector(`${current} .predict button.main:enabled`, patience);
  await page.keyboard.press("Enter");
  return (await page.textContent(`${current} .verdict[data-verdict=${verdict}]`))!;
}

export const lesson: Journey = {
  name: "lessons: a convolution predicted wrongly, then rightly, to Node's bits; a Spanish link to a part; on paper",
  async go({ page, address }) {
    await page.goto(`${address}?lang=en&view=lessons&lesson=conv2d`);
    await page.waitForSelector(`${current} .predict button:enabled`, patience);
    const values: HandValues = {
      ...firstValues("conv2d"),
      image: firstValues("conv2d").image!.with(12, 0.3),
      filter: firstValues("conv2d").filter!.with(4, 0.7),
    };
    for (const [name, value] of [
      ["image[0,2,2,0]", "0.3"],
      ["filter[1,1,0,0]", "0.7"],
    ] as const) {
      await page.fill(`${current} input[aria-label="${name}"]`, value);
      await page.keyboard.press("Tab");
    }
    const expected = await byNode(values);
    await page.waitForSelector(`${current} [data-lit]`, patience);
    const lit = await page.locator(`${current} [data-lit] input`).count();
    expect(lit === 19, `${lit} numbers are highlighted: 9 pixels, 9 weights and the bias were expected`);
    const wrong = await predict(page, String(Math.ceil(expected) + 3), "smaller");
    expect(wrong === "No, y[0,1,1,0] is smaller.", `a wrong prediction: ${wrong}`);
    const hidden = await page.textContent(`${current} [aria-pressed=true]`);
    expect(hidden === "?", `the number shows although it was not found: ${hidden}`);
    const right = await predict(page, expected.toFixed(2).replace(".", ","), "right");
    expect(right.includes(`y[0,1,1,0] = ${exactly(expected)}`), `Node has ${exactly(expected)}: ${right}`);
    const [bias, products] = await page.locator(`${current} .equation`).allTextContents();
    for (const equation of [bias!, products!])
      expect(equation.includes("float32 comes to these bits"), `the sum ends elsewhere: ${equation}`);
    const total = await page.textContent(`${current} .terms tfoot tr:last-child td:last-child`);
    const sum = Math.fround(Number(total) + values.b![0]!);
    expect(sum === expected, `the terms and the bias come to ${sum}, the buffer has ${expected}`);
    await onPaper(page);
    await page.goto(`${address}?lang=es&view=lessons&lesson=conv2d&part=2`);
    const title = (await page.textContent(`${current} h3`, patience))!;
    expect(title === "2. El gradiente de un peso", `the link opens at: ${title}`);
    return `y[0,1,1,0] = ${exactly(expected)}, ${title}`;
  },
};

/** All parts, a blank for each prediction, no number that was to be found. */
async function onPaper(page: Page): Promise<void> {
  await page.emulateMedia({ media: "print" });
  const seen = (selector: string) => page.locator(selector).filter({ visible: true }).count();
  const [parts, blanks, answers, sums] = await Promise.all(
    [".part", ".blank", ".answer", ".sum, .verdict, .after"].map(seen),
  );
  expect(parts === 3 && blanks === 3, `on paper there are ${parts} parts with ${blanks} blanks`);
  expect(answers === 0 && sums === 0, `on paper ${answers} answers and ${sums} sums are to be seen`);
  const paper = await page.pdf({ format: "A4" });
  expect(paper.length > 10_000, `the PDF has ${paper.length} bytes`);
  await page.emulateMedia({ media: "screen" });
}

/** A question of the assignment: guessed by the keyboard, then the figure of docs/results beside the published one, and on to the lab. */
export const question: Journey = {
  name: "lessons: a question of the assignment, a guess, the figures of the run, and the training behind them",
  async go({ page, address }) {
    await page.goto(`${address}?lang=en&view=lessons&lesson=svhn-c`);
    await page.waitForSelector(".question .predict", patience);
    const path = (await page.textContent(".runs code"))!;
    const kept = JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"));
    const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
    const [measured, published] = [kept.measured.test_accuracy, kept.published[0].published].map(percent);
    const before = (await page.textContent(".question"))!.replaceAll("\u00a0", " ");
    expect(!before.includes(measured!), `the answer shows before the guess: ${before}`);
    await page.fill(".predict input", "80");
    await page.keyboard.press("Enter");
    const rows = await page.locator(".figures tr").allTextContents();
    const expected = ["your guess80.00 %", `this project's run${measured}`, `published${published}`];
    expect(
      JSON.stringify(rows.map((row) => row.replaceAll("\u00a0", " "))) === JSON.stringify(expected),
      `the figures are ${rows}`,
    );
    await page.getByRole("link", { name: "See it alive" }).click();
    await page.waitForSelector('.state[data-state="training"]', patience);
    expect(!page.url().includes("view=lessons"), `the link leads to ${page.url()}`);
    return rows.join(", ");
  },
};
