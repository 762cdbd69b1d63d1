/** @file Sentences about training that many answers share. Each is undefined where the run does not show what it says. */
import type { Evidence, Sentence } from "./evidence.ts";
import { writeFixed, writeList } from "./language.ts";
import { said } from "./said.ts";

/** Final errors of the sets. */
export function outcome(run: Evidence): Sentence {
  const { test_error: test } = run.run.measured;
  const train = run.last("train_error");
  const validation = run.last("val_error");
  const sameSet = validation === run.last("test_error");
  const others = [
    train === undefined
      ? undefined
      : run.in({
          en: `${run.percent(train)} on the training images`,
          es: `${run.percent(train)} en las imágenes de entrenamiento`,
        }),
    validation === undefined || sameSet
      ? undefined
      : run.in({
          en: `${run.percent(validation)} on the validation images`,
          es: `${run.percent(validation)} en las de validación`,
        }),
  ].filter((text) => text !== undefined);
  const rest = others.length > 0 ? `; ${writeList(others, run.language)}` : "";
  return run.in({
    en: said`After ${run.count(run.epochs)} epochs the test error is ${run.percent(test)}${rest}.`,
    es: said`Tras ${run.count(run.epochs)} épocas el error de prueba es ${run.percent(test)}${rest}.`,
  });
}

/** Where the curve of the test error (or validation error) is lowest, and whether it rises afterwards. */
export function bestEpoch(run: Evidence): Sentence {
  const name = run.lowest("test_error") ? "test_error" : "val_error";
  const [best, last] = [run.lowest(name), run.last(name)];
  if (!best || last === undefined || run.epochs === undefined || run.epochs < 2) return undefined;
  const set = name === "test_error" ? { en: "test", es: "prueba" } : { en: "validation", es: "validación" };
  const rises = last - best.value > 0.01;
  const [epoch, epochs] = [run.count(best.epoch), run.count(run.epochs)];
  if (best.epoch === run.epochs) {
    return run.in({
      en: `The ${set.en} error is lowest after the last epoch: training had not finished when it was stopped.`,
      es: `El error de ${set.es} es mínimo tras la última época: el entrenamiento aún no había terminado cuando se detuvo.`,
    });
  }
  const after = run.in({
    en: rises ? `; by the end it has risen to ${run.percent(last)}` : "; it stays near that until the end",
    es: rises ? `; al final ha subido a ${run.percent(last)}` : "; hasta el final se mantiene cerca",
  });
  return run.in({
    en: `The lowest ${set.en} error, ${run.percent(best.value)}, comes after epoch ${epoch} of ${epochs}${after}.`,
    es: `El menor error de ${set.es}, ${run.percent(best.value)}, llega tras la época ${epoch} de ${epochs}${after}.`,
  });
}

/** How far training and test error are apart at the end, and what that means. */
export function overfitting(run: Evidence): Sentence {
  const train = run.last("train_error");
  const test = run.value("test_error") ?? run.last("test_error") ?? run.last("val_error");
  if (train === undefined || test === undefined) return undefined;
  const gap = test - train;
  const points = writeFixed(100 * Math.abs(gap), run.language, 1);
  if (gap > 0.05) {
    return run.in({
      en: `The test error is ${points} points above the training error: the network has learned things about the training images that other images do not share (overfitting).`,
      es: `El error de prueba supera al de entrenamiento en ${points} puntos: la red ha aprendido cosas de las imágenes de entrenamiento que otras imágenes no comparten (sobreajuste).`,
    });
  }
  if (gap < -0.02) {
    return run.in({
      en: `The training error is ${points} points above the test error. It is a mean over an epoch in which the network was still worse, under dropout or on distorted images where those are used, so it looks worse than the network is.`,
      es: `El error de entrenamiento supera al de prueba en ${points} puntos. Es una media a lo largo de una época en la que la red aún era peor, con dropout o con imágenes deformadas si se usan, así que parece peor de lo que la red es.`,
    });
  }
  return run.in({
    en: `Training and test error are ${points} points apart: there is little overfitting so far, and what limits the result is how much was learned, not how much was memorised.`,
    es: `Los errores de entrenamiento y prueba distan ${points} puntos: de momento hay poco sobreajuste, y lo que limita el resultado es cuánto se ha aprendido, no cuánto se ha memorizado.`,
  });
}

/** Measured beside published, figure by figure. */
export function againstPublished(run: Evidence): Sentence {
  const sentences = (run.run.result?.published ?? []).map(({ measure, published }) => {
    const measured = run.value(measure);
    if (measured === undefined) return undefined;
    const [ours, theirs] = [run.write(measure, measured), run.write(measure, published)];
    const name = run.name(measure);
    return run.in({
      en: `${name} ${ours} here, ${theirs} published`,
      es: `${name} ${ours} aquí, ${theirs} publicado`,
    });
  });
  const known = sentences.filter((sentence) => sentence !== undefined);
  if (known.length === 0) return undefined;
  const listed = writeList(known, run.language);
  return run.in({
    en: `Beside the published figures: ${listed}.`,
    es: `Junto a las cifras publicadas: ${listed}.`,
  });
}

/** Time of training. */
export function duration(run: Evidence): Sentence {
  const { description } = run.run.config.adapter;
  return run.in({
    en: said`Training took ${run.time()} on ${description}.`,
    es: said`El entrenamiento duró ${run.time()} en ${description}.`,
  });
}

/** What most training experiments show. */
export function trainingSentences(run: Evidence): Sentence[] {
  return [outcome(run), bestEpoch(run), overfitting(run), againstPublished(run)];
}
