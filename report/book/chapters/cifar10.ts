/** @file Section 1 of the assignment: convolutional networks on CIFAR-10. */
import type { Chapter } from "../chapter.ts";
import { bestEpoch, outcome, trainingSentences } from "../phrases.ts";
import { confusedPairs, trialSentences } from "../run-sentences.ts";
import { said } from "../said.ts";

export const cifar10: Chapter = {
  id: "section-cifar10",
  title: { en: "Convolutional networks on CIFAR-10", es: "Redes convolucionales en CIFAR-10" },
  introduction: {
    en: `60,000 colour photographs of 32 by 32 pixels in ten classes. A convolution looks for the same small
      pattern at every place of the image; a pooling layer keeps where it was found only roughly. Both build in what is
      true of photographs, that a thing stays the same thing when it is moved, and so spare the weights that a
      fully connected network would need to learn it place by place.`,
    es: `60.000 fotografías en color de 32 por 32 píxeles, en diez clases. Una convolución busca el mismo patrón
      pequeño en todos los lugares de la imagen; una capa de pooling conserva solo aproximadamente dónde se
      encontró. Ambas incorporan algo que es cierto de las fotografías, que una cosa sigue siendo la misma al
      desplazarse, y ahorran así los pesos que una red totalmente conectada necesitaría para aprenderlo
      lugar por lugar.`,
  },
  experiments: {
    "cifar10-a": {
      title: { en: "The data set", es: "El conjunto de datos" },
      question: {
        en: `Make training, validation and test sets, divide pixels by 255, bring the images into the order height,
          width, channel, and represent the classes as a network's output needs them.`,
        es: `Prepare los conjuntos de entrenamiento, validación y prueba, divida los píxeles por 255, ponga las imágenes
          en el orden alto, ancho, canal y represente las clases como las necesita la salida de una red.`,
      },
      shown: (run) => [
        run.in({
          en: said`The files of this run hold ${run.count(run.run.config.dataset.train)} images for training and
            ${run.count(run.run.config.dataset.test)} for testing.`,
          es: said`Los ficheros de esta ejecución contienen ${run.count(run.run.config.dataset.train)} imágenes de
            entrenamiento y ${run.count(run.run.config.dataset.test)} de prueba.`,
        }),
      ],
      why: {
        en: [
          `The files store every image plane by plane: all reds, then all greens, then all blues. It has to be read as
          3 × 32 × 32 and then transposed. The source's code reshapes to 32 × 32 × 3 before it transposes, which
          scrambles the pixels; a network would still learn something from it, and nobody would notice without looking
          at a picture.`,
          `Pixels from 0 to 1 keep the first activations near the size that the initial weights are made for.
          The classes become vectors with a single 1: the softmax output is a distribution over the classes, and the
          cross-entropy compares it with that one.`,
        ],
        es: [
          `Los ficheros guardan cada imagen plano a plano: primero todos los rojos, luego los verdes y los azules.
          Hay que leerla como 3 × 32 × 32 y después transponerla. El código de la fuente la redimensiona a 32 × 32 × 3
          antes de transponer, lo que desordena los píxeles; una red aún aprendería algo de ello, y nadie lo notaría sin
          mirar una imagen.`,
          `Con píxeles entre 0 y 1, las primeras activaciones quedan cerca del tamaño para el que están hechos los pesos
          iniciales. Las clases se convierten en vectores con un único 1: la salida softmax es una distribución
          sobre las clases, y la entropía cruzada la compara con esa otra.`,
        ],
      },
    },
    "cifar10-b": {
      title: { en: "Shapes and parameters of C×P×C×P×F×F", es: "Formas y parámetros de C×P×C×P×F×F" },
      question: {
        en: `Define a CNN with two convolutions of 64 filters of 3×3, each followed by 2×2 pooling, a hidden layer of 512 and
          the output. Show compactly how the shape of a pattern changes on the way and how many parameters each layer has.`,
        es: `Defina una CNN con dos convoluciones de 64 filtros de 3×3, cada una seguida de pooling de 2×2, una capa
          oculta de 512 y la salida. Muestre de forma compacta cómo cambia la forma de un patrón y cuántos
          parámetros tiene cada capa.`,
      },
      shown: (run) => [
        run.in({
          en: said`The network has ${run.count(run.run.result?.parameters)} parameters.`,
          es: said`La red tiene ${run.count(run.run.result?.parameters)} parámetros.`,
        }),
      ],
      why: {
        en: [
          `Of the 2,141,514 parameters of the full network, 2,097,664 (98 %) are in the first fully connected layer,
          4096 inputs times 512 units; the two convolutions have 38,720 between them. They do most of the
          arithmetic nevertheless, since every one of their weights is used at each of 1024 or 256 places. Weights are
          where a network memorises, places are where it spends its time.`,
          `"Same" padding keeps height and width through a convolution, and each pooling halves them: 32, 16, 8. The
          number of channels is the number of filters, whatever came in.`,
        ],
        es: [
          `De los 2.141.514 parámetros de la red completa, 2.097.664 (el 98 %) están en la primera capa totalmente conectada,
          4096 entradas por 512 unidades; las dos convoluciones suman 38.720. Aun así hacen casi toda la aritmética,
          porque cada uno de sus pesos se usa en 1024 o en 256 lugares. En los pesos es donde una red memoriza; en los
          lugares, donde gasta su tiempo.`,
          `El relleno "same" conserva alto y ancho en una convolución, y cada pooling los divide por dos: 32, 16, 8. El
          número de canales es el de filtros, sea cual sea la entrada.`,
        ],
      },
      figures: ["network"],
    },
    "cifar10-c": {
      title: {
        en: "SGD with a step-halved learning rate",
        es: "SGD con tasa de aprendizaje que se divide por dos",
      },
      question: {
        en: `Train (b) with SGD for 25 epochs: learning rate 0.001, halved every 10 epochs, never below 0.00001. Plot
          training, validation and test error by epoch.`,
        es: `Entrene (b) con SGD durante 25 épocas: tasa de aprendizaje 0,001, dividida por dos cada 10 épocas y nunca
          menor que 0,00001. Grafique los errores de entrenamiento, validación y prueba por época.`,
      },
      shown: trainingSentences,
      why: {
        en: [
          `A large step gets near a minimum quickly and then jumps about in it; a small one settles, but takes ages to
          arrive. A schedule has both. With 0.001, no momentum and batches of this size the steps are small
          throughout, so the three curves tend to stay together: a network that is still on its way has had no
          occasion to overfit.`,
          `The schedule reaches 0.00025 in the last five epochs of 25; its floor would need about 70 epochs. It costs
          nothing here, but neither can it rescue a first rate that is too low.`,
        ],
        es: [
          `Un paso grande se acerca deprisa a un mínimo y luego salta dentro de él; uno pequeño se asienta, pero tarda
          mucho en llegar. Un calendario tiene ambas cosas. Con 0,001, sin momento y con lotes de este tamaño, los pasos son
          siempre pequeños, y por eso las tres curvas tienden a ir juntas: una red que aún va de camino no ha tenido
          ocasión de sobreajustar.`,
          `El calendario llega a 0,00025 en las últimas cinco de las 25 épocas; para alcanzar su mínimo harían falta
          unas 70. Aquí no cuesta nada, pero tampoco puede salvar una tasa inicial demasiado baja.`,
        ],
      },
      figures: ["confusion"],
    },
    "cifar10-d": {
      title: { en: "RMSprop, and which loss", es: "RMSprop, y qué función de pérdida" },
      question: {
        en: `Train (b) with RMSprop (learning rate 0.001, decay 0.000001) for 25 epochs. Choose the most appropriate loss
          and plot the three errors.`,
        es: `Entrene (b) con RMSprop (tasa 0,001, decaimiento 0,000001) durante 25 épocas. Elija la función de pérdida más
          apropiada y grafique los tres errores.`,
      },
      shown: trainingSentences,
      why: {
        en: [
          `The loss is categorical cross-entropy. Each image has exactly one class, the softmax output is a distribution,
          and the cross-entropy is the negative log-likelihood of the right class under it: minimising it is maximum
          likelihood. Its gradient at the softmax's input is simply output minus target, so a confident mistake is corrected
          strongly. With the squared error the gradient is multiplied by the softmax's slope, which vanishes
          exactly where the network is sure and wrong. Binary cross-entropy would treat the ten outputs as ten unrelated
          questions, although softmax ties them together.`,
          `RMSprop divides each gradient by a running root mean square of its own size, so all weights move at about the
          learning rate per step. It therefore fits the training images far faster than plain SGD at the same
          rate, and reaches overfitting sooner: with two million weights and no regulariser, the point where the test error turns is
          the interesting one.`,
        ],
        es: [
          `La pérdida es la entropía cruzada categórica. Cada imagen tiene exactamente una clase, la salida softmax es
          una distribución, y la entropía cruzada es menos el logaritmo de la verosimilitud de la clase correcta:
          minimizarla es máxima verosimilitud. Su gradiente a la entrada de la softmax es simplemente salida menos objetivo, así
          que un error cometido con seguridad se corrige con fuerza. Con el error cuadrático, el gradiente se
          multiplica por la pendiente de la softmax, que se anula justo donde la red está segura y se equivoca. La
          entropía cruzada binaria trataría las diez salidas como diez preguntas independientes, aunque la softmax
          las ata entre sí.`,
          `RMSprop divide cada gradiente por una media cuadrática móvil de su propio tamaño, de modo que todos los pesos
          avanzan por paso más o menos la tasa de aprendizaje. Por eso ajusta las imágenes de entrenamiento mucho más
          deprisa que SGD simple con la misma tasa, y también llega antes al sobreajuste: con dos millones de pesos
          y ningún regularizador, lo interesante es el punto donde el error de prueba cambia de sentido.`,
        ],
      },
      figures: ["confusion"],
    },
    "cifar10-e": {
      title: { en: "Two convolutions before each pooling", es: "Dos convoluciones antes de cada pooling" },
      question: {
        en: `Pooling after every convolution may reduce dimensions too early. Try C×C×P×C×C×P×F×F with 64 and 128 filters.
          Same filter size throughout, larger ones first, or larger ones second? More than 70 % validation accuracy is
          expected before 5 epochs; add a regulariser against overfitting. Plot the three errors over 25 epochs.`,
        es: `El pooling tras cada convolución puede reducir demasiado pronto las dimensiones. Pruebe C×C×P×C×C×P×F×F con 64 y
          128 filtros. ¿Mantener el tamaño de los filtros, usar los mayores primero o los mayores después? Se espera más
          del 70 % de exactitud de validación antes de 5 épocas; añada un regularizador contra el sobreajuste. Grafique
          los tres errores durante 25 épocas.`,
      },
      shown: (run) => [
        ...trialSentences(run),
        run.in({
          en: said`Best validation accuracy within the first five epochs:
            ${run.percent(fiveEpochs(run.curve("val_accuracy")))} (the source expects more than 70 % on all of CIFAR-10).`,
          es: said`Mejor exactitud de validación en las cinco primeras épocas:
            ${run.percent(fiveEpochs(run.curve("val_accuracy")))} (la fuente espera más del 70 % con todo CIFAR-10).`,
        }),
        bestEpoch(run),
      ],
      why: {
        en: [
          `Two 3×3 convolutions in a row see 5×5 pixels, with a nonlinearity between and 18 weights per pair of channels
          instead of 25: deeper for less. That is the argument for keeping filters small. If sizes are to differ, the larger
          filters are more sensible first: at full resolution an edge or a patch of texture spans several pixels,
          and there are only three input channels, so a large filter there is cheap. In the second block each pixel already
          stands for a neighbourhood, and the number of channels makes large filters expensive (4,853,322 parameters against
          4,528,714 and 4,460,106).`,
          `The regulariser is dropout: a quarter of the activations after each pooling and half of the hidden layer
          are set to zero at random in every step, so no unit can rely on one particular other one. It acts in
          training only; that is why training error can lie above validation error early on.`,
        ],
        es: [
          `Dos convoluciones de 3×3 seguidas ven 5×5 píxeles, con una no linealidad en medio y 18 pesos por par de
          canales en vez de 25: más profundidad por menos. Es el argumento a favor de los filtros pequeños. Si han de ser
          distintos, parece más sensato poner los mayores primero: a resolución completa un borde o un trozo de textura
          ocupa varios píxeles, y solo hay tres canales de entrada, así que ahí un filtro grande es barato. En el
          segundo bloque cada píxel ya representa una vecindad, y el número de canales encarece los filtros grandes (4.853.322
          parámetros frente a 4.528.714 y 4.460.106).`,
          `El regularizador es dropout: en cada paso se ponen a cero al azar una cuarta parte de las activaciones tras cada
          pooling y la mitad de la capa oculta, de modo que ninguna unidad puede confiar en otra en particular. Solo
          actúa en el entrenamiento; por eso al principio el error de entrenamiento puede quedar por encima del de validación.`,
        ],
      },
    },
    "cifar10-f": {
      title: {
        en: "Strided convolutions instead of pooling",
        es: "Convoluciones con stride en lugar de pooling",
      },
      question: {
        en: `Pooling layers can be replaced by convolutions of stride 2. Does that reduce dimensions? Check it by the
          shapes on the way through, train the network and plot the three errors.`,
        es: `Las capas de pooling pueden reemplazarse por convoluciones con stride 2. ¿Se reduce así la dimensionalidad?
          Compruébelo con las formas intermedias, entrene la red y grafique los tres errores.`,
      },
      shown: trainingSentences,
      why: {
        en: [
          `Yes: a 3×3 convolution of stride 2 without padding turns n pixels into (n − 3)/2 + 1, rounded down: 32 becomes 15
          and 15 becomes 7. The flattened vector has 7 · 7 · 64 = 3136 entries, and the network 1,982,154 parameters.`,
          `Max-pooling keeps the strongest response and has no weights; a strided convolution learns what to keep, at
          36,928 or 73,792 weights per layer. It can learn an average, a difference or a blur; what it cannot do
          is take a maximum. It is also dearer, since it computes with all channels where pooling only compares.`,
        ],
        es: [
          `Sí: una convolución de 3×3 con stride 2 y sin relleno convierte n píxeles en (n − 3)/2 + 1, redondeado hacia
          abajo: de 32 a 15 y de 15 a 7. El vector aplanado tiene 7 · 7 · 64 = 3136 componentes y la red 1.982.154
          parámetros.`,
          `Max-pooling conserva la respuesta más fuerte y no tiene pesos; una convolución con stride aprende qué conservar, con
          36.928 o 73.792 pesos por capa. Puede aprender una media, una diferencia o un desenfoque; lo que no puede
          es tomar un máximo. También es más cara, porque opera con todos los canales donde el pooling solo compara.`,
        ],
      },
      figures: ["network", "confusion"],
    },
    "cifar10-g": {
      title: { en: "Augmentation", es: "Aumento de datos" },
      question: {
        en: `Rotations, shifts and reflections make more training images out of those there are. Explain why that might
          improve the model, and find out whether it does.`,
        es: `Rotaciones, corrimientos y reflexiones crean más imágenes de entrenamiento a partir de las que hay. Explique por
          qué podría mejorar el modelo y evalúelo experimentalmente.`,
      },
      shown: (run) => [...trialSentences(run), outcome(run)],
      why: {
        en: [
          `A shifted cat is a cat. Augmentation tells the network so, by showing it variants whose class is known
          because the change does not alter it. The network never sees exactly the same image twice and cannot memorise
          it; what it can learn is what the variants have in common. The training error rises, the gap to the test error
          shrinks, and more epochs are needed. On few epochs or with a small network the second effect can
          outweigh the first: augmentation helps a model that overfits, not one that has not learned yet.`,
          `Which changes are safe depends on the data. A horizontal flip of a car is a car one might meet; a vertical flip is
          one nobody photographs, so it spends capacity on images that are not in the test set. Small rotations and shifts of a
          tenth resemble how photographs differ. For digits a flip would be wrong altogether.`,
        ],
        es: [
          `Un gato desplazado es un gato. El aumento de datos se lo dice a la red, mostrándole variantes cuya clase se conoce porque
          el cambio no la altera. La red nunca ve dos veces la misma imagen exacta y no puede memorizarla; lo que sí
          puede aprender es lo que las variantes tienen en común. Sube el error de entrenamiento, se reduce su
          distancia al de prueba y hacen falta más épocas. Con pocas épocas o una red pequeña, lo segundo puede pesar más que
          lo primero: el aumento ayuda a un modelo que sobreajusta, no a uno que aún no ha aprendido.`,
          `Qué cambios son seguros depende de los datos. Un coche reflejado horizontalmente es un coche que uno podría encontrar;
          reflejado verticalmente, uno que nadie fotografía, y gasta capacidad en imágenes que no están en el conjunto de
          prueba. Rotaciones pequeñas y corrimientos de una décima se parecen a cómo difieren las fotografías. Con
          dígitos, una reflexión sería sencillamente un error.`,
        ],
      },
    },
    "cifar10-h": {
      title: { en: "What is taken for what", es: "Qué se confunde con qué" },
      question: {
        en: `Which pairs of objects does one of the networks confuse, dogs with cats for example? Suggest why.`,
        es: `¿Qué pares de objetos tiende a confundir una de las redes, por ejemplo perros con gatos? Conjeture el motivo.`,
      },
      shown: (run) => [outcome(run), ...confusedPairs(run)],
      why: {
        en: [
          `Three things make two classes alike to a convolutional network. Shape and posture: four-legged animals with fur
          share parts, and at 32 pixels a muzzle is three pixels wide. Background: birds and aeroplanes come
          with sky, ships with water, deer and frogs with green and brown, and a network uses whatever predicts the
          class. And function: cars and lorries have the same wheels, windows and roads. Confusions between
          animals and vehicles are therefore mostly ones of background or of colour.`,
          `A pair that is confused in one direction far more than in the other tells something else: the network has
          a favourite among the two, usually the class whose images vary more.`,
        ],
        es: [
          `Tres cosas hacen que dos clases se parezcan para una red convolucional. La forma y la postura: los animales de cuatro patas y
          con pelo comparten partes, y a 32 píxeles un hocico mide tres. El fondo: pájaros y aviones vienen
          con cielo, los barcos con agua, ciervos y ranas con verde y marrón, y una red usa todo lo que prediga la clase. Y la
          función: coches y camiones tienen las mismas ruedas, ventanas y carreteras. Por eso las confusiones entre animales
          y vehículos suelen deberse al fondo o al color.`,
          `Un par que se confunde mucho más en un sentido que en el otro dice otra cosa: la red tiene una favorita entre las
          dos, normalmente la clase cuyas imágenes varían más.`,
        ],
      },
      figures: ["confusion", "confused"],
    },
  },
};

/** The best value of epochs 1 to 5. */
function fiveEpochs(
  curve: readonly { readonly epoch: number; readonly value: number }[],
): number | undefined {
  const early = curve.filter(({ epoch }) => epoch <= 5).map(({ value }) => value);
  return early.length > 0 ? Math.max(...early) : undefined;
}
