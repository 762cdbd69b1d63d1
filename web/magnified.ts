/** @file What the microscope is at: the recorded step, the number that is asked about, and what came before it. */
import { batch, signal } from "@preact/signals";
import type { AddressExplanation } from "../lessons/microscope/explain-address.ts";
import type { Number32 } from "../lessons/microscope/microscope.ts";
import { go, lab, state } from "./page.ts";
import type { PlaceExplanation, Plane, RecordedStep } from "./worker/protocol.ts";

export const recorded = signal<RecordedStep | undefined>(undefined);
export const explained = signal<AddressExplanation | undefined>(undefined);
/** of a number without an address of its own */
export const explainedPlace = signal<PlaceExplanation | undefined>(undefined);
export const planes = signal<{ value: Plane; gradient: Plane | undefined } | undefined>(undefined);
export const isAsking = signal(false);
export const problem = signal<string | undefined>(undefined);

/** Pauses the training and records its next step. */
export async function record(): Promise<void> {
  await asking(async () => {
    const step = await lab.microscope();
    if (!step) return;
    if (state.value === "training") state.value = "paused";
    recorded.value = step;
  });
}

/** Asks about the number at an address, which the page's own address then names. */
export async function askAt(address: string): Promise<void> {
  await asking(async () => {
    const [explanation, around] = await Promise.all([lab.explain(address), lab.planes(address)]);
    batch(() => {
      explained.value = explanation;
      explainedPlace.value = undefined;
      planes.value = around;
      go({ at: explanation?.address ?? "" });
    });
  });
}

/** Asks about a number that another one was made of, or went into: by its address, if it has one. */
export async function askAbout(number: Number32): Promise<void> {
  const address = addressIn(number.name);
  if (address !== undefined) return askAt(address);
  await asking(async () => {
    const { launch, binding, side, at } = number;
    explainedPlace.value = await lab.explainPlace({ launch, binding, side, at });
  });
}

/** "d conv2d_1[0,2,3,1]" and "conv2d_1/bias[0] after the step" are of named tensors. */
function addressIn(name: string): string | undefined {
  const plain = name.replace(/^d /, "").replace(/ after the step$/, "");
  const base = plain.split("[")[0];
  return recorded.value?.places.some((place) => place.name === base) ? plain : undefined;
}

async function asking(work: () => Promise<void>): Promise<void> {
  isAsking.value = true;
  problem.value = undefined;
  try {
    await work();
  } catch (error) {
    problem.value = (error instanceof Error ? error.message : String(error)).replace(/^--at /, "");
  } finally {
    isAsking.value = false;
  }
}
