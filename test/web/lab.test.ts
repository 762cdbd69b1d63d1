/** @file The lab's worker, in Node: what is watched, paused, lost and opened again ends in the bits of plain fit(). */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSource } from "../../engine/source.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { Lab } from "../../web/worker/lab.ts";
import type { LabEvent, Look, TrainingState } from "../../web/worker/protocol.ts";

/** svhn-c's network on few images. */
const small: TrainingExperiment = {
  ...svhnC,
  id: "small",
  profiles: {
    full: { epochs: 3, batch: 16, limit: 96, testLimit: 32, description: "" },
    quick: { epochs: 3, batch: 16, limit: 96, testLimit: 32, description: "" },
  },
};

const here = process.cwd();
const folder = mkdtempSync(join(tmpdir(), "wgrad-lab-"));
beforeAll(() => process.chdir(folder)); // where the browser's own file system would be
afterAll(() => {
  process.chdir(here);
  rmSync(folder, { recursive: true });
});

/** A lab, what it told, and a way to wait for that. */
class Visit {
  readonly lab = new Lab([small]);
  readonly events: LabEvent[] = [];
  #heard: () => void = () => {};

  async start(seed: number, afresh = true): Promise<void> {
    const options = { afresh, run: false, page: "http://localhost:1/" }; // where no server is: the images are drawn
    await this.lab.start({ experiment: "small", profile: "quick", seed }, options, (event) => {
      this.events.push(event);
      this.#heard();
    });
  }

  get steps(): number {
    return this.events.reduce((sum, event) => sum + (event.kind === "steps" ? event.steps.length : 0), 0);
  }

  get states(): TrainingState[] {
    return this.events.flatMap((event) => (event.kind === "state" ? [event.state] : []));
  }

  async until(fulfilled: () => boolean): Promise<void> {
    while (!fulfilled()) {
      if (this.states.at(-1) === "failed") throw new Error(JSON.stringify(this.events.at(-1)));
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  async done(): Promise<string> {
    await this.until(() => this.states.at(-1) === "done");
    const path = await this.lab.saveWeights();
    return createHash("sha256").update(readFileSync(path!)).digest("hex");
  }
}

describe("the lab", () => {
  let undisturbed: string;

  it("trains, and tells of every step and epoch", async () => {
    const visit = new Visit();
    await visit.start(1);
    undisturbed = await visit.done();
    expect(visit.steps).toBe(18);
    const [opened] = visit.events.flatMap((event) => (event.kind === "opened" ? [event.opened] : []));
    expect(opened).toMatchObject({ epochs: 3, batchSize: 16, stepsPerEpoch: 6, step: 0, past: [] });
    expect(opened!.data).toMatchObject({ train: 96, test: 32, origin: "synthetic" });
    const points = visit.events.flatMap((event) => (event.kind === "epoch" ? [event.point] : []));
    expect(points.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    for (const { logs } of points) expect(logs.test_error).toBe(1 - logs.test_accuracy!);
    const last = visit.events.findLast((event) => event.kind === "steps")!.steps.at(-1)!;
    expect(Object.keys(last.gradientNorms)).toEqual(["conv2d_1", "conv2d_2", "dense_1", "dense_2"]);
    await visit.lab.close();
  });

  it("comes to the same bits whatever is looked at, paused and measured meanwhile", async () => {
    const visit = new Visit();
    await visit.start(1);
    await visit.until(() => visit.steps >= 2);
    visit.lab.pause();
    const look = await visit.lab.look(3);
    const held = visit.steps;
    const again = await visit.lab.look(3);
    expect(again).toEqual(look);
    expect(await visit.lab.trace(8)).toMatchObject({ batch: 8 });
    expect((await visit.lab.launchValues(3))!.length).toBeGreaterThan(1);
    expect(visit.steps).toBeLessThanOrEqual(held + 1);
    visit.lab.proceed();
    expect(await visit.done()).toBe(undisturbed);
    await visit.lab.close();
  });

  it("goes on from its checkpoint after the device was lost, and after the tab was closed", async () => {
    const visit = new Visit();
    await visit.start(1);
    await visit.until(() => visit.steps >= 7); // in the second epoch
    visit.lab.loseDevice();
    await visit.until(() => visit.states.includes("lost") && visit.states.at(-1) === "training");
    await visit.until(() => visit.events.filter(({ kind }) => kind === "epoch").length >= 2);
    await visit.lab.close();
    const later = new Visit();
    await later.start(1, false);
    expect(await later.done()).toBe(undisturbed);
    expect(later.events.find((event) => event.kind === "opened")?.opened.step).toBeGreaterThan(5);
    await later.lab.close();
  });

  it("looks at an image: its pixels, every layer's output, filters and dead units", async () => {
    const visit = new Visit();
    await visit.start(2);
    await visit.done();
    const { pixels, outputs, filters, dead, label } = (await visit.lab.look(5)) as Look;
    expect(pixels.shape).toEqual([32, 32, 3]);
    expect(outputs.map(({ name }) => name)).toContain("max_pooling2d_2");
    const shares = outputs.at(-1)!.values;
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
    expect(filters.map(({ name }) => name)).toEqual(["conv2d_1/kernel", "conv2d_2/kernel"]);
    expect(dead.map(({ layer, units }) => [layer, units])).toEqual([
      ["conv2d_1", 8],
      ["conv2d_2", 16],
      ["dense_1", 128],
    ]);
    for (const { dead: count, units } of dead) expect(count >= 0 && count <= units).toBe(true);
    expect(label).toBeLessThan(10);
    // a number past the last image is the last one
    expect(((await visit.lab.look(10_000)) as Look).image).toBe(31);
    await visit.lab.close();
  });

  it("trains by the text of a kernel that is wanted", async () => {
    const [kernel, hash] = ["losses/pointwise-gradient", "a".repeat(64)];
    const shipped = readSource({ name: kernel });
    const weightsBy = async (text: string) => {
      const visit = new Visit();
      visit.lab.kernels.wanted = { kernel, hash, text };
      await visit.start(1);
      const weights = await visit.done();
      expect(visit.events.find((event) => event.kind === "opened")?.opened.edit).toEqual({ kernel, hash });
      await visit.lab.close();
      return weights;
    };
    expect(await weightsBy(`${shipped}\n// the same`)).toBe(undisturbed);
    expect(await weightsBy(shipped.replace("dx[i] = share", "dx[i] = -share"))).not.toBe(undisturbed);
    expect(readSource({ name: kernel })).toBe(shipped);
  });

  it("says what it does not have", async () => {
    const visit = new Visit();
    const choice = { experiment: "smal", profile: "quick", seed: 1 } as const;
    const told: LabEvent[] = [];
    await visit.lab.start(choice, { afresh: true, run: false, page: "http://localhost:1/" }, (event) =>
      told.push(event),
    );
    await visit.lab.close();
    expect(told.at(-1)).toMatchObject({
      state: "failed",
      message: "There is no experiment smal in the lab. Did you mean small?",
    });
  });
});
