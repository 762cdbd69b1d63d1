/** @file One training step as a list: what each command did, how long it took, and how near to the adapter's limit. */

import { type Bound, boundOf, boundOfAll, type Roof, type Work } from "../../engine/ceilings/bound.ts";
import { formatShape } from "../../engine/errors.ts";
import type { Command, Operand } from "../../engine/record/commands.ts";
import type { Clock, StepProfile, TimedCommand } from "../../engine/record/profile.ts";

/** A command of the step, or all of them together. */
export interface TraceFigures {
  readonly microseconds: number;
  /** floating-point operations; 0 for what moves data */
  readonly flops: number;
  /** read and written */
  readonly bytes: number;
  readonly gflops: number;
  readonly gbytes_per_s: number;
  readonly bound: Bound["by"];
  /** of the ceiling that bounds it; above 1 where its data stays in caches */
  readonly ceiling_fraction: number;
}

export interface TraceRow extends TraceFigures {
  readonly kind: Command["kind"];
  /** "conv2d/forward.tiled", copy, clear */
  readonly name: string;
  /** `image[16,32,32,3] filters[5,5,3,8] -> y[16,32,32,8]`; what is changed in place stands on both sides */
  readonly operands: string;
  readonly workgroups: readonly number[];
  /** of the step's begin */
  readonly start_microseconds: number;
  /** of the time of all rows */
  readonly share: number;
}

/** The total's ceiling is the least time of each command added up. */
export interface Trace {
  readonly clock: Clock;
  /** of the step, of which the one of median length is shown */
  readonly runs: number;
  /** in the order of the step */
  readonly rows: readonly TraceRow[];
  readonly total: TraceFigures;
}

/** Holds a profile against what the adapter can do. */
export function traceOf({ clock, runs, commands }: StepProfile, roof: Roof): Trace {
  const works = commands.map(({ command }) => workOf(command));
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const all = {
    microseconds: sum(commands.map(({ microseconds }) => microseconds)),
    flops: sum(works.map(({ flops }) => flops)),
    bytes: sum(works.map(({ bytes }) => bytes)),
  };
  const rows = commands.map((timed) => rowOf(timed, all.microseconds, roof));
  return { clock, runs, rows, total: figures(all, boundOfAll(works, roof)) };
}

function rowOf(
  { command, startMicroseconds, microseconds }: TimedCommand,
  all: number,
  roof: Roof,
): TraceRow {
  const { kind, label: name } = command;
  const work = workOf(command);
  return {
    kind,
    name,
    operands: kind === "dispatch" ? describe(command.operands) : "",
    workgroups: kind === "dispatch" ? command.workgroups : [],
    start_microseconds: startMicroseconds,
    share: all > 0 ? microseconds / all : 0,
    ...figures({ microseconds, ...work }, boundOf(work, roof)),
  };
}

function figures(
  work: Pick<TraceFigures, "microseconds" | "flops" | "bytes">,
  { by: bound, milliseconds }: Bound,
): TraceFigures {
  const { microseconds, flops, bytes } = work;
  const per = (amount: number) => (microseconds > 0 ? amount / microseconds : 0);
  return {
    microseconds,
    flops,
    bytes,
    gflops: per(flops / 1000),
    gbytes_per_s: per(bytes / 1000),
    bound,
    ceiling_fraction: per(1000 * milliseconds),
  };
}

/** A copy's bytes are read and written; a clear's are only written. */
function workOf(command: Command): Work {
  if (command.kind === "dispatch") return { flops: command.flops, bytes: command.bytes };
  return { flops: 0, bytes: command.kind === "copy" ? 2 * command.bytes : command.bytes };
}

function describe(operands: readonly Operand[]): string {
  const side = (...roles: Operand["role"][]) =>
    operands
      .filter(({ role }) => roles.includes(role))
      .map(({ name, shape }) => `${name}${formatShape(shape)}`)
      .join(" ");
  return `${side("read", "update")} -> ${side("write", "update")}`;
}
