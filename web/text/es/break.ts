/** @file Words of the view "Break", in Spanish. */
import type { BreakTexts, ErrorWords } from "../en/break.ts";

const bounds = (where: string): ErrorWords => ({
  name: `relleno corrido en uno: falta el límite ${where} de la imagen`,
  why: `La ventana puede quedar en parte fuera de la imagen, donde corresponden ceros. Sin el límite, el kernel lee los píxeles que casualmente están en esa parte de la memoria, y los bordes ${where} de la imagen cuentan mal.`,
});

const errors: BreakTexts["errors"] = {
  "no bound left and right of the image": bounds("a la izquierda y a la derecha"),
  "no bound above and below the image": bounds("arriba y abajo"),
  "the padding is forgotten": {
    name: "se olvida el relleno",
    why: "Con relleno, las ventanas comienzan antes de la imagen. El paso hacia atrás las cuenta desde el primer píxel, de modo que cada gradiente llega a una ventana corrida en lo que mide el relleno.",
  },
  "the gradient is not divided by the number of samples": {
    name: "falta 1/N: una suma en vez de un promedio",
    why: "La pérdida es un promedio sobre N muestras, por lo que el gradiente de cada muestra lleva 1/N. Sin él, cada gradiente es N veces más largo: como si la tasa fuera N veces mayor.",
  },
  "not divided by the elements of a sample": {
    name: "falta 1/N: una suma sobre las salidas",
    why: "La pérdida es un promedio sobre las salidas de una muestra. Sin el divisor, el gradiente es tantas veces más largo como salidas hay.",
  },
  "the batch's loss is not divided": {
    name: "falta 1/N en la pérdida misma",
    why: "La pérdida que se muestra es la suma sobre el lote y no su promedio; el gradiente, que calcula otro kernel, no cambia.",
  },
  "relu's mask is forgotten": {
    name: "se olvida la máscara de ReLU",
    why: "Donde ReLU dio 0, su pendiente es 0: no debe pasar ningún gradiente. Aquí pasa todo, y las unidades que callaban reciben cambios.",
  },
  "the sign in sigmoid's derivative": {
    name: "la pendiente de la sigmoide: y (1 + y) en vez de y (1 - y)",
    why: "La derivada de una sigmoide de valor y es y (1 - y). Con el otro signo la pendiente es excesiva, sobre todo donde la unidad está saturada.",
  },
  "rows and columns of A are swapped": {
    name: "un peso traspuesto",
    why: "El producto toma las filas de A por columnas. Las formas pueden coincidir, así que nada protesta, pero se suman otros números.",
  },
  "a transposed A is not transposed": {
    name: "una trasposición olvidada",
    why: "El gradiente del kernel de una capa densa es x traspuesta por dy. Sin la trasposición, las sumas recorren el eje equivocado.",
  },
  "a tile of A read by columns": {
    name: "un bloque que se lee traspuesto",
    why: "Un cuadrado de la matriz se lleva por filas a la memoria compartida y se lee por columnas.",
  },
  "taps to the other side": {
    name: "el filtro no se da vuelta",
    why: "Hacia atrás, el filtro se recorre al revés: lo que un píxel entregó a una salida a su izquierda debe volver desde allí. Aquí vuelve desde la derecha.",
  },
  "rows that the stride skips": {
    name: "se olvida el paso de la ventana",
    why: "Con un paso mayor que 1 solo existen algunas posiciones de la ventana. Aquí también reciben gradiente las filas intermedias.",
  },
  "columns that the stride skips": {
    name: "se olvida el paso de la ventana",
    why: "Con un paso mayor que 1 solo existen algunas posiciones de la ventana. Aquí también reciben gradiente las columnas intermedias.",
  },
  "no bias": {
    name: "se olvida el sesgo",
    why: "La suma de productos es correcta, pero no se le suma el sesgo.",
  },
  "the sign of the bias's gradient": {
    name: "el gradiente del sesgo tiene el signo contrario",
    why: "El sesgo sube por la pendiente mientras todos los demás pesos bajan.",
  },
  "the bias's gradient is not summed": {
    name: "el gradiente del sesgo, de una sola imagen",
    why: "El sesgo se suma en cada posición de cada imagen; su gradiente es la suma sobre todas ellas.",
  },
  "the last image instead of all": {
    name: "la última imagen en vez de todas",
    why: "El filtro se usa en cada imagen del lote; su gradiente es la suma sobre todas ellas.",
  },
  "the third row instead of the fourth": {
    name: "un índice mal copiado",
    why: "De cuatro filas que se calculan juntas, una toma los números de su vecina.",
  },
  "row and column of the winner swapped": {
    name: "fila y columna del ganador intercambiadas",
    why: "La agrupación por máximo envía todo el gradiente al mayor valor de la ventana. Aquí llega a la posición reflejada.",
  },
  "no division": {
    name: "falta 1/N: una suma en vez de un promedio",
    why: "La agrupación por promedio divide por la cantidad de valores de la ventana.",
  },
  "padding counts": {
    name: "el relleno cuenta en el promedio",
    why: "Keras divide por los píxeles que están dentro de la imagen; aquí cuentan también los ceros de alrededor.",
  },
  "the sign of the target": {
    name: "el objetivo tiene el signo contrario",
    why: "El gradiente de softmax con entropía cruzada es p - t: lo que se dijo menos lo que es cierto. Aquí es p + t.",
  },
  "not centred": {
    name: "normalización por lotes sin la media",
    why: "El gradiente de gamma suma dy por la x normalizada, a la que se le ha restado la media del lote.",
  },
  "the sign of the variance's part": {
    name: "la parte de la varianza tiene el signo contrario",
    why: "x actúa también a través de la varianza del lote, lo que resta una parte a su gradiente. Aquí esa parte se suma.",
  },
  "what stays is not scaled up": {
    name: "dropout no amplifica lo que queda",
    why: "Dropout multiplica lo que conserva por 1 / (1 - tasa), para que las sumas se mantengan en promedio.",
  },
  uphill: {
    name: "cuesta arriba",
    why: "La actualización suma el gradiente en vez de restarlo: la pérdida crece.",
  },
  "the past is forgotten": {
    name: "el optimizador olvida el pasado",
    why: "Adagrad suma los cuadrados de todos los gradientes anteriores. Aquí solo conserva el último, y cada paso mide lo mismo que la tasa.",
  },
};

