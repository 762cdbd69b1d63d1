/** @file What the figures of result.json are called in the book. */
import { ownEntry } from "../../models/records.ts";
import type { Language, Text } from "./language.ts";

const names: Readonly<Record<string, Text>> = {
  test_accuracy: { en: "test accuracy", es: "exactitud de prueba" },
  test_error: { en: "test error", es: "error de prueba" },
  test_loss: { en: "test loss", es: "pérdida de prueba" },
  test_binary_accuracy: {
    en: "test binary accuracy (what Keras calls accuracy for this loss)",
    es: "exactitud binaria de prueba (lo que Keras llama accuracy con esta pérdida)",
  },
  test_mean_squared_error: { en: "test mean squared error", es: "error cuadrático medio de prueba" },
  val_accuracy: { en: "validation accuracy, last epoch", es: "exactitud de validación, última época" },
  val_loss: { en: "validation loss, last epoch", es: "pérdida de validación, última época" },
  best_val_accuracy: { en: "validation accuracy, best epoch", es: "exactitud de validación, mejor época" },
  first_5_val_accuracy: {
    en: "validation accuracy, best of epochs 1 to 5",
    es: "exactitud de validación, mejor de las épocas 1 a 5",
  },
  best_val_loss: { en: "validation loss, best epoch", es: "pérdida de validación, mejor época" },
  train_accuracy: { en: "training accuracy, last epoch", es: "exactitud de entrenamiento, última época" },
  train_loss: { en: "training loss, last epoch", es: "pérdida de entrenamiento, última época" },
  train_error: { en: "training error, last epoch", es: "error de entrenamiento, última época" },
  val_error: { en: "validation error, last epoch", es: "error de validación, última época" },
  macro_precision: { en: "precision, mean over classes", es: "precisión, media de las clases" },
  macro_recall: { en: "recall, mean over classes", es: "exhaustividad, media de las clases" },
  macro_f1: { en: "F1, mean over classes", es: "F1, media de las clases" },
  mean_image_loss: { en: "loss of the mean image", es: "pérdida de la imagen media" },
  mean_image_mse: { en: "squared error of the mean image", es: "error cuadrático de la imagen media" },
  no_pre_training_test_error: {
    en: "test error without pre-training",
    es: "error de prueba sin preentrenamiento",
  },
  parameter_share: { en: "share of the weights", es: "proporción de los pesos" },
  finetuned: { en: "pre-trained, fine-tuned", es: "preentrenada, con ajuste fino" },
  frozen: { en: "pre-trained, frozen", es: "preentrenada, congelada" },
  train_binary_accuracy: {
    en: "training binary accuracy, last epoch",
    es: "exactitud binaria de entrenamiento, última época",
  },
  val_binary_accuracy: {
    en: "validation binary accuracy, last epoch",
    es: "exactitud binaria de validación, última época",
  },
  train_mean_squared_error: {
    en: "training mean squared error, last epoch",
    es: "error cuadrático medio de entrenamiento, última época",
  },
  val_mean_squared_error: {
    en: "validation mean squared error, last epoch",
    es: "error cuadrático medio de validación, última época",
  },
  seconds: { en: "training time", es: "tiempo de entrenamiento" },
  epoch_seconds: { en: "time of an epoch, median", es: "tiempo de una época, mediana" },
  test_rounded_accuracy: { en: "test rounded accuracy", es: "exactitud redondeada de prueba" },
  loaded_difference: {
    en: "difference after saving and loading",
    es: "diferencia tras guardar y cargar",
  },
};

