import { closeSync, existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { platform } from "#platform";
import { type AdapterChoice, describeAdapter } from "../../engine/adapter.ts";
import { createEngine } from "../../engine/device.ts";
import { AdapterError, ArgumentError } from "../../engine/errors.ts";
import { findAdapter } from "../../engine/find-adapter.ts";
import { adapterChoice } from "./adapter-choice.ts";
import { product } from "./ops.ts";

const environment = { ...process.env };
afterEach(() => {
  for (const name of ["VK_ICD_FILENAMES", "VK_DRIVER_FILES"]) {
    if (environment[name] === undefined) delete process.env[name];
    else process.env[name] = environment[name];
  }
});

/** Opens the adapter in this process and multiplies on it. */
async function expectWorks(adapter: AdapterChoice): Promise<void> {
  const engine = await createEngine({ adapter });
  expect(engine.adapter.class).toBe(adapter);
  expect(engine.adapter.software).toBe(true);
  const x = engine.tensor([1, 2, 3]);
  expect(await product(x, x).data()).toEqual(Float32Array.of(1, 4, 9));
  engine.dispose();
}

describe("findAdapter", () => {
  it("suggests the nearest name for an unknown one", async () => {
    const find = findAdapter("lavapip" as AdapterChoice);
    await expect(find).rejects.toThrow(ArgumentError);
    await expect(find).rejects.toThrow(
      'adapter: unknown "lavapip", did you mean "lavapipe"? One of auto, hardware, lavapipe, swiftshader.',
    );
    await expect(findAdapter("cuda" as AdapterChoice)).rejects.toThrow('unknown "cuda". One of auto');
  });

  it("finds some adapter; `hardware` finds a GPU or says what to install for one", async () => {
    const any = describeAdapter(await findAdapter("auto"));
    const hardware = await findAdapter("hardware").catch((reason: unknown) => reason);
    if (any.software) {
      expect(hardware).toBeInstanceOf(AdapterError);
      expect((hardware as Error).message).toBe(
        `No hardware adapter found, only ${any.device}. ${platform.advice()}`,
      );
    } else expect(describeAdapter(hardware as GPUAdapter).class).toBe("gpu");
  });

  it("opens the SwiftShader of npm install within this process", async ({ skip }) => {
    if (process.platform !== "linux" || process.arch !== "x64") {
      await expect(findAdapter("swiftshader")).rejects.toThrow(AdapterError);
      skip("the bundled SwiftShader is for x86-64 Linux");
    }
    await expectWorks("swiftshader");
  });

  it("opens lavapipe within this process, or says what to install", async ({ skip }) => {
    const folders = ["/usr/share/vulkan/icd.d", "/etc/vulkan/icd.d", "/usr/local/share/vulkan/icd.d"];
    const files = ["lvp_icd.json", "lvp_icd.x86_64.json", "lvp_icd.aarch64.json"];
    if (!folders.some((folder) => files.some((file) => existsSync(`${folder}/${file}`)))) {
      await expect(findAdapter("lavapipe")).rejects.toThrow("mesa-vulkan-drivers");
      skip("lavapipe is not installed");
    }
    await expectWorks("lavapipe");
  });

  it("falls back to SwiftShader where the Vulkan loader knows no driver", async ({ skip }) => {
    if (process.platform !== "linux" || process.arch !== "x64") skip("SwiftShader is for x86-64 Linux");
    process.env.VK_ICD_FILENAMES = "/nowhere/no-driver.json";
    delete process.env.VK_DRIVER_FILES;
    expect(describeAdapter(await findAdapter("auto")).class).toBe("swiftshader");
  });
});

describe("engines one after the other", () => {
  it("leave no threads and no open files behind", async ({ skip }) => {
    if (process.platform !== "linux") skip("counts what /proc/self lists");
    const open = async () => {
      const engine = await createEngine({ adapter: adapterChoice });
      await engine.one.data();
      engine.dispose();
      return ["task", "fd"].map((kind) => readdirSync(`/proc/self/${kind}`).length);
    };
    const [threads, files] = await open();
    let last = await open();
    for (let i = 0; i < 4; i++) last = await open();
    await Promise.all([open(), open()]);
    expect(last[0]).toBeLessThan(threads! + 5); // one of Node's own may come late; an instance of Dawn has five
    expect(last[1]).toBeLessThan(files! + 4);
  });

  it("that find no file to open say so, and work once there are some", async ({ skip }) => {
    if (process.platform !== "linux") skip("on Linux drivers are files");
    const limits = readFileSync("/proc/self/limits", "utf8");
    if (Number(/open files +(\d+)/.exec(limits)?.[1]) > 65_536) skip("it takes long to open so many files");
    process.env.VK_ICD_FILENAMES = "/nowhere/no-driver.json"; // no instance was made with this one
    const held: number[] = [];
    try {
      for (;;) held.push(openSync("/dev/null", "r"));
    } catch {
      // as many as this process may have
    }
    const error = await findAdapter("auto").catch((reason: unknown) => reason);
    for (const file of held) closeSync(file);
    expect(error).toBeInstanceOf(AdapterError);
    expect((error as Error).message).toMatch(/cannot open files \(EMFILE: .*raise the limit \(ulimit -n\)/);
  });
});

describe("advice", () => {
  it("names packages on Linux", () => {
    const text = platform.advice();
    if (process.platform === "linux") expect(text).toMatch(/mesa-vulkan-drivers.*@sparticuz\/chromium/);
    else expect(text).toMatch(/graphics driver/);
  });
});
