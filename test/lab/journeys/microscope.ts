/** @file The microscope. */
import { expect, type Journey, patience } from "../journey.ts";

/** What the microscope says of a number: its value, and the total of the sum that it shows. */
export const microscope: Journey = {
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
