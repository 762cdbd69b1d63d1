/** @file Words of the view "Network", in English. */
import type { DesignProblem } from "../../worker/network-protocol.ts";

function problem(found: DesignProblem): string {
  if (found.kind === "empty") return "A network needs a layer.";
  if (found.kind === "no folder") return "Choose the folder of images: a link cannot hold it.";
  if (found.kind === "classes")
    return `The images are of ${found.classes} classes: the last layer must give [${found.classes}], it gives [${found.output}].`;
  if (found.kind === "weights")
    return `The network has ${found.weights} weights; the lab trains up to ${found.most}.`;
  return `The images are [${found.images}], the network takes [${found.input}]: choose them again, or change the size.`;
}

export const networkTexts = {
  problem,
  own: "your network",
  layers: "Layers",
  images: "Images",
  add: "Add",
  addLayer: "Layer to add",
  above: "Move up",
  below: "Move down",
  remove: "Remove",
  open: "Options",
  weights: "weights",
  asKeras: "Names and defaults are Keras's.",
  beginAgain: "Begin again with",
  leftOut: (what: string) => `What the forms do not have was left out: ${what}.`,
  training: "Training",
  data: "Images",
  ownFolder: "a folder of yours",
  loss: "Loss",
  batch: "Images per step",
  epochs: "Epochs",
  limit: "Training images, at most",
  size: "Height x width",
  chooseFolder: "A folder of yours: one folder within it for each class",
  staysHere: "JPEG, PNG and WebP are read; nothing leaves this machine.",
  reading: (done: number, of: number) => `reading image ${done} of ${of} ...`,
  folderRead: (classes: string, train: number, test: number) =>
    `${classes}: ${train} images for training, ${test} for testing.`,
  spoilt: (count: number) =>
    count === 1
      ? "One file could not be read and is left out:"
      : `${count} files could not be read and are left out:`,
  unreadFile: "no picture",
  damagedFile: "damaged",
  largeFile: "too large",
  train: "Train it",
  isOpen: "It is what the other views show now: the microscope, slow motion, costs.",
  otherOpen: (title: string) => `Open just now: ${title}.`,
  takeAway: "Take it away",
  formats: {
    typescript: "TypeScript",
    python: "Keras code",
    safetensors: "Weights",
    model: "Whole model",
    onnx: "ONNX",
  },
  formatHints: {
    typescript: "An experiment for wgrad train ./network.ts, of the layers above",
    python: "A Python program for Keras 3, of the open network",
    safetensors: "The open network's weights as safetensors",
    model:
      "Layers, weights and the optimizer's state as model.save() writes them, for loadModel(), and for wgrad convert, which makes .keras and .h5 of it",
    onnx: "The open network for inference elsewhere",
  },
  link: "The address of this page holds the network: hand it on.",
  yes: "yes",
  no: "no",
};

export type NetworkTexts = typeof networkTexts;
