/** @file Chromium with SwiftShader for its GPU, for tests and benches: the one of WGRAD_CHROMIUM, or the one that npm brings. */
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

export const chromiumFlags = [
  "--headless=new",
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--no-first-run",
];

export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env.WGRAD_CHROMIUM ?? (await chromium.executablePath());
  return playwright.launch({ executablePath, args: chromiumFlags, headless: true });
}
