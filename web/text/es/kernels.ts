/** @file The words of the view in which kernels are edited, in Spanish. */
import type { kernelTexts as english } from "../en/kernels.ts";

export const kernelTexts: typeof english = {
  openingKernels: "preguntando a la GPU qué kernels ejecuta ...",
  loadingEditor: "cargando el editor ...",
  textOf: (kernel: string) => `WGSL de ${kernel}`,
  trainsHere: "en este entrenamiento",
  notHere: "no en esta GPU",
  edited: "editado",
  noSuchKernel: (name: string) => `El enlace nombra el kernel ${name}, que el laboratorio no tiene.`,
  check: "Comprobar",
  timeIt: "Cronometrar",
  trainWithIt: "Entrenar con él",
  resetText: "Restablecer",
  notLaunched: (kernel: string) =>
    `El entrenamiento abierto no lanza ${kernel} en esta GPU: las variantes se eligen por forma y adaptador. Entrenar con él no cambia nada.`,
  checkHint:
    "La comprobación compara formas al azar con la referencia en float64. Solo un texto que la supera puede cronometrarse o entrenar. Queda en esta pestaña, no en el enlace.",
  missingOf: {
    subgroups: "Este adaptador no tiene subgrupos de tamaño fijo: este kernel no puede ejecutarse aquí.",
    "subgroup-matrix":
      "Ningún navegador ofrece todavía unidades matriciales: este kernel no puede ejecutarse aquí.",
  },
  checking: "comprobando ...",
  timing: "cronometrando; el entrenamiento espera ...",
  outcomes: {
    passed: "Superada.",
    differs: "Incorrecto.",
    loops: "Un bucle no termina.",
    outside: "Fuera de un búfer.",
    refused: "Rechazado.",
    silent: "Sin respuesta.",
    lost: "Se perdió la GPU.",
  },
  passedCases: (cases: number) => `${cases} casos al azar coinciden con la referencia.`,
  differsAt: (place: string, got: string, expected: string) =>
    `${place} vale ${got}; se esperaba ${expected}.`,
  loopTurns: (turns: number) => `No había terminado después de ${turns} vueltas y se abandonó.`,
  outsideAt: (name: string, index: number) => `Toma el elemento ${index} de ${name}, que tiene menos.`,
  silentFor: (seconds: number) =>
    `No se supo nada durante ${seconds} segundos. Se terminó el worker; la próxima comprobación empieza con otro.`,
  lineOf: (line: number) => `línea ${line}`,
  compilerSays: "Lo que dice el compilador",
  trainsByEdit: (kernel: string) => `Entrena con su texto de ${kernel}`,
  nothingToCompare: "Esta página no ha visto un entrenamiento con el texto original con el cual comparar.",
  lossesEqual: (steps: number) =>
    steps === 1
      ? "La pérdida del primer paso es igual a la del texto original, bit a bit."
      : `Las pérdidas de ${steps} pasos son iguales a las del texto original, bit a bit.`,
  lossDiffers: (step: number, loss: string, other: string) =>
    `La primera pérdida que difiere es la del paso ${step}: ${loss}; con el texto original, ${other}.`,
  weightsAfter: (epoch: number) => `Pesos después de la época ${epoch}:`,
  trainShipped: "Volver al texto original",
  thisText: "este texto",
  rooflineOfKernel: "Este texto, marcado, y las variantes originales bajo el techo de esta GPU",
};
