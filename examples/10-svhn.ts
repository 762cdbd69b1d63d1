/** @file 10 of 10: a convolutional network on the house numbers of Street View, from the files to the saved weights. */
import {
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
import { type ImageSet, loadDataset, randomSubset, takeImages } from "wgrad/datasets";

// The files of SVHN from ~/.cache/wgrad/data or WGRAD_DATA; else downloaded; without network digits drawn on the spot.
const svhn = await loadDataset("svhn");
console.log(svhn.title, "-", svhn.note);

// On a software adapter a part of the images must do.
const engine = await createEngine();
const { software, description, device } = engine.adapter;
console.log("adapter:", description || device);
const some = (set: ImageSet, most: number) => {
  return set.count <= most ? set : takeImages(set, randomSubset(set.count, most, 1));
};
const train = some(svhn.train, software ? 1500 : 60_000);
const test = some(svhn.test, software ? 500 : 26_032);

// Bytes stay bytes in the adapter's memory; the kernel that gathers a batch multiplies with the scale.
const samples = ({ images, labels }: ImageSet) => {
  return { inputs: images, inputShape: [32, 32, 3], scale: 1 / 255, labels, classes: 10 };
};

const model = sequential([
  Input([32, 32, 3]),
  Conv2D(8, 5, { padding: "same", activation: "relu" }),
  MaxPooling2D(2),
  Conv2D(16, 3, { padding: "same", activation: "relu" }),
  MaxPooling2D(2),
  Conv2D(32, 3, { padding: "same", activation: "relu" }),
  MaxPooling2D(2),
  Flatten(),
  Dense(64, { activation: "relu" }),
  Dense(10, { activation: "softmax" }),
]);
await model.compile({ engine, optimizer: adam(), loss: "categorical_crossentropy", metrics: ["accuracy"] });
console.log(model.summaryText());

await model.fit(samples(train), {
  epochs: 4,
  batchSize: 16,
  validationData: samples(test),
  onEpoch: (epoch, { loss, val_accuracy: accuracy }) => {
    console.log(`epoch ${epoch + 1}: loss ${loss!.toFixed(3)}, test accuracy ${accuracy!.toFixed(3)}`);
  },
});

// The first images of the test set, and what the network takes them for.
const probabilities = await model.predict(samples(test));
for (let i = 0; i < 5; i++) {
  const row = [...probabilities.subarray(10 * i, 10 * i + 10)];
  const guess = row.indexOf(Math.max(...row));
  console.log(
    `a ${svhn.classes[test.labels[i]!]}: ${svhn.classes[guess]} with probability ${row[guess]!.toFixed(2)}`,
  );
}

await saveWeights(model, "svhn.safetensors"); // loadWeights(model, file) reads them, and so does Python
model.dispose();
engine.dispose();

// The assignment's network with its report, resumable: `npm run train -- svhn-c`, declared in experiments/svhn/svhn-c.ts.
// To read on: engine/autodiff/tape.ts, then kernels/conv2d/README.md.
