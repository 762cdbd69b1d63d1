/** @file One at a time: what is chosen last begins, and a training goes on after a race. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cifar10B } from "../../experiments/cifar10/cifar10-b.ts";
import { svhnC } from "../../experiments/svhn/svhn-c.ts";
import type { TrainingExperiment } from "../../runner/experiment.ts";
import { Lab } from "../../web/worker/lab.ts";
import type { LabEvent } from "../../web/worker/protocol.ts";
import type { RaceEvent } from "../../web/worker/race.ts";

/** Where no server answers: the images are drawn. */
const page = "http://127.0.0.1:9/";
const options = { afresh: false, page };
const choiceOf = (experiment: string) => ({ experiment, profile: "quick", seed: 1 }) as const;

const short = (experiment: TrainingExperiment): TrainingExperiment => ({
  ...experiment,
  profiles: {
    ...experiment.profiles,
    quick: { epochs: 200, batch: 16, limit: 96, testLimit: 32, description: "few images, many epochs" },
  },
});

/** Remembers what it is told, and tells when something has been. */
function listener<Event>() {
  const events: Event[] = [];
  const waiting: { readonly holds: (event: Event) => boolean; readonly resolve: (event: Event) => void }[] =
    [];
  const tell = (event: Event) => {
    events.push(event);
    for (const { holds, resolve } of waiting) if (holds(event)) resolve(event);
  };
  const next = (holds: (event: Event) => boolean) =>
    new Promise<Event>((resolve) => waiting.push({ holds, resolve }));
  return { events, tell, next };
}

describe("the lab", () => {
  const before = process.cwd();
  // checkpoints lie in the folder of the process, as in a page in the origin's own
  const folder = mkdtempSync(join(tmpdir(), "wgrad-lab-"));
  const lab = new Lab([short(cifar10B), short(svhnC)]);
  beforeAll(() => process.chdir(folder));
  afterAll(async () => {
    await lab.close();
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });

  it("begins what was chosen last, though another was opening", async () => {
    const [first, second] = [listener<LabEvent>(), listener<LabEvent>()];
    const began = second.next(({ kind }) => kind === "steps");
    await lab.start(choiceOf("cifar10-b"), options, first.tell);
    await lab.start(choiceOf("svhn-c"), options, second.tell);
    await began;
    expect(first.events.filter(({ kind }) => kind === "steps")).toEqual([]);
  });

  it("lets a race have the GPU, and the training go on from where it was", async () => {
    const race = listener<RaceEvent>();
    const raced = race.next((event) => event.kind === "steps" && event.side === 1);
    await lab.race(choiceOf("svhn-c"), [{}, { optimizer: "adam" }], page, race.tell);
    await raced;
    expect(await lab.look(0)).toBeUndefined();
    expect(await lab.ask(new Uint8Array(3072), undefined)).toBeUndefined();
    const again = listener<LabEvent>();
    const opened = again.next(({ kind }) => kind === "opened");
    await lab.start(choiceOf("svhn-c"), options, again.tell);
    expect(await opened).toMatchObject({ opened: { choice: choiceOf("svhn-c") } });
    const [{ opened: facts }] = again.events.filter((event) => event.kind === "opened") as [
      Extract<LabEvent, { kind: "opened" }>,
    ];
    expect(facts.step).toBeGreaterThan(0);
    expect(race.events.at(-1)).toEqual({ kind: "state", state: "stopped" });
  });
});