/** Words of names that are made up of parts, e.g. `deep_4_32_knn_error`. */
const wordNames: Readonly<Record<string, Text>> = {
  agreement: { en: "points named by neighbours", es: "puntos acertados por vecinos" },
  mse: { en: "squared error", es: "error cuadrático" },
  knn: { en: "kNN", es: "kNN" },
  pca: { en: "PCA", es: "PCA" },
  tsne: { en: "t-SNE", es: "t-SNE" },
  relu: { en: "ReLU", es: "ReLU" },
  p: { en: "p", es: "p" },
  keep: { en: "p =", es: "p =" },
  sigma: { en: "σ", es: "σ" },
  basic: { en: "basic", es: "básico" },
  deep: { en: "deep", es: "profundo" },
  convolutional: { en: "convolutional", es: "convolucional" },
  mean: { en: "mean", es: "media" },
  image: { en: "image", es: "imagen" },
  decoder: { en: "decoder", es: "decodificador" },
  encoder: { en: "encoder", es: "codificador" },
  zero: { en: "zero", es: "cero" },
  outputs: { en: "outputs", es: "salidas" },
  above: { en: "above", es: "mayores que" },
  per: { en: "per", es: "por" },
  test: { en: "test", es: "prueba" },
  train: { en: "training", es: "entrenamiento" },
  val: { en: "validation", es: "validación" },
  error: { en: "error", es: "error" },
  accuracy: { en: "accuracy", es: "exactitud" },
  loss: { en: "loss", es: "pérdida" },
  reconstruction: { en: "reconstruction", es: "reconstrucción" },
  before: { en: "before", es: "antes" },
  after: { en: "after", es: "después" },
  codes: { en: "codes", es: "códigos" },
  code: { en: "code", es: "código" },
  pixels: { en: "pixels", es: "píxeles" },
  labels: { en: "labels", es: "etiquetas" },
  best: { en: "best", es: "mejor" },
  noise: { en: "noise", es: "ruido" },
  noisy: { en: "noisy", es: "ruidoso" },
  clean: { en: "clean", es: "limpio" },
  masking: { en: "masking", es: "enmascaramiento" },
  gaussian: { en: "Gaussian", es: "gaussiano" },
  compression: { en: "compression", es: "compresión" },
  prediction: { en: "prediction", es: "predicción" },
  pretrained: { en: "pre-trained", es: "preentrenada" },
  untied: { en: "untied", es: "sin atar" },
  tied: { en: "tied", es: "atado" },
  fine: { en: "fine", es: "ajuste" },
  tuning: { en: "tuning", es: "fino" },
  tuned: { en: "tuned", es: "ajustada" },
  scratch: { en: "from scratch", es: "desde cero" },
};

/** What is measured, where a name begins with what it is measured of: `pca_32_knn_error`. */
const quantities: readonly (readonly [ending: string, name: Text])[] = [
  ["knn_error", { en: "kNN error", es: "error de kNN" }],
  ["before_error", { en: "test error before fine-tuning", es: "error de prueba antes del ajuste fino" }],
  ["head_error", { en: "test error, last layer trained alone", es: "error de prueba, solo la última capa" }],
  ["test_error", { en: "test error", es: "error de prueba" }],
  ["test_loss", { en: "test loss", es: "pérdida de prueba" }],
  ["test_rounded_accuracy", { en: "rounded accuracy", es: "exactitud redondeada" }],
  ["plain_mse", { en: "squared error, trained clean", es: "error cuadrático, entrenado sin ruido" }],
  [
    "noise_mse",
    { en: "squared error of the corrupted image", es: "error cuadrático de la imagen corrompida" },
  ],
  ["ms_per_prediction", { en: "milliseconds per prediction", es: "milisegundos por predicción" }],
  ["agreement", { en: "points named by neighbours", es: "puntos acertados por vecinos" }],
  ["loss", { en: "loss", es: "pérdida" }],
  ["mse", { en: "squared error", es: "error cuadrático" }],
  ["error", { en: "error", es: "error" }],
];

/** "test accuracy", "exactitud de prueba"; the key's own words where it is not a known one. */
export function figureName(key: string, language: Language): string {
  const known = ownEntry(names, key);
  if (known) return known[language];
  const quantity = quantities.find(([ending]) => key.endsWith(`_${ending}`));
  if (!quantity) return wordsOf(key, language);
  const [ending, name] = quantity;
  return `${name[language]}: ${wordsOf(key.slice(0, -ending.length - 1), language)}`;
}

function wordsOf(key: string, language: Language): string {
  const words = key
    .split(/[_-]/)
    .map((word) => ownEntry(wordNames, word)?.[language] ?? writtenNumber(word, language));
  return words.join(" ");
}

/** "0.5" -> "0,5" in Spanish. */
export function writtenNumber(text: string, language: Language): string {
  return language === "es" ? text.replace(/(\d)\.(\d)/g, "$1,$2") : text;
}

/** Shares are shown in percent. */
export function isShare(key: string): boolean {
  if (/squared|reconstruction_error|loss|mse|ratio/.test(key)) return false;
  return /accuracy|error|compression|share|recall|precision|(^|_)f1|agreement|kept|zero_outputs|outputs_above/.test(
    key,
  );
}
