/**
 * @file Draws docs/images/spiral.png, `npx tsx docs/images/spiral.ts`: the network of examples/06-layers.ts is trained, and asked about
 * every pixel of the plane before it has learned anything and after some epochs.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PNG } from "pngjs";
import { adam, createEngine, Dense, Input, sequential } from "wgrad";
import { spiral } from "../../examples/spiral.ts";

const epochs = [0, 5, 15, 60]; // finished when a panel is drawn
const side = 220; // pixels of a panel, the plane from -1.15 to 1.15
const gap = 12;
const extent = 1.15;
const colours = [
  [204, 68, 75],
  [49, 116, 183],
  [240, 166, 55],
] as const;

const engine = await createEngine();
const { points, labels } = spiral();
const model = sequential([
  Input([2]),
  Dense(100, { activation: "relu" }),
  Dense(3, { activation: "softmax" }),
]);
await model.compile({
  engine,
  optimizer: adam({ learningRate: 0.01 }),
  loss: "sparse_categorical_crossentropy",
});

const width = epochs.length * (side + gap) - gap;
const image = new PNG({ width, height: side, colorType: 2 });
image.data.fill(255);
const grid = new Float32Array(2 * side * side);
const toPlane = (pixel: number) => ((pixel + 0.5) / side) * 2 * extent - extent;
for (let i = 0; i < side * side; i++) grid.set([toPlane(i % side), -toPlane(Math.floor(i / side))], 2 * i);

for (const [panel, epoch] of epochs.entries()) {
  const data = { inputs: points, inputShape: [2], labels, classes: 3 };
  if (epoch > 0) await model.fit(data, { initialEpoch: epochs[panel - 1]!, epochs: epoch, batchSize: 50 });
  const left = panel * (side + gap);
  const set = (x: number, y: number, rgb: readonly number[]) => {
    if (x >= 0 && y >= 0 && x < side && y < side) image.data.set(rgb, 4 * (y * width + left + x));
  };
  const probabilities = await model.predict({ inputs: grid, inputShape: [2] });
  for (let i = 0; i < side * side; i++) {
    const mixed = [0, 1, 2].map((channel) => {
      const colour = colours.reduce((sum, rgb, k) => sum + probabilities[3 * i + k]! * rgb[channel]!, 0);
      return 255 - 0.55 * (255 - colour);
    });
    set(i % side, Math.floor(i / side), mixed);
  }
  for (const [i, label] of labels.entries()) {
    const toPixel = (value: number) => Math.round(((value + extent) / (2 * extent)) * side);
    const [x, y] = [toPixel(points[2 * i]!), toPixel(-points[2 * i + 1]!)];
    for (const dx of [-2, -1, 0, 1, 2])
      for (const dy of [-2, -1, 0, 1, 2])
        if (Math.abs(dx) + Math.abs(dy) < 4)
          set(x + dx, y + dy, Math.abs(dx) + Math.abs(dy) < 3 ? colours[label]! : [255, 255, 255]);
  }
}
writeFileSync(join(import.meta.dirname, "spiral.png"), PNG.sync.write(image, { colorType: 2 }));
engine.dispose();
