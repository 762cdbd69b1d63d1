/** @file Tied weights and learning from few labels, after chapter 17 of Géron's book. */
import type { Chapter } from "../chapter.ts";
import type { Evidence, Sentence } from "../evidence.ts";
import { listed } from "../run-sentences.ts";
import { said } from "../said.ts";

export const tied: Chapter = {
  id: "section-tied",
  title: {
    en: "Stacked and tied autoencoders, few labels",
    es: "Autoencoders apilados y atados, pocas etiquetas",
  },
  introduction: {
    en: `These three come from a translated chapter of Géron's "Hands-On Machine Learning", on Fashion-MNIST: 70,000 grey pictures of
      clothes in the format of MNIST, and harder than digits.`,
    es: `Estos tres proceden de un capítulo traducido de «Hands-On Machine Learning», de Géron, sobre Fashion-MNIST: 70.000 imágenes grises de
      prendas con el formato de MNIST, más difíciles que los dígitos.`,
  },
  experiments: {
    "stacked-ae": {
      title: { en: "A stacked autoencoder", es: "Un autoencoder apilado" },
      question: {
        en: `Train the autoencoder 784-100-30-100-784 with SELU units on Fashion-MNIST and show reconstructions.`,
        es: `Entrene el autoencoder 784-100-30-100-784 con unidades SELU en Fashion-MNIST y muestre reconstrucciones.`,
      },
      shown: (run) => [
        run.in({
          en: said`The test loss is ${run.written("test_loss")}; ${run.written("test_rounded_accuracy")} of the pixels are on the right side of one half.`,
          es: said`La pérdida de prueba es ${run.written("test_loss")}; el ${run.written("test_rounded_accuracy")} de los píxeles están del lado correcto de
            un medio.`,
        }),
      ],
      why: {
        en: [
          `SELU keeps mean and variance of the activations near zero and one through the layers, by its two constants, so that plain SGD with the
          large rate of 1.5 gets through four layers; the loss, a mean over 784 pixels, makes that rate a moderate one.
          The constants are derived for initial weights of another kind (LeCun's); the source leaves Glorot's, and it works.`,
          `The metric is the rounded accuracy: the share of pixels that are on the right side of one half. It is high from the start,
          because most pixels are background, and it says nothing about shades. The loss is what to look at.`,
        ],
        es: [
          `SELU mantiene la media y la varianza de las activaciones cerca de cero y uno a través de las capas, por sus dos constantes, y así
          SGD simple con la tasa grande de 1,5 atraviesa cuatro capas; la pérdida, una media sobre 784 píxeles, hace que esa tasa sea
          moderada. Las constantes se deducen para otros pesos iniciales (los de LeCun); la fuente deja los de Glorot, y funciona.`,
          `La métrica es la exactitud redondeada: la proporción de píxeles que están del lado correcto de un medio. Es alta desde el
          principio, porque la mayoría de los píxeles son fondo, y no dice nada de los matices. Lo que hay que mirar es la pérdida.`,
        ],
      },
    },
    "tied-ae": {
      title: { en: "Tied weights", es: "Pesos atados" },
      question: {
        en: `Use the transposed encoder weights in the decoder. What does it cost in reconstruction, at half the weights?`,
        es: `Use en el decodificador los pesos transpuestos del codificador. ¿Cuánto cuesta en reconstrucción, con la mitad de pesos?`,
      },
      shown: (run) => [
        run.in({
          en: said`With ${run.written("parameter_share")} of the weights, the tied autoencoder has a test loss of ${run.written("tied_test_loss")}, the untied one
            of ${run.written("untied_test_loss")}.`,
          es: said`Con el ${run.written("parameter_share")} de los pesos, el autoencoder atado tiene una pérdida de prueba de ${run.written("tied_test_loss")} y el no
            atado de ${run.written("untied_test_loss")}.`,
        }),
        tiedVerdict(run),
      ],
      why: {
        en: [
          `A pattern that a unit looks for is also the pattern it should paint: with tied weights that is a rule. 163,814 weights become 82,414, the
          biases of the decoder being its own. PCA is tied in this sense, too: it decodes with the transposed matrix.`,
          `The source finds the result slightly worse. The constraint forbids solutions in which encoder and decoder differ, for
          example in size, and the shared weights get gradients from both sides that have to agree. In return there is half as much to
          overfit with and to store; in a network as small as this one neither is pressing.`,
        ],
        es: [
          `El patrón que busca una unidad es también el que debería pintar: con pesos atados eso es una regla. 163.814 pesos pasan a ser 82.414; los
          sesgos del decodificador son propios. También PCA está atado en este sentido: decodifica con la matriz transpuesta.`,
          `La fuente encuentra el resultado ligeramente peor. La restricción prohíbe soluciones en las que codificador y decodificador
          difieren, por ejemplo en tamaño, y los pesos compartidos reciben gradientes de ambos lados que tienen que ponerse de acuerdo. A
          cambio hay la mitad con que sobreajustar y que guardar; en una red tan pequeña, ninguna de las dos cosas urge.`,
        ],
      },
    },
    "semi-ae": {
      title: { en: "Few labels", es: "Pocas etiquetas" },
      question: {
        en: `Pre-train on all images without labels, freeze the lower layers and train a classifier on few labels. How does the error depend on the
          number of labels, with and without pre-training?`,
        es: `Preentrene con todas las imágenes sin etiquetas, congele las capas inferiores y entrene un clasificador con pocas etiquetas. ¿Cómo
          depende el error del número de etiquetas, con y sin preentrenamiento?`,
      },
      shown: fewLabels,
      why: {
        en: [
          `Pictures cost little, labels cost somebody's time. The autoencoder learns from all pictures which 30 numbers describe them; the
          classifier then has to place a few boundaries in 30 dimensions instead of 784, and needs correspondingly fewer
          labels to do so. With enough labels the advantage ends: features that were made to
          reconstruct are not the best ones to classify with, and frozen ones cannot become that.`,
          `Where the curves cross depends on the data. Freezing protects the few-label classifier from overfitting and limits the
          many-label one; unfreezing for a last few epochs usually gets the best of both.`,
        ],
        es: [
          `Las imágenes cuestan poco; las etiquetas, el tiempo de alguien. El autoencoder aprende de todas las imágenes qué 30 números las
          describen; el clasificador solo tiene que poner unas fronteras en 30 dimensiones en vez de 784, y necesita para ello
          menos etiquetas. Con etiquetas suficientes la ventaja se acaba: los rasgos hechos para
          reconstruir no son los mejores para clasificar, y congelados no pueden llegar a serlo.`,
          `Dónde se cruzan las curvas depende de los datos. Congelar protege del sobreajuste al clasificador con pocas etiquetas y limita al que
          tiene muchas; descongelar durante unas últimas épocas suele reunir lo mejor de ambos.`,
        ],
      },
    },
  },
};

function tiedVerdict(run: Evidence): Sentence {
  const [tied, untied] = [run.value("tied_test_loss"), run.value("untied_test_loss")];
  if (tied === undefined || untied === undefined) return undefined;
  const worse = tied > untied;
  return run.in({
    en: `In this run the tied one is ${worse ? "the worse of the two, as in the source" : "not the worse of the two"}.`,
    es: `En esta ejecución el atado ${worse ? "es el peor de los dos, como en la fuente" : "no es el peor de los dos"}.`,
  });
}

/** Test errors by number of labels, for each way of training. */
function fewLabels(run: Evidence): Sentence[] {
  const ways = [...new Set(run.family(/(.+)_\d+_test_error/).map(({ groups }) => groups[0]!))];
  return ways.map((way) =>
    run.in({
      en: said`Test error of the classifier "${run.name(way)}" by labels: ${listed(run, new RegExp(`${way}_(\\d+)_test_error`))}.`,
      es: said`Error de prueba del clasificador «${run.name(way)}» según las etiquetas: ${listed(run, new RegExp(`${way}_(\\d+)_test_error`))}.`,
    }),
  );
}
