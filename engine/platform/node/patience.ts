/**
 * @file Waiting for the GPU without a busy CPU. While a promise of Dawn's Node binding is pending, it polls by setImmediate
 * as fast as the event loop turns: a whole core, which a software adapter computes on. So the loop sleeps a little in each turn.
 */

const longestSleep = 1; // ms
const shortestSleep = 0.1; // shorter ones took 10 to 20 % of the processor time of a step on lavapipe
const sleepFraction = 1 / 10; // of the time waited so far: how much later than at once the end may be noticed

let clock: Int32Array | undefined;
let waits = 0;
let waitingSince = 0;
let dozing = false;

/** Awaits `work`, a promise that the GPU settles. Other work of the event loop is delayed by 1 ms at most. */
export async function patiently<T>(work: Promise<T>): Promise<T> {
  waits++;
  waitingSince = performance.now();
  if (!dozing) void doze();
  try {
    return await work;
  } finally {
    waits--;
  }
}

async function doze(): Promise<void> {
  dozing = true;
  clock ??= new Int32Array(new SharedArrayBuffer(4)); // nobody wakes who waits for it: the time passes
  for (;;) {
    await new Promise((turn) => setImmediate(turn));
    if (waits === 0) break;
    const waited = performance.now() - waitingSince;
    const sleep = Math.min(longestSleep, Math.max(shortestSleep, waited * sleepFraction));
    Atomics.wait(clock, 0, 0, sleep);
  }
  dozing = false;
}
