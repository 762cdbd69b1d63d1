/** @file What test/fuzz/public-exports.test.ts makes an exception for, and why. */

/** Not called at all. */
const exempt: Readonly<Record<string, string>> = {
  createEngine: "opens a device at each call; engine.test.ts has it",
  resnet50: "downloads weights where nothing forbids it",
  squeezenet: "downloads weights where nothing forbids it",
  imagenetClasses: "downloads a list where nothing forbids it",
  decodePredictions: "downloads a list where nothing forbids it",
  loadCub200: "downloads photographs where nothing forbids it",
  birds: "draws thousands of pictures",
  Pca: "has a private constructor; Pca.fit() is called",
  GpuDataset: "has a private constructor; GpuDataset.upload() is called",
  Tensor: "is made by an engine",
};

export const isExempt = (name: string): boolean => name in exempt;

/** Where a function takes words for its messages. Of a symbol JavaScript makes none, and says so itself. */
const textArguments: Readonly<Record<string, number>> = {
  checkShape: 1,
  broadcastShape: 0,
  deviceLost: 0,
  initializer: 1,
  optimizer: 1,
  parseSafetensors: 1,
  regularizer: 1,
};

/** From which argument to which. */
export function takesText(name: string): [from: number, to: number] {
  if (name.endsWith("Error")) return [0, 2];
  const place = textArguments[name];
  return place === undefined ? [0, 0] : [place, place + 1];
}

/** How messages speak of a function that they do not name. */
const families: readonly (readonly [RegExp, RegExp])[] = [
  [/^(checkShape|broadcastShape|parseSafetensors|initializer|regularizer|optimizer)$/, /./], // their own words come first
  [/^Sequential$/, /^model/],
  [/^(areaUnderCurve|classRocCurves|rocCurve)$/, /^roc/],
  [/^(has|read|write)Checkpoint$/, /^checkpoint/],
  [/Safetensors$|^load(Model|Weights|TorchWeights)$/, /safetensors|The map does not fit/i],
  [/^loadKeras|^loadOnnx/, /^The (Keras file|model)/],
  [/^saveOnnxModel$/, /^toOnnx/],
  [/^saveModel$/, /^save/],
  [/^NearestNeighbors$/, /^kNN/],
  [/^SampleStore|^GpuDataset/, /^data set/],
  [/^tsne$/, /^t-SNE/],
  [/^zcaMatrix$/, /^ZCA/],
  [/^Pca/, /^PCA/],
  [/^powScalar$/, /^pow/],
  [/^columnSum$/, /^reduce/],
  [/^cast$/, /^elementwise/],
  [/^dataFolder$/, /^data folder/],
  [/^(splitByRule|describeSplit)$/, /^validation split/],
  [/^read(Cifar|Idx|Mat|Mnist|Svhn)/, /^(CIFAR|IDX|MATLAB|SVHN|image|label) file/],
];

/** What a message of this function must have in it. */
export function familyOf(name: string): RegExp {
  const own = name.replace(/Layer$|\..*$/, "");
  const words = families.filter(([names]) => names.test(own)).map(([, found]) => found.source);
  return new RegExp([own, ...words].join("|"), "i");
}
