/** @file Steps that were put under the clock, for the views that show them. */
import { signal } from "@preact/signals";
import { lab, message } from "./page.ts";
import type { StepTrace } from "./worker/protocol.ts";

export const stepTrace = signal<StepTrace | undefined>(undefined);
export const isMeasuring = signal(false);

/** Measures a step at this batch size. What is asked for while one is measured waits for it; the last wish counts. */
export async function measureStep(batch: number): Promise<void> {
  wanted = batch;
  if (isMeasuring.value) return;
  isMeasuring.value = true;
  try {
    for (let next: number | undefined = wanted; next !== undefined; next = wanted) {
      wanted = undefined;
      stepTrace.value = (await lab.trace(next)) ?? stepTrace.value;
    }
  } catch (error) {
    message.value = error instanceof Error ? error.message : String(error);
  } finally {
    isMeasuring.value = false;
  }
}

let wanted: number | undefined;
