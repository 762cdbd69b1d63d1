/** @file Launching each pipeline once, on several devices: what lavapipe needs to compile them in parallel. */
import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import type { Engine } from "../../../engine/device.ts";
import { findAdapter, findAgain } from "../../../engine/find-adapter.ts";
import { openDevice } from "../../../engine/open-device.ts";
import { Pipelines } from "../../../engine/pipelines.ts";
import { launchFirst } from "../../../engine/record/first-launches.ts";
import { useEngine } from "../../support/engine.ts";
import { adapterChoice } from "../adapter-choice.ts";
import { scaleAndAdd } from "../ops.ts";

const helpers = Math.min(4, availableParallelism()) - 1;

/** Requests for pipelines that nobody has yet. */
function requestsOf(engine: Engine, count: number, first: number) {
  const x = engine.tensor([1]);
  return engine.plan(() => {
    for (let i = 0; i < count; i++) scaleAndAdd(x, 1, first + i);
  }).pipelines;
}

/** Calls `made` for each shader module that the device makes: one for each pipeline. */
function watchModules(device: GPUDevice, made: () => void): void {
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => {
    made();
    return create(descriptor);
  };
}

describe("launchFirst", () => {
  const engine = useEngine();

  it("shares the pipelines among devices, each to one, and closes those it opened", async () => {
    const requests = requestsOf(engine(), 16, 1000);
    const { device } = engine();
    const own = new Pipelines(device, () => {});
    await own.create(requests);
    let begun = () => {};
    const helperHasBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    if (helpers === 0) begun();
    const create = own.create.bind(own);
    own.create = async (some) => {
      await helperHasBegun; // else this device may be done before another has opened
      return create(some);
    };
    const adapter = await findAdapter(adapterChoice);
    const opened: GPUDevice[] = [];
    let others = 0;
    const openHelper = async () => {
      const helper = await openDevice(await findAgain(adapter));
      watchModules(helper, () => {
        others++;
        begun();
      });
      opened.push(helper);
      return helper;
    };
    await launchFirst(device, own, requests, openHelper);
    expect(opened.length).toBe(helpers);
    if (helpers > 0) expect(others).toBeGreaterThan(0);
    expect(others).toBeLessThan(16);
    for (const helper of opened) expect((await helper.lost).reason).toBe("destroyed");
  });

  it("opens no other device for few pipelines, and computes nothing that anybody sees", async () => {
    const x = engine().tensor([5]);
    const requests = requestsOf(engine(), 7, 2000);
    const own = new Pipelines(engine().device, () => {});
    await own.create(requests);
    await launchFirst(engine().device, own, requests, () => Promise.reject(new Error("not needed")));
    expect(await x.data()).toEqual(Float32Array.of(5));
  });

  it("does without a device that cannot be opened", async () => {
    const requests = requestsOf(engine(), 16, 3000);
    const own = new Pipelines(engine().device, () => {});
    await own.create(requests);
    let asked = 0;
    await launchFirst(engine().device, own, requests, () => {
      asked++;
      return Promise.reject(new Error("no such device"));
    });
    expect(asked).toBe(helpers);
    const x = engine().tensor([1]);
    scaleAndAdd(x, 1, 3000);
    expect(await x.data()).toEqual(Float32Array.of(3001));
  });
});
