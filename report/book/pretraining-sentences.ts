/** @file Sentences about pre-trained classifiers: errors before, between and after, beside training from random weights. */
import type { Evidence, Sentence } from "./evidence.ts";
import { said } from "./said.ts";

const alone = "no_pre_training_test_error";

/** Each way of pre-training, and whether it ended below the network without. */
export function pretrainedSentences(run: Evidence): Sentence[] {
  const ways = run.family(/(.+)_before_error/).map(({ groups }) => groups[0]!);
  return [
    ...ways.flatMap((way) => {
      const [before, head, after] = ["before", "head", "test"].map((when) =>
        run.written(`${way}_${when}_error`),
      );
      return run.in({
        en: said`Pre-trained layers (${wayName(way, "en")}): test error ${before} with a random output layer, ${head} with only that layer trained,
          ${after} after fine-tuning.`,
        es: said`Capas preentrenadas (${wayName(way, "es")}): error de prueba ${before} con una capa de salida aleatoria, ${head} entrenando solo
          esa capa, ${after} tras el ajuste fino.`,
      });
    }),
    run.in({
      en: said`Without pre-training it is ${run.written(alone)}.`,
      es: said`Sin preentrenamiento es ${run.written(alone)}.`,
    }),
    ...ways.map((way) => verdict(run, way)),
  ];
}

function verdict(run: Evidence, way: string): Sentence {
  const [after, without] = [run.value(`${way}_test_error`), run.value(alone)];
  if (after === undefined || without === undefined) return undefined;
  const better = after < without;
  return run.in({
    en: `In this run pre-training (${wayName(way, "en")}) ${better ? "lowered" : "did not lower"} the test error.`,
    es: `En esta ejecución el preentrenamiento (${wayName(way, "es")}) ${better ? "redujo" : "no redujo"} el error de prueba.`,
  });
}

const wayNames: Readonly<Record<string, Readonly<Record<"en" | "es", string>>>> = {
  sigmoid: { en: "basic autoencoders, sigmoid", es: "autoencoders básicos, sigmoide" },
  denoising: { en: "denoising autoencoders", es: "denoising autoencoders" },
  relu: { en: "ReLU", es: "ReLU" },
};

function wayName(way: string, language: "en" | "es"): string {
  return wayNames[way]?.[language] ?? way;
}
