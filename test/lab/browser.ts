/** @file A browser with SwiftShader for its GPU, as test:browser has it: Debian's, or the one that npm brings. */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";
import { chromiumFlags } from "../support/chromium-flags.ts";

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.WGRAD_CHROMIUM ?? (await chromium.executablePath());
  return playwright.launch({ executablePath, args: chromiumFlags, headless: true });
}
