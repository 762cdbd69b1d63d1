/** @file The words of the book's page itself, and those inside its pictures. */
import type { Language, Text } from "./language.ts";

export const words = {
  eyebrow: { en: "wgrad book", es: "libro de wgrad" },
  title: { en: "The assignment, question by question", es: "La tarea, pregunta por pregunta" },
  lead: {
    en: `Every experiment with its question, an answer in words, what this computer measured, and what the sources
      published. Figures are those of the newest finished run of each experiment; where a run was shorter or its images
      were others, the text says so.`,
    es: `Cada experimento con su pregunta, una respuesta en palabras, lo que midió este ordenador y lo que publicaron las
      fuentes. Las cifras son las de la ejecución terminada más reciente de cada experimento; donde una ejecución fue más
      corta o sus imágenes eran otras, el texto lo dice.`,
  },
  contents: { en: "Contents", es: "Contenido" },
  experiment: { en: "experiment", es: "experimento" },
  measured: { en: "measured", es: "medido" },
  published: { en: "published", es: "publicado" },
  difference: { en: "difference", es: "diferencia" },
  points: { en: "points", es: "puntos" },
  source: { en: "source", es: "fuente" },
  figure: { en: "figure", es: "cifra" },
  state: { en: "state", es: "estado" },
  notRun: { en: "not yet run", es: "aún no ejecutado" },
  notBuilt: { en: "not yet part of wgrad", es: "aún no forma parte de wgrad" },
  question: { en: "Question", es: "Pregunta" },
  answer: { en: "Answer", es: "Respuesta" },
  runIt: {
    en: "No finished run yet. To run it:",
    es: "Aún no hay ninguna ejecución terminada. Para ejecutarlo:",
  },
  results: { en: "Measured and published", es: "Medido y publicado" },
  whyDifferent: { en: "Why the figures may differ", es: "Por qué pueden diferir las cifras" },
  adapter: { en: "adapter", es: "adaptador" },
  data: { en: "data", es: "datos" },
  seed: { en: "seed", es: "semilla" },
  epochs: { en: "epochs", es: "épocas" },
  images: { en: "images (training / test)", es: "imágenes (entrenamiento / prueba)" },
  time: { en: "training time", es: "tiempo de entrenamiento" },
  started: { en: "started", es: "inicio" },
  report: { en: "run folder", es: "carpeta" },
  command: { en: "command", es: "orden" },
  official: { en: "official files", es: "ficheros oficiales" },
  other: { en: "not the official files", es: "no son los ficheros oficiales" },
  synthetic: { en: "synthetic", es: "sintéticos" },
  syntheticMark: { en: "SYNTHETIC DATA", es: "DATOS SINTÉTICOS" },
  otherMark: { en: "NOT THE OFFICIAL FILES", es: "FICHEROS NO OFICIALES" },
  limitedMark: { en: "LIMITED RUN", es: "EJECUCIÓN REDUCIDA" },
  damaged: { en: "Run folders that could not be read", es: "Carpetas de ejecución que no se pudieron leer" },
  madeBy: { en: "Made by", es: "Hecho con" },
  ran: { en: "experiments have a finished run", es: "experimentos tienen una ejecución terminada" },
} as const satisfies Record<string, Text>;

/** Whole texts of pictures, and beginnings of texts, in Spanish. */
const whole: Readonly<Record<string, string>> = {
  epoch: "época",
  loss: "pérdida",
  "predicted class": "clase predicha",
  "true class": "clase verdadera",
  "right answers": "aciertos",
  mistakes: "errores",
  "0 to 100 % of the row": "0 a 100 % de la fila",
  "false positive rate": "tasa de falsos positivos",
  "true positive rate": "tasa de verdaderos positivos",
  recognised: "reconocidas",
  "taken for another class": "tomadas por otra clase",
  image: "imagen",
  original: "original",
  reconstruction: "reconstrucción",
  corrupted: "corrompida",
  input: "entrada",
  training: "entrenamiento",
  validation: "validación",
  test: "prueba",
  "Loss by epoch": "Pérdida por época",
  "Error by epoch": "Error por época",
  "Shapes and parameters": "Formas y parámetros",
  "ROC curves": "Curvas ROC",
  "The upper left corner": "La esquina superior izquierda",
  "Confusion matrix of the test set": "Matriz de confusión del conjunto de prueba",
  "Images of each class, test set": "Imágenes de cada clase, conjunto de prueba",
  "Test images": "Imágenes de prueba",
  "Surest mistakes": "Los errores más seguros",
  "Images per class": "Imágenes por clase",
  "Share of each digit, %": "Proporción de cada dígito, %",
};

const patterns: readonly (readonly [RegExp, string])[] = [
  [/^training (.*\d.*)$/, "entrenamiento $1"],
  [/^validation (.*\d.*)$/, "validación $1"],
  [/^test (.*\d.*)$/, "prueba $1"],
  [/^published (.*\d.*)$/, "publicado $1"],
  [/^0 to (.*)$/, "0 a $1"],
  [/^is (.*)$/, "es $1"],
  [/^(.*) and (.*), taken for each other$/, "$1 y $2, confundidos entre sí"],
  [/^The (\d+) filters of (.*)$/, "Los $1 filtros de $2"],
  [/^The first (\d+) of (\d+) filters of (.*)$/, "Los primeros $1 de los $2 filtros de $3"],
  [/^(\d+) of the training set$/, "$1 del conjunto de entrenamiento"],
  [/^(\d+) of the test set$/, "$1 del conjunto de prueba"],
];

/** A text of a picture in the book's language; English where the glossary has nothing. */
export function pictureText(text: string, language: Language): string {
  if (language === "en") return text;
  const known = whole[text];
  if (known !== undefined) return known;
  const pattern = patterns.find(([english]) => english.test(text));
  return pattern ? text.replace(pattern[0], pattern[1]) : text;
}
