/** @file Words of the view "Network", in Spanish. */
import type { DesignProblem } from "../../worker/network-protocol.ts";
import type { NetworkTexts } from "../en/network.ts";

function problem(found: DesignProblem): string {
  if (found.kind === "empty") return "Una red necesita alguna capa.";
  if (found.kind === "no folder")
    return "Falta elegir la carpeta de imágenes: un enlace no puede contenerla.";
  if (found.kind === "classes")
    return `Las imágenes son de ${found.classes} clases: la última capa debe entregar [${found.classes}], y entrega [${found.output}].`;
  if (found.kind === "weights")
    return `La red tiene ${found.weights} pesos; el laboratorio entrena hasta ${found.most}.`;
  return `Las imágenes son [${found.images}] y la red recibe [${found.input}]: hay que elegirlas de nuevo o cambiar el tamaño.`;
}

export const networkTexts: NetworkTexts = {
  problem,
  own: "tu red",
  layers: "Capas",
  images: "Imágenes",
  add: "Agregar",
  addLayer: "Capa que se agrega",
  above: "Subir",
  below: "Bajar",
  remove: "Quitar",
  open: "Opciones",
  weights: "pesos",
  asKeras: "Los nombres y los valores por omisión son los de Keras.",
  beginAgain: "Empezar de nuevo con",
  leftOut: (what) => `Quedó fuera lo que los formularios no tienen: ${what}.`,
  training: "Entrenamiento",
  data: "Imágenes",
  ownFolder: "una carpeta tuya",
  loss: "Pérdida",
  batch: "Imágenes por paso",
  epochs: "Épocas",
  limit: "Imágenes de entrenamiento, a lo más",
  size: "Alto x ancho",
  chooseFolder: "Una carpeta tuya, con otra carpeta dentro para cada clase",
  staysHere: "Se leen JPEG, PNG y WebP; nada sale de este equipo.",
  reading: (done, of) => `leyendo la imagen ${done} de ${of} ...`,
  folderRead: (classes, train, test) => `${classes}: ${train} imágenes para entrenar y ${test} para probar.`,
  spoilt: (count) =>
    count === 1
      ? "Un archivo no se pudo leer y queda fuera:"
      : `${count} archivos no se pudieron leer y quedan fuera:`,
  unreadFile: "no es una imagen",
  damagedFile: "dañado",
  largeFile: "demasiado grande",
  train: "Entrenarla",
  isOpen: "Es lo que muestran ahora las otras vistas: el microscopio, la cámara lenta, los costos.",
  otherOpen: (title) => `Abierto en este momento: ${title}.`,
  takeAway: "Llevársela",
  formats: {
    typescript: "TypeScript",
    python: "Código de Keras",
    safetensors: "Pesos",
    model: "Modelo completo",
    onnx: "ONNX",
  },
  formatHints: {
    typescript: "Un experimento para wgrad train ./network.ts, con las capas de arriba",
    python: "Un programa en Python para Keras 3, de la red abierta",
    safetensors: "Los pesos de la red abierta, en safetensors",
    model:
      "Capas, pesos y estado del optimizador como los escribe model.save(), para loadModel() y para wgrad convert, que los convierte en .keras o .h5",
    onnx: "La red abierta, para usarla en otros programas",
  },
  link: "La dirección de esta página contiene la red: se puede compartir.",
  yes: "sí",
  no: "no",
};
