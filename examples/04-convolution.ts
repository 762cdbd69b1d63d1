/** @file 4 of 10: a convolution. A filter is laid on every place of an image, and the shaders that do it. */
import { createEngine, gradients, type Tensor } from "wgrad";
import { conv2d, sum } from "wgrad/kernels";

const engine = await createEngine();

// An image of a bright square on dark ground, [n, h, w, c]: one image, 6 x 6 pixels, one channel.
const pixels = [
  ...[0, 0, 0, 0, 0, 0],
  ...[0, 9, 9, 9, 9, 0],
  ...[0, 9, 9, 9, 9, 0],
  ...[0, 9, 9, 9, 9, 0],
  ...[0, 9, 9, 9, 9, 0],
  ...[0, 0, 0, 0, 0, 0],
];
const image = engine.tensor(pixels, [1, 6, 6, 1]);

// Sobel's filters, [kh, kw, c, k]: 3 x 3, one channel in, two out. The first sees edges from left to right, the second edges
// from top to bottom. A network learns such numbers; these two were found by people in 1968.
const sobel = [-1, 0, 1, -2, 0, 2, -1, 0, 1];
const values = Array.from({ length: 9 }, (_, tap) => [
  sobel[tap]!,
  sobel[(tap % 3) * 3 + Math.floor(tap / 3)]!,
]);
const filters = engine.tensor(values.flat(), [3, 3, 1, 2]);

// "same" pads the image with zeros, so that the result is as large: [1, 6, 6, 2].
const edges = conv2d(image, filters, { padding: "same" });
const found = await edges.data();
for (const [channel, title] of ["left to right:", "top to bottom:"].entries()) {
  console.log(title);
  for (let h = 0; h < 6; h++) {
    const row = Array.from({ length: 6 }, (_, w) => found[(h * 6 + w) * 2 + channel]!);
    console.log(row.map((value) => String(value).padStart(4)).join(""));
  }
}

// Gradients go the same ways back: a pixel collects from every output it helped to make, a weight from every place it was at.
const [dimage, dfilters] = gradients(engine, () => sum(conv2d(image, filters)), [image, filters]).gradients;
console.log(
  "gradient of a filter's corner:",
  (await dfilters!.data())[0],
  "= the sum of the pixels that it met",
);
console.log("gradient of the image's corner:", (await dimage!.data())[0], "= the corners of both filters");

// Which shaders ran? A recording lists every launch.
const shaders = (step: () => Tensor) => {
  const recording = engine.record(step);
  const names = recording.dispatches.map(({ label }) => label);
  recording.dispose();
  return names;
};
console.log("shader:", ...shaders(() => conv2d(image, filters, { padding: "same" })));
engine.dispose();

// Read kernels/conv2d/conv2d.reference.ts (plain loops), then forward.naive.wgsl beside it: the same for one output.
// WGRAD_KERNELS=naive runs this example with it. kernels/conv2d/README.md says what the faster shaders do.
// Next: examples/05-train-with-ops.ts, a network from nothing but ops and an optimizer.
