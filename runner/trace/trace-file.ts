/** @file A trace in the format of Chrome and Perfetto, to be opened at https://ui.perfetto.dev or chrome://tracing. */
import type { Trace } from "./trace.ts";

/**
 * The "trace event format": complete events ("X") in microseconds, named by metadata events ("M"). `about` goes into the
 * file as it is: experiment, batch, adapter.
 */
export function traceEvents(trace: Trace, about: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const place = { pid: 1, tid: 1 };
  const name = (what: string, value: string) => ({ ph: "M", name: what, ...place, args: { name: value } });
  const events = trace.rows.map(({ name: label, kind, start_microseconds, microseconds, ...args }) => ({
    ph: "X",
    name: label,
    cat: kind,
    ts: start_microseconds,
    dur: microseconds,
    ...place,
    args,
  }));
  return {
    traceEvents: [name("process_name", "training step"), name("thread_name", "GPU queue"), ...events],
    displayTimeUnit: "ms",
    otherData: { ...about, clock: trace.clock, runs: trace.runs, ...trace.total },
  };
}
