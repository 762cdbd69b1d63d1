/** @file `node --import tsx test/web/record-lessons.ts`: writes what the lessons show where there is no WebGPU, as the kernels compute it. */
import { writeFileSync } from "node:fs";
import { createEngine, type Engine } from "../../engine/index.ts";
import { firstValues, type HandName, handExamples } from "../../lessons/by-hand/examples.ts";
import { type HandExplanation, HandWork } from "../../lessons/by-hand/hand-work.ts";
import { handLessons } from "../../web/lessons/list.ts";
import type { RecordedLessons } from "../../web/lessons/recorded.ts";

/** All results of every example as it is at first, and the sums of what is asked first. */
export async function recordLessons(engine: Engine): Promise<RecordedLessons> {
  const numbers: Record<string, Record<string, number[]>> = {};
  const explanations: Record<string, HandExplanation> = {};
  for (const name of Object.keys(handExamples) as HandName[]) {
    const work = HandWork.take(engine, name, firstValues(name));
    const results = Object.entries(await work.numbers());
    numbers[name] = Object.fromEntries(results.map(([result, values]) => [result, [...values]]));
    for (const { example, asks } of handLessons.flatMap(({ parts }) => parts))
      if (example === name) explanations[`${name} ${asks.join(" ")}`] = await work.explain(...asks);
    work.dispose();
  }
  const { description, device } = engine.adapter;
  return {
    adapter: description || device,
    numbers: numbers as Record<keyof typeof handExamples, Record<string, number[]>>,
    explanations,
  };
}

if (process.argv[1] === import.meta.filename) {
  const engine = await createEngine();
  const recorded = await recordLessons(engine);
  writeFileSync(new URL("../../web/lessons/recorded.json", import.meta.url), `${JSON.stringify(recorded)}\n`);
  engine.dispose();
}
