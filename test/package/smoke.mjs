// What every runtime must do with the installed package: train a small CNN to the same bits, and say what is wrong by name.
import {
  ArgumentError,
  adam,
  Conv2D,
  createEngine,
  Dense,
  Flatten,
  Input,
  MaxPooling2D,
  saveWeights,
  sequential,
} from "wgrad";

const engine = await createEngine({ adapter: process.env.WGRAD_ADAPTER ?? "auto" });
const network = sequential([
  Input([8, 8, 1]),
  Conv2D(4, 3, { padding: "same", activation: "relu" }),
  MaxPooling2D(2),
  Flatten(),
  Dense(3, { activation: "softmax" }),
]);
await network.compile({
  engine,
  optimizer: adam(),
  loss: "categorical_crossentropy",
  metrics: ["accuracy"],
  seed: 1,
});
const inputs = Float32Array.from({ length: 30 * 64 }, (_, i) => ((i * 7919) % 1009) / 1009);
const labels = Uint8Array.from({ length: 30 }, (_, i) => i % 3);
const history = await network.fit(
  { inputs, inputShape: [8, 8, 1], labels, classes: 3 },
  { epochs: 2, batchSize: 8 },
);
await saveWeights(network, "weights.safetensors");
const named = (() => {
  try {
    Conv2D(0, 3);
  } catch (error) {
    return error instanceof ArgumentError && error.name === "ArgumentError";
  }
})();
console.log(JSON.stringify({ adapter: engine.adapter.class, loss: history.history.loss, named }));
engine.dispose();
