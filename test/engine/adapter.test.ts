import { describe, expect, it } from "vitest";
import { describeAdapter } from "../../engine/adapter.ts";

interface Info {
  vendor: string;
  architecture?: string;
  device?: string;
  description?: string;
  subgroups?: [number, number];
  features?: string[];
}

/** What describeAdapter sees of an adapter. */
function adapter({
  vendor,
  architecture = "",
  device = "",
  description = "",
  subgroups,
  features = [],
}: Info) {
  const [subgroupMinSize, subgroupMaxSize] = subgroups ?? [4, 128];
  const info = { vendor, architecture, device, description, subgroupMinSize, subgroupMaxSize };
  const limits = { maxComputeWorkgroupStorageSize: 32768 };
  return { info, features: new Set(features), limits } as unknown as GPUAdapter;
}

describe("describeAdapter", () => {
  it("takes graphics cards for GPUs and names their profile by vendor and architecture", () => {
    const nvidia = describeAdapter(adapter({ vendor: "nvidia", architecture: "turing", device: "rtx-2080" }));
    expect(nvidia).toMatchObject({ class: "gpu", key: "nvidia-turing", software: false, device: "rtx-2080" });
    const apple = describeAdapter(
      adapter({ vendor: "apple", architecture: "metal-3", description: "Apple M2" }),
    );
    expect(apple).toMatchObject({ class: "gpu", key: "apple-metal-3", software: false });
    const intel = describeAdapter(adapter({ vendor: "intel", architecture: "gen-12lp" }));
    expect(intel).toMatchObject({ class: "gpu", key: "intel-gen-12lp", software: false });
  });

  it.each([
    [{ vendor: "nvidia", architecture: "hopper", description: "NVIDIA H200" }, false],
    [{ vendor: "amd", architecture: "rdna-3", description: "AMD Radeon RX 7900 XTX (RADV NAVI31)" }, false],
    [{ vendor: "amd", architecture: "rdna-3", description: "AMD Radeon 780M Graphics (RADV PHOENIX)" }, true],
    [{ vendor: "amd", architecture: "gcn-5", description: "AMD Radeon(TM) Graphics" }, true],
    [{ vendor: "intel", architecture: "gen-12lp", description: "Intel(R) Iris(R) Xe Graphics" }, true],
    [{ vendor: "intel", architecture: "gen-12hp", description: "Intel(R) Arc(TM) A770 Graphics" }, false],
    [{ vendor: "apple", architecture: "metal-3" }, true],
    [{ vendor: "", architecture: "" }, false],
    [{ vendor: "mesa", architecture: "software", description: "llvmpipe (LLVM 15.0.6)" }, false],
  ])("tells GPUs inside of processors by their names: %j", (info, integrated) => {
    expect(describeAdapter(adapter(info)).integrated).toBe(integrated);
  });

  it("knows lavapipe by the name of its device", () => {
    // as Dawn 0.6.2 reports Mesa 25.0.7
    const description = "llvmpipe: Mesa 25.0.7-2~bpo12+1 (LLVM 15.0.6) 0.0.1";
    const device = "llvmpipe-llvm-15-0-6-256-bits-";
    const facts = describeAdapter(adapter({ vendor: "mesa", architecture: "software", device, description }));
    expect(facts).toMatchObject({ class: "lavapipe", key: "mesa-software", software: true });
    expect(facts.device).toBe("llvmpipe-llvm-15-0-6-256-bits");
  });

  it("knows SwiftShader by its architecture, in Dawn and in Chromium", () => {
    const facts = describeAdapter(adapter({ vendor: "google", architecture: "swiftshader" }));
    expect(facts).toMatchObject({ class: "swiftshader", key: "google-swiftshader", software: true });
    expect(describeAdapter(adapter({ vendor: "google", device: "SwiftShader Device" })).class).toBe(
      "swiftshader",
    );
  });

  it("makes a file name of every key", () => {
    expect(describeAdapter(adapter({ vendor: "" })).key).toBe("unknown-unknown");
    expect(describeAdapter(adapter({ vendor: "a/b", architecture: "../c d" })).key).toBe("a-b--c-d");
  });

  it("counts on subgroups only where they are there and of one size", () => {
    const size = (info: Partial<Info>) => describeAdapter(adapter({ vendor: "x", ...info })).subgroupSize;
    expect(size({ subgroups: [32, 32], features: ["subgroups"] })).toBe(32);
    expect(size({ subgroups: [8, 32], features: ["subgroups"] })).toBe(0);
    expect(size({ subgroups: [32, 32] })).toBe(0);
  });

  it("lists the features in alphabetical order", () => {
    const { features } = describeAdapter(adapter({ vendor: "x", features: ["subgroups", "shader-f16"] }));
    expect(features).toEqual(["shader-f16", "subgroups"]);
  });
});
