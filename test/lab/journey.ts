/** @file What every journey needs: what it visits, and how it waits. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { BrowserContext, Page } from "playwright-core";

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

export const patience = { timeout: 8 * 60_000 };

export function expect(fulfilled: boolean, what: string): void {
  if (!fulfilled) throw new Error(what);
}

/** The state of the training, as the page says it. */
export const inState = (page: Page, state: string) =>
  page.waitForSelector(`.state[data-state="${state}"]`, patience);

export async function stepsDone(page: Page): Promise<number> {
  const text = (await page.textContent(".state")) ?? "";
  return Number(/step (\d+)/.exec(text)?.[1] ?? 0);
}

export async function untilStep(page: Page, step: number): Promise<void> {
  await page.waitForFunction(
    (wanted) =>
      Number(/step (\d+)/.exec(document.querySelector(".state")?.textContent ?? "")?.[1] ?? 0) >= wanted,
    step,
    patience,
  );
}

export async function weightsOf(page: Page): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent("download", patience),
    page.getByRole("button", { name: "Download the weights" }).click(),
  ]);
  return createHash("sha256")
    .update(readFileSync(await file.path()))
    .digest("hex");
}
