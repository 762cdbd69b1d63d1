import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEngine, type Engine } from "../../../engine/device.ts";
import { Commands, type Copy } from "../../../engine/record/commands.ts";
import { adapterChoice } from "../adapter-choice.ts";
import { scaleAndAdd } from "../ops.ts";

/** A device that lists what it is asked to do. */
function tracingDevice(trace: string[]): GPUDevice {
  const pass = {
    setPipeline: () => trace.push("pipeline"),
    setBindGroup: () => trace.push("group"),
    dispatchWorkgroups: (x: number) => trace.push(`dispatch ${x}`),
    end: () => trace.push("end"),
  };
  const encoder = {
    beginComputePass: () => {
      trace.push("pass");
      return pass;
    },
    copyBufferToBuffer: () => trace.push("copy"),
    clearBuffer: () => trace.push("clear"),
    finish: () => trace.push("finish"),
  };
  const queue = { submit: () => trace.push("submit"), writeBuffer: () => trace.push("write") };
  const createCommandEncoder = () => {
    trace.push("encoder");
    return encoder;
  };
  return { createCommandEncoder, queue } as unknown as GPUDevice;
}

const pipelines = [{}, {}] as GPUComputePipeline[];
const dispatch = (pipeline = pipelines[0]!, x = 1) =>
  ({
    kind: "dispatch",
    label: "",
    pipeline,
    bindGroup: {},
    workgroups: [x, 1, 1],
    bytes: 0,
    flops: 0,
  }) as never;
const copy = { kind: "copy", label: "" } as Copy;

describe("Commands", () => {
  it("gathers dispatches in one pass and sets a pipeline only when it changes", () => {
    const trace: string[] = [];
    const commands = new Commands(tracingDevice(trace));
    for (const [pipeline, x] of [
      [0, 1],
      [0, 2],
      [1, 3],
    ] as const)
      commands.add(dispatch(pipelines[pipeline], x));
    commands.flush();
    expect(trace.join(", ")).toBe(
      "encoder, pass, pipeline, group, dispatch 1, group, dispatch 2, pipeline, group, dispatch 3, end, finish, submit",
    );
  });

  it("ends the pass for a copy and sets the pipeline again in the next one", () => {
    const trace: string[] = [];
    const commands = new Commands(tracingDevice(trace));
    commands.addAll([dispatch(), copy, dispatch()]);
    commands.flush();
    expect(trace.join(", ")).toBe(
      "encoder, pass, pipeline, group, dispatch 1, end, copy, pass, pipeline, group, dispatch 1, end, finish, submit",
    );
  });

  it("submits by itself after 128 commands, and not within a replayed list", () => {
    const trace: string[] = [];
    const commands = new Commands(tracingDevice(trace));
    for (let i = 0; i < 127; i++) commands.add(dispatch());
    expect(trace).not.toContain("submit");
    commands.add(dispatch());
    expect(trace.filter((entry) => entry === "submit")).toHaveLength(1);
    commands.addAll(Array.from({ length: 500 }, () => dispatch()));
    expect(trace.filter((entry) => entry === "submit")).toHaveLength(1);
    commands.add(dispatch());
    expect(trace.filter((entry) => entry === "submit")).toHaveLength(2);
  });

  it("submits nothing when nothing waits", () => {
    const trace: string[] = [];
    new Commands(tracingDevice(trace)).flush();
    expect(trace).toEqual([]);
  });

  it("submits what waits before an upload, which would overtake it, and writes odd bytes as a word", () => {
    const trace: string[] = [];
    const commands = new Commands(tracingDevice(trace));
    commands.add(dispatch());
    commands.upload({} as GPUBuffer, 0, new Uint8Array(5));
    expect(trace.slice(-4)).toEqual(["finish", "submit", "write", "write"]);
  });
});

describe("commands on the GPU", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ adapter: adapterChoice }); // without debug: many dispatches share a pass
  });
  afterAll(() => engine.dispose());

  it("run in order, more than fit one submission", async () => {
    const x = engine.tensor([0]);
    for (let i = 0; i < 300; i++) scaleAndAdd(x, 1, 1);
    expect(await x.data()).toEqual(Float32Array.of(300));
  });

  it("run in order when dispatches, copies, clears and uploads take turns", async () => {
    const [x, y] = [engine.tensor([1]), engine.tensor([0])];
    scaleAndAdd(x, 2, 1); // x = 3
    engine.copy(x, y); // y = 3
    scaleAndAdd(x, 10, 0); // x = 30
    scaleAndAdd(y, 2, 1); // y = 7
    engine.upload(x, Float32Array.of(5)); // x = 5
    scaleAndAdd(x, 2, 1); // x = 11
    expect([(await x.data())[0], (await y.data())[0]]).toEqual([11, 7]);
    engine.clear(x);
    scaleAndAdd(x, 2, 1);
    expect(await x.data()).toEqual(Float32Array.of(1));
  });
});
