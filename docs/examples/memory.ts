/** @file What training needs of the GPU's memory, told before it starts, and less of it. The guide quotes it. */
import type { AdapterChoice, EngineMemory } from "../../engine/index.ts";
import { createEngine } from "../../engine/index.ts";
import {
  adam,
  BatchNormalization,
  Conv2D,
  Dense,
  GlobalAveragePooling2D,
  Input,
  type StepMemory,
  sequential,
} from "../../models/index.ts";

const noise = (_: unknown, i: number) => Math.sin(12.9898 * i);

/** Trains a deep network on noise within 5 MB, then with all activations stored. Returns what was told, and what was used. */
export async function memory(adapter: AdapterChoice) {
  const told: StepMemory[] = [];
  const used: EngineMemory[] = [];
  const images = { inputs: Float32Array.from({ length: 16 * 3072 }, noise), inputShape: [32, 32, 3] };
  const data = { ...images, labels: Array.from({ length: 16 }, (_, i) => i % 4), classes: 4 };
  const network = () =>
    sequential([
      Input([32, 32, 3]),
      ...Array.from({ length: 8 }, () => [Conv2D(8, 3, { activation: "relu" }), BatchNormalization()]).flat(),
      GlobalAveragePooling2D(),
      Dense(4, { activation: "softmax" }),
    ]);

  // guide begin
  const engine = await createEngine({ adapter, memoryLimit: 5e6 }); // bytes
  const net = network();
  await net.compile({ engine, optimizer: adam(), loss: "categorical_crossentropy" });
  await net.fit(data, {
    batchSize: 16,
    onPlan: (_parts, memory) => told.push(memory), // before the first step
  });
  // guide end
  used.push(engine.memory);
  net.dispose();

  const unlimited = await createEngine({ adapter });
  const stored = network();
  await stored.compile({ engine: unlimited, optimizer: adam(), loss: "categorical_crossentropy" });
  await stored.fit(data, { batchSize: 16, onPlan: (_parts, memory) => told.push(memory) });
  used.push(unlimited.memory);
  for (const owner of [engine, stored, unlimited]) owner.dispose();
  return { told, used };
}
