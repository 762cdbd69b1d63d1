/** @file Kind schedule. */
import { halving, type Schedule, timeDecay } from "../../../models/schedules.ts";
import { Attributes } from "../attributes.ts";
import { type GoldenCase, numbersOf, tensorOf } from "../cases.ts";
import { type Check, compareOutputs } from "../compare.ts";

/** Per op: the schedule and the tensor of times it is asked for. */
const schedules: Readonly<Record<string, (attrs: Attributes) => { schedule: Schedule; times: string }>> = {
  halve: (attrs) => ({ schedule: halvingOf(attrs), times: "epoch" }),
  time_decay: (attrs) => ({
    schedule: timeDecay({ initial: attrs.number("lr"), decay: attrs.number("decay") }),
    times: "iteration",
  }),
};

export function halvingOf(attrs: Attributes): Schedule {
  return halving({
    initial: attrs.number("initial"),
    every: attrs.number("every"),
    floor: attrs.number("floor"),
  });
}

export function supportsSchedule(op: string): boolean {
  return Object.hasOwn(schedules, op);
}

export async function runSchedule(golden: GoldenCase): Promise<Check[]> {
  const { schedule, times } = schedules[golden.op]!(new Attributes(golden));
  return compareOutputs(golden, { lr: Array.from(numbersOf(tensorOf(golden, times)), schedule) });
}