export const breakTexts: BreakTexts = {
  errors,
  chooseError: "Error",
  noError: "ninguno: los kernels originales",
  usualErrors: "Los que todos cometemos alguna vez",
  otherErrors: (folder) => `Otros: ${folder}`,
  idleErrors: "No se ejecutan en este adaptador, o en ninguna comprobación",
  findBug: "Encontrar el error",
  anotherBug: "Otro error",
  leaveGame: "Mejor elegir un error",
  gameHint:
    "Una línea de un kernel está mal. Las filas de abajo y la curva muestran lo que produce. ¿Qué línea es?",
  hiding: "escondiendo un error que ponga en rojo alguna fila ...",
  line: "línea",
  guessThis: "Es esta línea",
  rightGuess: "Encontrado.",
  wrongGuess: "No: es otra línea.",
  itWas: "El error",
  shippedLines: "original",
  brokenLines: "con el error",
  noLine: "ninguna línea",
  checkingShipped: (done, of) =>
    `comprobando los gradientes de todas las operaciones con los kernels originales: ${done} de ${of}`,
  shippedVerdict: (rows, red) =>
    red === 0
      ? `Kernels originales: coinciden las ${rows} filas de la comprobación de gradientes.`
      : `Kernels originales: ${red} de las ${rows} filas de la comprobación de gradientes están en rojo.`,
  brokenVerdict: (rows, red) =>
    `Con el error: ${red} de las ${rows} filas que ejecutan este kernel están en rojo.`,
  checkingBroken: "comprobando las operaciones que ejecutan el kernel ...",
  noRowNotices: (tests) =>
    `Ninguna fila lo nota: con los tamaños pequeños de la comprobación el error no aparece. Estas pruebas sí lo notan: ${tests}`,
  gradientCheck:
    "La comprobación de gradientes: el número del kernel frente a la diferencia central de la referencia en float64",
  op: "operación",
  gradientOfInput: "gradiente de",
  outputItself: "y misma",
  element: "peor elemento",
  byShipped: "kernel original",
  byBroken: "kernel con el error",
  errorBefore: "error antes",
  errorAfter: "error después",
  agrees: "coincide",
  isRed: "rojo",
  agreeingRows: (count) => (count === 1 ? "Una fila que coincide" : `${count} filas que coinciden`),
  practiceCurve: "Una red pequeña con 256 dígitos dibujados: la pérdida de cada paso, con la misma semilla",
  launchedNot: "Este entrenamiento no ejecuta el kernel: ambas curvas son iguales.",
  fellBroken: "Con el error, el entrenamiento terminó antes: sus números dejaron de ser finitos.",
};
