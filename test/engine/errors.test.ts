import { describe, expect, it } from "vitest";
import {
  DeviceLostError,
  deviceLost,
  formatBytes,
  formatShape,
  InterruptedError,
  MemoryError,
  nearest,
  UsageError,
  WgradError,
} from "../../engine/errors.ts";

describe("errors", () => {
  it("carry the exit code of the command line and their own name", () => {
    expect(new WgradError("x").exitCode).toBe(1);
    expect(new MemoryError("x").exitCode).toBe(1);
    expect(new UsageError("x").exitCode).toBe(2);
    expect(new InterruptedError("x").exitCode).toBe(130); // 128 + SIGINT
    expect(new UsageError("x").name).toBe("UsageError");
    expect(new UsageError("x")).toBeInstanceOf(WgradError);
  });

  it("keep the cause", () => {
    const cause = new Error("below");
    expect(new WgradError("above", { cause }).cause).toBe(cause);
  });

  it("say what to do when the device is lost", () => {
    const error = deviceLost("driver reset.\n");
    expect(error).toBeInstanceOf(DeviceLostError);
    expect(error.message).toBe(
      "The GPU device was lost: driver reset. Its tensors are gone: restart, or create a new engine. " +
        "A training run goes on from its last checkpoint with --resume.",
    );
    expect(deviceLost("").message).toContain("lost: no reason given. Its");
  });
});

describe("formatBytes", () => {
  it("uses decimal units and three digits", () => {
    const cases = { 0: "0 B", 999: "999 B", 1000: "1 kB", 1536: "1.54 kB", 999499: "999 kB", 999500: "1 MB" };
    for (const [bytes, text] of Object.entries(cases)) expect(formatBytes(Number(bytes))).toBe(text);
    expect(formatBytes(2 ** 27)).toBe("134 MB");
    expect(formatBytes(3.2e15)).toBe("3200 TB");
  });
});

describe("formatShape", () => {
  it("writes sizes without spaces", () => {
    expect(formatShape([128, 32, 32, 3])).toBe("[128,32,32,3]");
    expect(formatShape([])).toBe("[]");
  });
});

describe("nearest", () => {
  const names = ["lavapipe", "hardware", "swiftshader"];

  it("finds the candidate with the fewest typing errors, whatever the case", () => {
    expect(nearest("lavapip", names)).toBe("lavapipe");
    expect(nearest("SwiftSader", names)).toBe("swiftshader");
    expect(nearest("hradware", names)).toBe("hardware");
    expect(nearest("lavapipe", names)).toBe("lavapipe");
  });

  it("suggests nothing for a word that is far from all", () => {
    expect(nearest("cuda", names)).toBeUndefined();
    expect(nearest("", names)).toBeUndefined();
    expect(nearest("x", [])).toBeUndefined();
  });
});
