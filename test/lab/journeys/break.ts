/** @file A kernel that is broken on purpose: the row of the gradient check that turns red, as Node finds it. */
import { createEngine } from "../../../engine/index.ts";
import { kernelId } from "../../../engine/source.ts";
import { checkCase } from "../../../lessons/gradcheck/check.ts";
import { operations } from "../../../lessons/gradcheck/operations.ts";
import { brokenSource } from "../../../lessons/mutants/changed-lines.ts";
import { idOf, mutantNamed } from "../../../web/worker/mutant-names.ts";
import { expect, type Journey, patience, untilStep } from "../journey.ts";

const mutant = mutantNamed("pool2d/max-backward~0"); // the padding is forgotten
const op = "max-pool2d";

/** The red rows, as the page writes them, by the gradient check in Node. */
async function redInNode(): Promise<string[]> {
  const shaders = { [kernelId(mutant.file)]: brokenSource(mutant) };
  const engine = await createEngine({ adapter: "swiftshader", shaders });
  const red: string[] = [];
  for (const example of operations.find(({ name }) => name === op)!.cases)
    for (const { input, worst, passed } of (await checkCase(engine, example, 1)).gradients)
      if (!passed) red.push(`${op}|${example.label}|${input}|${worst.analytic}|${worst.numeric}`);
  engine.dispose();
  return red;
}

/** The row that is red in Node is red in the page, to the bits; the shipped kernels have none. Then a hidden error is found. */
export const breakGradient: Journey = {
  name: "break: a known error turns the row red that Node says, the shipped kernels none; a bug is hunted",
  async go({ page, address }) {
    await page.goto(`${address}?lang=en&mutant=${encodeURIComponent(idOf(mutant))}`);
    await untilStep(page, 1);
    await page.getByRole("button", { name: "Pause" }).click(); // the software adapter has enough to do
    await page.getByRole("button", { name: "Break" }).click();
    await page.waitForSelector("[data-red]", patience);
    expect((await page.getAttribute("[data-rows]", "data-shipped-red")) === "0", "shipped rows are red");
    const red = await page.$$eval("tr[data-is-red=true]", (rows) =>
      rows.map((row) => {
        const { op: name, case: label, input } = (row as HTMLElement).dataset;
        const numbers = [...row.querySelectorAll<HTMLElement>("[data-analytic], [data-numeric]")];
        const values = numbers.map(({ dataset }) => dataset.analytic ?? dataset.numeric);
        return [name, label, input, ...values].join("|");
      }),
    );
    const inNode = await redInNode();
    expect(red.length > 0 && red.join() === inNode.join(), `the page: ${red}; Node: ${inNode}`);
    await page.waitForSelector("[data-trained=true]", { ...patience, state: "attached" });
    await page.getByRole("button", { name: "Find the bug" }).click();
    const guess = page.getByRole("button", { name: "It is this line" });
    await page.waitForSelector(".game input[type=radio], .said .notice", patience);
    const problem = page.locator(".said .notice");
    expect((await problem.count()) === 0, (await problem.allTextContents()).join());
    await guess.click();
    await page.waitForSelector(".verdict", patience);
    const answer = page.locator(".game label[data-answer=true]");
    await answer.click();
    await guess.click();
    const said = page.locator(".verdict[data-right=true]");
    await said.waitFor(patience);
    return `${red[0]}; ${(await answer.innerText()).replace("\n", " ")}`;
  },
};
