/** @file The ladder of this adapter, as a picture and as a file that `npm run bench` reads. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readResults } from "../../../bench/readme-table.ts";
import { adapterName } from "../../../bench/result-file.ts";
import { expect, type Journey, patience } from "../journey.ts";

export const ladder: Journey = {
  name: "ladder: measured rung by rung, and its JSON is one of npm run bench",
  async go({ page, address }) {
    await page.goto(`${address}?lang=en&view=ladder&ladders=dense`);
    await page.getByRole("button", { name: "Measure", exact: true }).click();
    await page.waitForSelector('.climbing[data-state="done"]', patience);
    const [file] = await Promise.all([
      page.waitForEvent("download", patience),
      page.getByRole("button", { name: "Download as JSON" }).click(),
    ]);
    const folder = mkdtempSync(join(tmpdir(), "wgrad-ladder-"));
    await file.saveAs(join(folder, file.suggestedFilename()));
    const [result] = readResults(folder);
    rmSync(folder, { recursive: true });
    expect(result !== undefined, "the bench does not read the file");
    const { rows, adapter } = result!;
    const variants = rows.map(({ variant }) => variant);
    expect(
      ["naive", "registers", "tiled"].every((name) => variants.includes(name)),
      `timed: ${variants}`,
    );
    for (const { variant, gflops } of rows) {
      const shown = Number(await page.getAttribute(`[data-rung="${variant}"]`, "data-gflops"));
      expect(gflops > 0 && shown === gflops, `${variant}: ${shown} is shown, ${gflops} in the file`);
    }
    const missing = await page.textContent('[data-rung="subgroup-matrix"]');
    expect(missing!.includes("no browser"), missing!);
    return `${adapterName({ adapter })}: ${rows.map((row) => `${row.variant} ${row.gflops.toPrecision(3)}`).join(", ")} GFLOP/s`;
  },
};
