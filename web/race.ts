/** @file The race that the page watches: its sides as the place names them, and what the worker has told of it. */
import { batch, signal } from "@preact/signals";
import { proxy } from "comlink";
import { go, lab, place, state, train } from "./page.ts";
import { type Racer, readRacer, writeRacer } from "./racer.ts";
import type { RaceEpoch, RaceEvent, RaceFacts, RaceState } from "./worker/race.ts";
import type { Side } from "./worker/turns.ts";

type Both<T> = readonly [T, T];

export const raceState = signal<RaceState | undefined>(undefined);
export const raceMessage = signal<string | undefined>(undefined);
export const raceFacts = signal<RaceFacts | undefined>(undefined);
/** of each step, by side */
export const losses = signal<Both<readonly number[]>>([[], []]);
export const raceEpochs = signal<Both<readonly RaceEpoch[]>>([[], []]);
/** why a side has ended early */
export const fallen = signal<Both<string | undefined>>([undefined, undefined]);

const sideNames = ["left", "right"] as const;

export function racerOf(side: Side): Racer {
  return readRacer(place.value[sideNames[side]] ?? "***") ?? {};
}

export function changeRacer(side: Side, change: Racer): void {
  go({ [sideNames[side]]: writeRacer({ ...racerOf(side), ...change }) });
}

/** The open training leaves a checkpoint, and goes on from it when the race has ended. */
export async function startRace(): Promise<void> {
  batch(() => {
    losses.value = [[], []];
    raceEpochs.value = [[], []];
    fallen.value = [undefined, undefined];
    raceFacts.value = raceMessage.value = undefined;
    raceState.value = "opening";
    state.value = "racing";
  });
  const { experiment, profile, seed } = place.value;
  const racers: Both<Racer> = [racerOf(0), racerOf(1)];
  await lab.race({ experiment, profile, seed }, racers, document.baseURI, proxy(heard));
}

/** The training that waits takes its place. */
export async function stopRace(): Promise<void> {
  await train();
}

function heard(event: RaceEvent): void {
  batch(() => {
    if (event.kind === "opened") raceFacts.value = event.facts;
    else if (event.kind === "steps") losses.value = grown(losses.value, event.side, event.losses);
    else if (event.kind === "epoch") raceEpochs.value = grown(raceEpochs.value, event.side, [event.epoch]);
    else if (event.kind === "fell") {
      const [left, right] = fallen.value;
      fallen.value = event.side === 0 ? [event.message, right] : [left, event.message];
    } else {
      raceState.value = event.state;
      raceMessage.value = event.message;
    }
  });
  // a race that was stopped was stopped by what follows it
  if (event.kind === "state" && (event.state === "done" || event.state === "failed")) void train();
}

function grown<T>([left, right]: Both<readonly T[]>, side: Side, more: readonly T[]): Both<readonly T[]> {
  return side === 0 ? [[...left, ...more], right] : [left, [...right, ...more]];
}
