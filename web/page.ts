/** @file What the page knows: its place, and what the worker has told of the training. */
import { batch, computed, effect, signal } from "@preact/signals";
import { proxy, wrap } from "comlink";
import { download } from "../engine/download.ts";
import { type Place, readPlace, writePlace } from "./address.ts";
import { en } from "./text/en/index.ts";
import { es } from "./text/es/index.ts";
import type { Lab } from "./worker/lab.ts";
import type {
  EpochPoint,
  ExperimentFacts,
  LabEvent,
  Look,
  Opened,
  StepPoint,
  TrainingState,
} from "./worker/protocol.ts";

const preferred = navigator.language.startsWith("es") ? "es" : "en";
const { place: first, problems } = readPlace(location.search);
const hasLanguage = new URLSearchParams(location.search).has("lang");

export const place = signal<Place>(hasLanguage ? first : { ...first, language: preferred });
export const texts = computed(() => (place.value.language === "es" ? es : en));
/** A whole number as the page's language writes it. */
export const grouped = (value: number) => value.toLocaleString(place.value.language);
export const experiments = signal<readonly ExperimentFacts[]>([]);
export const opened = signal<Opened | undefined>(undefined);
export const state = signal<TrainingState>("opening");
export const message = signal<string | undefined>(undefined);
/** every step since the page has watched */
export const steps = signal<readonly StepPoint[]>([]);
export const epochs = signal<readonly EpochPoint[]>([]);
export const look = signal<Look | undefined>(undefined);
/** what was wrong with the link that the page was opened by */
export const linkProblems = signal<readonly string[]>(problems);

const worker = new Worker(new URL("./worker/main.ts", import.meta.url), { type: "module" });
export const lab = wrap<Lab>(worker);

/** Moves on: what is not named stays. */
export function go(change: Partial<Place>): void {
  place.value = { ...place.value, ...change };
}

const isRunning = () => state.value === "training" || state.value === "paused";

function heard(event: LabEvent): void {
  batch(() => {
    if (event.kind === "state") {
      state.value = event.state;
      message.value = event.message;
    } else if (event.kind === "opened") {
      opened.value = event.opened;
      epochs.value = event.opened.past;
      steps.value = [];
    } else if (event.kind === "steps") steps.value = [...steps.value, ...event.steps];
    else epochs.value = [...epochs.value, event.point];
  });
}

/** Follows a link into the lab without loading the page anew; opens another training where it names one. */
export function openLink(query: string): void {
  const { place: to } = readPlace(query);
  const { experiment, profile, seed } = place.value;
  go({ ...to, language: place.value.language });
  if (to.experiment !== experiment || to.profile !== profile || to.seed !== seed) void train();
}

/** Opens the training that the place names: from its checkpoint, or afresh. */
export async function train(afresh = false): Promise<void> {
  if (afresh) go({ run: false });
  const { experiment, profile, seed, run, network: design } = place.value;
  const options = { afresh, run, page: document.baseURI, design };
  await lab.start({ experiment, profile, seed }, options, proxy(heard));
}

export async function pause(): Promise<void> {
  state.value = "paused";
  await lab.pause();
}

export async function proceed(): Promise<void> {
  state.value = "training";
  await lab.proceed();
}

/** Does what needs the GPU for itself: a training waits, and goes on afterwards if it went on before. */
export async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const wasTraining = state.value === "training";
  if (wasTraining) await pause();
  try {
    return await work();
  } finally {
    if (wasTraining && state.value === "paused") await proceed();
  }
}

/** Hands the visitor the weights as they are now, as a file. */
export async function downloadWeights(): Promise<void> {
  try {
    const path = await lab.saveWeights();
    if (path !== undefined) await download(path, `${place.value.experiment}.safetensors`);
  } catch (error) {
    message.value = error instanceof Error ? error.message : String(error);
  }
}

/** By all that the worker has told: of a training that goes on, those before it count. */
function stepsDone(): number {
  const last = steps.value.at(-1);
  return last ? last.step + 1 : (opened.value?.step ?? 0);
}

/** A look takes the GPU from the training: while it trains, so many times as long as a look took go by until the next. */
const restFactor = 15;

/** Looks at the pinned image over and over: at most every half second, while somebody sees it. */
async function watch(): Promise<void> {
  let restUntil = 0;
  let lookedAt: Opened | undefined;
  for (;;) {
    const { image, view } = place.value;
    const seen = look.value;
    const isNew = seen?.image !== image || state.value !== "training" || performance.now() >= restUntil;
    const isSeen = view === "train" && !document.hidden && (isRunning() || state.value === "done");
    if (isSeen && isNew && !(seen?.image === image && seen.step === stepsDone())) {
      const begun = performance.now();
      look.value = (await lab.look(image).catch(() => undefined)) ?? look.value;
      const isFirst = opened.value !== lookedAt; // which compiles its kernels, and so says little of the next
      lookedAt = opened.value;
      restUntil = performance.now() + (isFirst ? 0 : restFactor * (performance.now() - begun));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** The address follows the place. */
export function follow(): void {
  effect(() => {
    const query = writePlace(place.value);
    if (query !== location.search) history.replaceState(null, "", `${location.pathname}${query}`);
    document.documentElement.lang = place.value.language;
  });
}

/** Resolves when a view is shown that needs a training: lessons do not, and a link to one does not wait for it. */
function whenTrainingIsNeeded(): Promise<void> {
  return new Promise((resolve) => {
    effect(() => {
      if (place.value.view !== "lessons") resolve();
    });
  });
}

/** Begins: the worker's list, and the training. */
export async function begin(): Promise<void> {
  experiments.value = await lab.list();
  await whenTrainingIsNeeded();
  if (opened.value === undefined) await train();
  await watch();
}
