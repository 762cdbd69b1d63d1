/** @file What the figures of result.json are called in the book. */
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
  best_val_loss: { en: "validation loss, best epoch", es: "pérdida de validación, mejor época" },
  train_accuracy: { en: "training accuracy, last epoch", es: "exactitud de entrenamiento, última época" },
  train_loss: { en: "training loss, last epoch", es: "pérdida de entrenamiento, última época" },
  seconds: { en: "seconds of training", es: "segundos de entrenamiento" },
};

/** Words of names that are made up of parts, e.g. `knn_error_pixels`. */
const spanishWords: Readonly<Record<string, string>> = {
  test: "prueba",
  train: "entrenamiento",
  val: "validación",
  error: "error",
  accuracy: "exactitud",
  loss: "pérdida",
  reconstruction: "reconstrucción",
  seconds: "segundos",
  before: "antes",
  after: "después",
  codes: "códigos",
  code: "código",
  pixels: "píxeles",
  raw: "píxeles",
  labels: "etiquetas",
  best: "mejor",
  noise: "ruido",
  masking: "enmascaramiento",
  gaussian: "gaussiano",
  compression: "compresión",
  prediction: "predicción",
  fine: "ajuste",
  tuning: "fino",
  pretrained: "preentrenada",
  parameters: "parámetros",
};

/** "test accuracy", "exactitud de prueba"; the key's own words where it is not a known one. */
export function figureName(key: string, language: Language): string {
  const known = names[key];
  if (known) return known[language];
  const words = key.split("_");
  return language === "en" ? words.join(" ") : words.map((word) => spanishWords[word] ?? word).join(" ");
}

/** Shares are shown in percent. */
export function isShare(key: string): boolean {
  if (/squared|reconstruction|loss|_bce|_mse/.test(key)) return false;
  return /accuracy|(^|_)error|compression|share|recall|precision/.test(key);
}
