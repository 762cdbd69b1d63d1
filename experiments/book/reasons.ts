/** @file Why the figures of a run need not be those of the source, in words. */
import type { Shortfall } from "../saved-run/shortfall.ts";
import { type Language, writeCount } from "./language.ts";

/** One phrase per reason; a sentence on what remains if there is none. */
export function reasonsOf(shortfall: Shortfall, language: Language): string[] {
  const { synthetic, otherFiles, quick, epochs, batch, train, test } = shortfall;
  const count = (value: number) => writeCount(value, language);
  const english = language === "en";
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
        ? `${count(test.used)} of ${count(test.whole)} test images, so that a percentage is only good to a point or more`
        : `${count(test.used)} de ${count(test.whole)} imágenes de prueba, con lo que un porcentaje solo vale con un margen de un punto o más`
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
