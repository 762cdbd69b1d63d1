/** @file Rows as text: a line while running, tables of milliseconds and of ratios at the end. */
import type { Outcome } from "./time-steps.ts";

/** Keys as in the JSON file: what was measured, or the reason why nothing was. */
export interface Row extends Partial<Outcome> {
  readonly workload: string;
  readonly peer: string;
  /** its median by wgrad's */
  readonly ratio?: number;
  readonly reason?: string;
}

export function line({ workload, peer, ms, runs, reason, device }: Row): string {
  const start = `${workload.padEnd(14)} ${peer.padEnd(24)}`;
  if (!ms) return `${start} - ${reason}`;
  const times = `${short(ms.median)} ms (${short(ms.min)} to ${short(ms.max)}, ${runs} runs)`;
  return `${start} ${times.padEnd(44)} ${device}`;
}

/** Two Markdown tables, a column per peer, and the reasons for the gaps. */
export function tables(rows: readonly Row[]): string {
  const milliseconds = table("ms a step", rows, ({ ms }) => (ms ? short(ms.median) : "-"));
  const ratios = table("times wgrad", rows, ({ ratio }) => (ratio ? ratio.toPrecision(3) : "-"));
  return [milliseconds, ratios, gaps(rows)].filter(Boolean).join("\n\n");
}

/** One line per peer and reason. */
function gaps(rows: readonly Row[]): string {
  const workloads = new Map<string, string[]>();
  for (const { peer, reason, workload } of rows) {
    if (!reason) continue;
    const key = `${peer}: ${reason}`;
    workloads.set(key, [...(workloads.get(key) ?? []), workload]);
  }
  return [...workloads].map(([key, names]) => `- ${key} (${names.join(", ")})`).join("\n");
}

function table(title: string, rows: readonly Row[], cell: (row: Row) => string): string {
  const peers = [...new Set(rows.map(({ peer }) => peer))];
  const workloads = [...new Set(rows.map(({ workload }) => workload))];
  const body = workloads.map((workload) => {
    const cells = peers.map((peer) => {
      const row = rows.find((each) => each.workload === workload && each.peer === peer);
      return row ? cell(row) : "";
    });
    return [workload, ...cells];
  });
  const lines = [[title, ...peers], [title, ...peers].map(() => "---"), ...body];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function short(value: number): string {
  return value >= 1000 ? Math.round(value).toString() : value.toPrecision(3);
}
