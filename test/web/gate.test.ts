import { describe, expect, it } from "vitest";
import { Gate } from "../../web/worker/gate.ts";

describe("the gate", () => {
  it("does what waits between two steps, paused or not", async () => {
    const gate = new Gate();
    const first = gate.between(async () => 1);
    await gate.pass();
    expect(await first).toBe(1);
    gate.close();
    const passing = gate.pass();
    expect(await gate.between(async () => 2)).toBe(2);
    gate.open();
    await passing;
  });

  it("tells those who wait that no step follows", async () => {
    const gate = new Gate();
    const waiting = gate.between(async () => 1);
    gate.end(new Error("the GPU was lost"));
    await expect(waiting).rejects.toThrow("the GPU was lost");
  });
});
