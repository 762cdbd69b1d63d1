/** @file The kernel that is edited: its text, what the compiler and the check say of it, its times, and the training by it. */
import { batch, computed, effect, signal } from "@preact/signals";
import { proxy } from "comlink";
import type { CompilerMessage } from "../lessons/properties/messages.ts";
import { shippedText } from "./kernel-texts.ts";
import { epochs, go, lab, message, opened, place, quietly, state, steps, train } from "./page.ts";
import { compareTrainings, type TrainedRun } from "./trainings.ts";
import type { KernelFacts, KernelOutcome, KernelTiming } from "./worker/kernels-protocol.ts";
import type { Opened } from "./worker/protocol.ts";

export const kernelList = signal<readonly KernelFacts[]>([]);
/** ids of those that the open training launches */
export const launched = signal<readonly string[]>([]);
export const shipped = signal<string | undefined>(undefined);
export const text = signal("");
export const messages = signal<readonly CompilerMessage[]>([]);
/** seed of the check's shapes and values */
export const checkSeed = signal(1);
export const work = signal<"check" | "time" | undefined>(undefined);
/** runs of cases that are done, of all */
export const progress = signal<readonly [number, number] | undefined>(undefined);
/** of the text that it was found for: another text has none yet */
const checked = signal<{ readonly text: string; readonly outcome: KernelOutcome } | undefined>(undefined);
const timed = signal<{ readonly text: string; readonly timing: KernelTiming } | undefined>(undefined);

export const outcome = computed(() =>
  checked.value?.text === text.value ? checked.value.outcome : undefined,
);
export const timing = computed(() => (timed.value?.text === text.value ? timed.value.timing : undefined));
export const hasPassed = computed(() => outcome.value?.kind === "passed");
export const isEdited = computed(() => shipped.value !== undefined && text.value !== shipped.value);

/** Where nobody has chosen: the first kernel that the training launches. */
const offered = signal<KernelFacts | undefined>(undefined);

/** The kernel that the link names, or the one that is offered. */
export const chosen = computed<KernelFacts | undefined>(
  () => kernelList.value.find(({ kernel }) => kernel === place.value.kernel) ?? offered.value,
);

const keptAs = (kernel: string) => `wgrad-kernel:${kernel}`;

/** Asks what there is; more than once, since another training may launch others. */
export async function loadKernels(): Promise<void> {
  try {
    if (kernelList.value.length === 0) kernelList.value = await lab.kernels.list();
    launched.value = await lab.kernels.launched();
    const [first] = kernelList.value;
    const isTrained = ({ kernel }: KernelFacts) =>
      launched.value.includes(kernel) && !kernel.endsWith(".naive");
    const found = kernelList.value.find(isTrained); // the microscope launches naive ones beside the training
    if (state.value !== "opening") offered.value ??= found ?? first;
  } catch (error) {
    message.value = error instanceof Error ? error.message : String(error);
  }
}

/** Opens a kernel with the text that was last written for it in this tab. */
export async function openKernel(kernel: string): Promise<void> {
  const original = await shippedText(kernel);
  if (chosen.value?.kernel !== kernel) return; // another was chosen meanwhile
  batch(() => {
    shipped.value = original;
    text.value = sessionStorage.getItem(keptAs(kernel)) ?? original;
    checked.value = timed.value = undefined;
  });
  await compile();
}

/** What stands in the editor now. */
export function write(written: string): void {
  const kernel = chosen.value?.kernel;
  if (kernel === undefined || written === text.value) return;
  text.value = written;
  if (isEdited.value) sessionStorage.setItem(keptAs(kernel), written);
  else sessionStorage.removeItem(keptAs(kernel));
  clearTimeout(typing);
  typing = setTimeout(() => void compile(), compileMilliseconds);
}

let typing: ReturnType<typeof setTimeout> | undefined;
const compileMilliseconds = 300; // after the last key

async function compile(): Promise<void> {
  const compiled = text.value;
  try {
    const found = await lab.kernels.messages(compiled);
    if (compiled === text.value) messages.value = found;
  } catch {
    messages.value = []; // the check will say what is wrong with the bench
  }
}

export function reset(): void {
  if (shipped.value !== undefined) write(shipped.value);
}

/** Checks what stands in the editor. */
export async function check(): Promise<void> {
  const kernel = chosen.value!.kernel;
  const written = text.value;
  const told = (done: number, all: number) => {
    progress.value = [done, all];
  };
  await busy("check", async () => {
    const found = await lab.kernels.check(kernel, written, checkSeed.value, proxy(told));
    checked.value = { text: written, outcome: found };
  });
}

/** Times what stands in the editor, while the training waits. */
export async function time(): Promise<void> {
  const kernel = chosen.value!.kernel;
  const written = text.value;
  await busy("time", async () => {
    const found = await quietly(() => lab.kernels.time(kernel, written));
    timed.value = { text: written, timing: found };
  });
}

async function busy(what: "check" | "time", run: () => Promise<void>): Promise<void> {
  work.value = what;
  progress.value = undefined;
  try {
    await run();
  } catch (error) {
    message.value = error instanceof Error ? error.message : String(error);
  } finally {
    work.value = undefined;
  }
}

/** Begins the open experiment afresh with this text in place. */
export async function trainWithIt(): Promise<void> {
  try {
    await lab.kernels.use(chosen.value!.kernel, text.value);
    go({ run: false });
    await train(true);
  } catch (error) {
    message.value = error instanceof Error ? error.message : String(error);
  }
}

/** Goes on with the training by the shipped texts, from its checkpoint. */
export async function trainShipped(): Promise<void> {
  await lab.kernels.useShipped();
  await train();
}

const keyOf = ({ choice: { experiment, profile, seed } }: Opened) => `${experiment} ${profile} ${seed}`;

/** Trainings by the shipped texts that this page has watched. */
const plain = signal<ReadonlyMap<string, TrainedRun>>(new Map());

/** Remembers the training by the shipped texts, to compare with. */
export function rememberTrainings(): () => void {
  return effect(() => {
    const facts = opened.value;
    if (!facts || facts.edit || state.value === "opening") return;
    const run = { steps: steps.value, epochs: epochs.value };
    const known = plain.peek();
    const before = known.get(keyOf(facts));
    const isLonger = run.steps.length >= (before?.steps.length ?? 0);
    if (run.steps.length > 0 && isLonger) plain.value = new Map(known).set(keyOf(facts), run);
  });
}

/** How the training by the edited text compares with that by the shipped one; undefined unless there are both. */
export const comparison = computed(() => {
  const facts = opened.value;
  const run = facts?.edit && plain.value.get(keyOf(facts));
  return run && compareTrainings({ steps: steps.value, epochs: epochs.value }, run);
});
