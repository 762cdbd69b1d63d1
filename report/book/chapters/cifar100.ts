/** @file CIFAR-100: a blog's convolutional network and what it measures of it. */
import type { Chapter } from "../chapter.ts";
import {
  againstPublished,
  bestEpoch,
  duration,
  outcome,
  overfitting,
  trainingSentences,
} from "../phrases.ts";
import { confusedPairs } from "../run-sentences.ts";

export const cifar100: Chapter = {
  id: "section-cifar100",
  title: { en: "100 classes", es: "100 clases" },
  introduction: {
    en: `All of CIFAR-100: 100 fine classes in 20 groups, 500 training images and 100 test images each. Guessing gives one per cent.
      The source is a blog with every number of its training, and with one setting that changes them: it leaves dropout switched on in evaluation.`,
    es: `CIFAR-100 completo: 100 clases finas en 20 grupos, 500 imágenes de entrenamiento y 100 de prueba cada una. Adivinar da un uno por
      ciento. La fuente es un blog con todos los números de su entrenamiento y con un ajuste que los cambia: deja el dropout encendido al
      evaluar.`,
  },
  experiments: {
    "cifar100-nn": {
      title: { en: "A simple network", es: "Una red sencilla" },
      question: {
        en: `Train the fully connected network 3072-1000-500-100 for 10 epochs with SGD, as something to compare with.`,
        es: `Entrene la red totalmente conectada 3072-1000-500-100 durante 10 épocas con SGD, como referencia para comparar.`,
      },
      shown: trainingSentences,
      why: {
        en: [
          `A fully connected layer has a weight for every pixel at its own place. What it learns of a thing in the upper left it has to learn again for
          the lower right, from other images, and with 500 per class there are none to spare. It finds colours and large bright
          and dark areas, which is enough for sea, sky and orange and for little else.`,
        ],
        es: [
          `Una capa totalmente conectada tiene un peso para cada píxel en su propio lugar. Lo que aprende de una cosa arriba a la izquierda tiene
          que aprenderlo de nuevo abajo a la derecha, de otras imágenes, y con 500 por clase no sobran. Encuentra colores y grandes zonas claras y
          oscuras, lo que basta para mar, cielo y naranja y para poco más.`,
        ],
      },
    },
    "cifar100-cnn": {
      title: { en: "The convolutional network", es: "La red convolucional" },
      question: {
        en: `Train the CNN with 32, 64, 128, 256, 512 and 1024 filters (6,850,792 weights) for 10 epochs with SGD of rate 0.01.`,
        es: `Entrene la CNN con 32, 64, 128, 256, 512 y 1024 filtros (6.850.792 pesos) durante 10 épocas con SGD de tasa 0,01.`,
      },
      shown: (run) => [...trainingSentences(run), duration(run)],
      why: {
        en: [
          `Six convolutions in a row bring the picture down to a single place with 1024 channels. The first epoch hardly beats guessing (1.4 % in the
          source): plain SGD with rate 0.01 through seven layers of ReLU is a slow start, and the loss begins at ln 100 = 4.605, the
          entropy of not knowing. After ten epochs it is still falling, so the figure says how far one got and not how far one can get.`,
          `The mean squared error that the source shows beside it is at .0099 for a network that knows nothing, since 99 targets are zero
          and one is one; it hardly moves while the accuracy grows more than tenfold. For a choice among a hundred classes it is a poor gauge.`,
          `The source calls K.set_learning_phase(1), and so has dropout at work in validation, too. Half of the hidden layer is then missing when the
          network is examined, its figures are lower than it deserves, and they differ when they are measured again (3.2669 and 3.2705 for
          the same weights and images).`,
        ],
        es: [
          `Seis convoluciones seguidas reducen la imagen a un único lugar con 1024 canales. La primera época apenas supera adivinar (1,4 % en la
          fuente): SGD simple con tasa 0,01 a través de siete capas de ReLU arranca despacio, y la pérdida empieza en ln 100 = 4,605, la
          entropía de no saber. Tras diez épocas sigue bajando, así que la cifra dice hasta dónde se llegó y no hasta dónde se puede.`,
          `El error cuadrático medio que la fuente muestra al lado vale 0,0099 para una red que no sabe nada, porque 99 objetivos son cero y uno
          es uno; apenas se mueve mientras la exactitud se multiplica por más de diez. Para elegir entre cien clases es un mal indicador.`,
          `La fuente llama a K.set_learning_phase(1) y por ello tiene el dropout activo también al validar. Entonces falta la mitad de la capa oculta
          cuando se examina a la red, sus cifras son peores de lo que merece y cambian al medirlas otra vez (3,2669 y 3,2705 con los
          mismos pesos e imágenes).`,
        ],
      },
      figures: ["network", "confusion"],
    },
    "cifar100-cnn-30": {
      title: { en: "Twenty more epochs", es: "Veinte épocas más" },
      question: {
        en: `Go on for 20 epochs, with the optimizer as it was. What happens to training and validation figures?`,
        es: `Continúe 20 épocas más, conservando el optimizador. ¿Qué ocurre con las cifras de entrenamiento y de validación?`,
      },
      shown: (run) => [outcome(run), bestEpoch(run), overfitting(run), againstPublished(run), duration(run)],
      why: {
        en: [
          `In the source the validation loss has its minimum (2.98) in epoch 15 and ends at 4.33, higher than after the second epoch, while the validation
          accuracy still rises a little, to about 30 %. Both are true: the network gets a few more right, and is ever surer of
          what it gets wrong. Nearly seven million weights without augmentation learn the 50,000 images by heart (76 % right in training). Here
          early stopping at the minimum of the loss, augmentation or both would be due.`,
        ],
        es: [
          `En la fuente la pérdida de validación tiene su mínimo (2,98) en la época 15 y termina en 4,33, más que tras la segunda época, mientras la
          exactitud de validación aún sube un poco, hasta cerca del 30 %. Ambas cosas son ciertas: la red acierta algunas más y está
          cada vez más segura de lo que falla. Casi siete millones de pesos sin aumento de datos aprenden de memoria las 50.000 imágenes (76 % de
          aciertos en entrenamiento). Aquí tocaría parar en el mínimo de la pérdida, aumentar los datos o ambas cosas.`,
        ],
      },
      figures: ["confusion"],
    },
    "cifar100-report": {
      title: { en: "Measuring a classifier of 100 classes", es: "Medir un clasificador de 100 clases" },
      question: {
        en: `Confusion matrix, classification report, ROC curves with their averages and the upper left corner enlarged, sample predictions, and the
          comparison with the simple network.`,
        es: `Matriz de confusión, informe de clasificación, curvas ROC con sus promedios y la esquina superior izquierda ampliada, predicciones de
          ejemplo y comparación con la red sencilla.`,
      },
      shown: (run) => [outcome(run), ...confusedPairs(run), againstPublished(run)],
      why: {
        en: [
          `One number for 100 classes hides that they are a hundred problems. Classes with a colour or a place of their own (plain, sea, orange,
          sunflower) are found; those that come in all colours and postures (lizard, seal, otter, man and boy) are not. The source has
          a class with F1 of 0.64 and one of 0, which was never predicted rightly.`,
          `Precision says how far to believe a prediction, recall how much of a class is found. A class may have a high precision because the
          network hardly ever names it. Most confusions stay within one of the 20 groups: maple, oak and willow; boy, girl, man and woman.`,
          `ROC curves look good even for poor classifiers of many classes, since 99 of 100 images are negative for each class, and to have few false
          positives among so many is easy. That is what the enlarged corner is for. Micro adds up all decisions; macro gives
          every class one vote, so hard classes pull it down.`,
        ],
        es: [
          `Un número para 100 clases oculta que son cien problemas. Las clases con un color o un lugar propios (llanura, mar, naranja, girasol)
          se encuentran; las que vienen en todos los colores y posturas (lagarto, foca, nutria, hombre y niño), no. La fuente
          tiene una clase con F1 de 0,64 y otra de 0, nunca predicha correctamente.`,
          `La precisión dice hasta dónde creer una predicción; la exhaustividad (recall), cuánto de una clase se encuentra. Una clase puede tener alta
          precisión porque la red casi nunca la nombra. La mayoría de las confusiones quedan dentro de uno de los 20 grupos: arce, roble y
          sauce; niño, niña, hombre y mujer.`,
          `Las curvas ROC parecen buenas incluso en malos clasificadores de muchas clases, porque 99 de cada 100 imágenes son negativas para cada una, y tener
          pocos falsos positivos entre tantas es fácil. Para eso está la esquina ampliada. Micro suma todas las decisiones; macro da a
          cada clase un voto, así que las difíciles la bajan.`,
        ],
      },
      figures: ["confusion", "roc", "class-examples", "validation"],
    },
  },
};
