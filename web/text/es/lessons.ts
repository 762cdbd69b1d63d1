/** @file The words around the lessons, in Spanish; the lessons themselves are in web/lessons/text. */
import type { LessonWords } from "../en/lessons.ts";

export const lessons: LessonWords = {
  loading: "abriendo las lecciones ...",
  lesson: "Lección",
  byHand: "A mano",
  partOf: (part, parts) => `${part} de ${parts}`,
  print: "Imprimir",
  prediction: (name) => `Su predicción de ${name}`,
  ask: (name) => `Predecir ${name}`,
  check: "Comprobar",
  show: "Mostrar",
  see: "Ver",
  verdicts: {
    right: (name) => `Correcto. Abajo se ve cómo llega el kernel a ${name}.`,
    larger: (name) => `No, ${name} es mayor.`,
    smaller: (name) => `No, ${name} es menor.`,
  },
  changeNumbers: "Cambie cualquier número, o pulse otro ? para predecir ese.",
  recordedNumbers: "Números grabados de estos kernels: sin WebGPU no se pueden cambiar.",
  firstNumbers: "Volver a los primeros números",
  way: "El descenso: la pérdida según w, y w antes de cada paso",
  guess: "Su apuesta",
  yourGuess: "su apuesta",
  measured: "la ejecución de este proyecto",
  published: "publicado",
  publishedOf: (name) => `${name}, publicado`,
  rightChoice: "Correcto.",
  otherChoice: "En esta ejecución fue otra.",
  run: (run) =>
    `${run.experiment}, ${run.isQuick ? "perfil rápido" : "completo"}: ${run.images} imágenes de entrenamiento${run.epochs && `, ${run.epochs} épocas`}, en ${run.adapter}.`,
  origins: {
    official: "",
    other: "No son los archivos oficiales, sino una parte de las imágenes.",
    synthetic: "Imágenes dibujadas, no el conjunto de datos.",
    own: "Imágenes propias.",
  },
  alive: "Verlo vivo en el laboratorio",
  noFullRun: "Aún no hay una ejecución completa en docs/results.",
  trainInFull: "Entrenarla completa en esta GPU",
  recorded: "grabado",
  lossOfEpochs: "Pérdida después de cada época",
  figure: "cifra",
  figures: { accuracy: "Exactitud de prueba", loss: "Pérdida de prueba" },
  recordedTitle: "Lo que dejó una ejecución",
  recordedRun: (id, adapter) =>
    `Grabado, no calculado aquí: ${id}, entrenado por los mismos kernels en ${adapter}.`,
};
