/** @file How Chromium is started for tests: with SwiftShader for its GPU. */
export const chromiumFlags = [
  "--headless=new",
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
  "--no-first-run",
];
