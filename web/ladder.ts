/** @file The ladders that the page has measured. */
import { batch, computed, signal } from "@preact/signals";
import { proxy } from "comlink";
import { ladderFile } from "./ladder-file.ts";
import { lab, message, place, quietly } from "./page.ts";
import {
  type LadderEvent,
  type LadderFacts,
  type LadderName,
  ladderNames,
  type MeasuredRung,
} from "./worker/kernels-protocol.ts";

export const facts = signal<LadderFacts | undefined>(undefined);
export const rungs = signal<Readonly<Partial<Record<LadderName, readonly MeasuredRung[]>>>>({});
export const isClimbing = signal(false);
/** the rung that is timed now; none while ceilings are measured */
export const timedNow = signal<{ readonly ladder: LadderName; readonly variant: string } | undefined>(
  undefined,
);

/** Those that the link names; all unless it does. */
export const wantedLadders = computed<readonly LadderName[]>(() => {
  const named = place.value.ladders?.split(".");
  return named ? ladderNames.filter((name) => named.includes(name)) : ladderNames;
});

/** Measures the wanted ladders, while the training waits. */
export async function climb(): Promise<void> {
  const ladders = wantedLadders.value;
  batch(() => {
    isClimbing.value = true;
    facts.value = timedNow.value = undefined;
    rungs.value = {};
  });
  try {
    await quietly(() => lab.kernels.climb(ladders, proxy(heard)));
  } catch (error) {
    message.value = error instanceof Error ? error.message : String(error);
  } finally {
    isClimbing.value = false;
  }
}

function heard(event: LadderEvent): void {
  if (event.kind === "ceilings") facts.value = event.facts;
  else if (event.kind === "timing") timedNow.value = event;
  else {
    const { ladder, rung } = event;
    rungs.value = { ...rungs.value, [ladder]: [...(rungs.value[ladder] ?? []), rung] };
  }
}

/** Hands the visitor what was measured, as a file. */
export function downloadLadder(): void {
  const measured = facts.value;
  if (!measured) return;
  const all = ladderNames.flatMap((name) => rungs.value[name] ?? []);
  const version = import.meta.env.WGRAD_VERSION;
  const commit = import.meta.env.WGRAD_COMMIT;
  const file = ladderFile(measured, all, { browser: navigator.userAgent, version, commit });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(
    new Blob([`${JSON.stringify(file, null, 2)}\n`], { type: "application/json" }),
  );
  link.download = `${measured.adapter.key}-ladder.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
