/** @file Why the figures of a run need not be those of the source, in words. */
import type { Shortfall } from "../../runner/store/shortfall.ts";
import { type Language, writeCount, writeFixed } from "./language.ts";

/** One phrase per reason; a sentence on what remains if there is none. */
export function reasonsOf(shortfall: Shortfall, language: Language): string[] {
  const { synthetic, otherFiles, quick, epochs, batch, train, test } = shortfall;
  const count = (value: number) => writeCount(value, language);
  const english = language === "en";
  const margin = (images: number) => writeFixed(uncertainty(images), language, 1);
  const reasons = [
    synthetic
      ? english
        ? "the images are synthetic stand-ins, so the figures say nothing about the real data set"
        : "las imágenes son sintéticas, así que las cifras no dicen nada sobre los datos reales"
      : undefined,
    otherFiles
      ? english
        ? "the files are not the official ones: a part of the images, divided in another way"
        : "los ficheros no son los oficiales: una parte de las imágenes, repartida de otro modo"
      : undefined,
    quick
      ? english
        ? "quick profile, made to end within minutes on a CPU: a shorter training, for some experiments of a smaller network"
        : "perfil rápido, hecho para terminar en minutos en una CPU: un entrenamiento más corto y, en algunos experimentos, una red menor"
      : undefined,
    train
      ? english
        ? `${count(train.used)} of ${count(train.whole)} training images`
        : `${count(train.used)} de ${count(train.whole)} imágenes de entrenamiento`
      : undefined,
    test
      ? english
        ? `${count(test.used)} of ${count(test.whole)} test images: a share of them is uncertain by up to ${margin(test.used)} points`
        : `${count(test.used)} de ${count(test.whole)} imágenes de prueba: una proporción en ellas tiene una incertidumbre de hasta ${margin(test.used)} puntos`
      : undefined,
    epochs
      ? english
        ? `${count(epochs.used)} of ${count(epochs.whole)} epochs`
        : `${count(epochs.used)} de ${count(epochs.whole)} épocas`
      : undefined,
    batch
      ? english
        ? `batches of ${count(batch.used)} instead of ${count(batch.whole)}`
        : `lotes de ${count(batch.used)} en vez de ${count(batch.whole)}`
      : undefined,
  ].filter((reason) => reason !== undefined);
  if (reasons.length > 0) return reasons;
  return [
    english
      ? "this is the whole experiment on the official files; initial weights and order are other random numbers than the source's"
      : "es el experimento completo con los ficheros oficiales; los pesos iniciales y el orden son otros números aleatorios que los de la fuente",
  ];
}

/** Two standard deviations of a share of so many independent images, in points, where it is largest: at one half. */
function uncertainty(images: number): number {
  return (2 * 100 * 0.5) / Math.sqrt(images);
}
