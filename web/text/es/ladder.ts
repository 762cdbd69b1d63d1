/** @file The words of the ladder, in Spanish. */
import type { ladderTexts as english } from "../en/ladder.ts";

export const ladderTexts: typeof english = {
  ladderNames: {
    dense: "Densa: un producto de matrices",
    forward: "Convolución, hacia delante",
    "input-gradient": "Convolución, gradiente de la entrada",
    "filter-gradient": "Convolución, gradiente de los filtros",
  },
  climb: "Medir",
  climbing: (ladder: string, variant: string) =>
    `cronometrando ${variant}: ${ladder}; el entrenamiento espera ...`,
  measuringCeilings: "midiendo lo máximo que puede esta GPU; el entrenamiento espera ...",
  climbed: "medido",
  downloadLadder: "Descargar como JSON",
  ladderHint:
    "Cada peldaño calcula lo mismo que el kernel ingenuo, lo que se comprueba antes de cronometrarlo. El archivo es como los de npm run bench: otros pueden comparar el suyo con él, y bench/results lo acepta.",
  rung: "variante",
  medianTime: "tiempo mediano",
  ofPeak: "del máximo",
  peakIs: (speed: string) => `El ancho entero es el máximo medido de esta GPU en float32: ${speed} GFLOP/s`,
  problemOf: (workload: string, batch: number) => (batch > 1 ? `${workload}, ${batch} imágenes` : workload),
  rungMissing: {
    subgroups: "no aquí: este adaptador no tiene subgrupos de tamaño fijo",
    "subgroup-matrix": "no aquí: ningún navegador ofrece todavía unidades matriciales",
  },
  rungWrong: (message: string) => `sin cronometrar, porque aquí es incorrecto: ${message}`,
};
