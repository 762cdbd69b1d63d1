/** @file A picture of the visitor's. */
import type { Page } from "playwright-core";
import { PNG } from "pngjs";
import { svhnC } from "../../../experiments/svhn/svhn-c.ts";
import { readImages } from "../../../runner/lab/image-file.ts";
import { expect, inState, type Journey, patience, untilStep } from "../journey.ts";

const seed = 5;

/** A PNG of these bytes [h, w, 3]. */
function pngOf(bytes: Uint8Array, width: number, height: number): Buffer {
  const png = new PNG({ width, height, colorType: 2 });
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) png.data[4 * i + c] = bytes[3 * i + c]!;
    png.data[4 * i + 3] = 255;
  }
  return PNG.sync.write(png);
}

async function choose(page: Page, name: string, buffer: Buffer): Promise<void> {
  await page.setInputFiles("input[type=file]", { name, mimeType: "application/octet-stream", buffer });
}

/** What the network answers: its share for every class. */
const sharesOf = (page: Page) =>
  page
    .locator(".bars [data-share]")
    .evaluateAll((bars) => bars.map((bar) => bar.getAttribute("data-share")).join(" "));

export const draw: Journey = {
  name: "draw: a file of a test image is answered as that image is; one of 40 megapixels and one that is no image are refused",
  async go({ page, address }) {
    await page.goto(`${address}?lang=en&seed=${seed}&image=1`);
    await untilStep(page, 2);
    await page.getByRole("button", { name: "Pause" }).click();
    await inState(page, "paused");
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.waitForSelector(".bars [data-share]", patience);
    const own = await sharesOf(page);
    const { limit, testLimit } = svhnC.profiles.quick;
    const answer = await fetch(
      `${address}api/images/svhn?seed=${seed}&limit=${limit}&testLimit=${testLimit}`,
    );
    const { test } = readImages(new Uint8Array(await answer.arrayBuffer()));
    const size = 32 * 32 * 3;
    const other = test.images.slice(0, size);
    await choose(page, "other.png", pngOf(other, 32, 32));
    await page.waitForFunction(
      (before) =>
        [...document.querySelectorAll(".bars [data-share]")]
          .map((bar) => bar.getAttribute("data-share"))
          .join(" ") !== before,
      own,
      patience,
    );
    await choose(page, "same.png", pngOf(test.images.slice(size, 2 * size), 32, 32));
    await page.waitForFunction(
      (wanted) =>
        [...document.querySelectorAll(".bars [data-share]")]
          .map((bar) => bar.getAttribute("data-share"))
          .join(" ") === wanted,
      own,
      patience,
    );
    for (const [name, buffer, words] of [
      ["large.png", pngOf(new Uint8Array(3 * 40_000_000), 8000, 5000), "8000 x 5000 pixels"],
      ["notes.txt", Buffer.from("no image at all"), "notes.txt"],
      ["half.png", pngOf(other, 32, 32).subarray(0, 300), "half.png"],
    ] as const) {
      await choose(page, name, buffer);
      await page.locator(".notice", { hasText: words }).waitFor(patience);
      expect((await sharesOf(page)) === own, `${name} changed the answer`);
    }
    return own.split(" ").slice(0, 2).join(", ");
  },
};
