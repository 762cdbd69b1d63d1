/** @file Section 2 of the assignment: convolutional networks on street-view house numbers. */
import type { Chapter } from "../chapter.ts";
import { bestEpoch, duration, outcome, overfitting, trainingSentences } from "../phrases.ts";
import { confusedPairs, trialSentences } from "../run-sentences.ts";
import { said } from "../said.ts";

export const svhn: Chapter = {
  id: "section-svhn",
  title: { en: "House numbers from Google Street View", es: "Números de casas de Google Street View" },
  introduction: {
    en: `SVHN has single digits cut from photographs of house numbers: 73,257 for training, 26,032 for testing, and
      531,131 easier ones besides. They differ in font, colour, light and sharpness, and the neighbouring digits of
      the same number reach into the picture from both sides; only the one in the middle counts.`,
    es: `SVHN contiene dígitos sueltos recortados de fotografías de números de casas: 73.257 para entrenar, 26.032 para
      probar y otros 531.131 más fáciles. Difieren en tipo de letra, color, luz y nitidez, y los dígitos
      vecinos del mismo número asoman por ambos lados; solo cuenta el del centro.`,
  },
  experiments: {
    "svhn-a": {
      title: { en: "The data set", es: "El conjunto de datos" },
      question: {
        en: `Load the training and test sets. What is the size of the images? How many classes are there, and how many
          images of each? Show 5 random images of each set.`,
        es: `Cargue los datos de entrenamiento y pruebas. Determine el tamaño de las imágenes, el número de clases y de
          ejemplos en cada una. Visualice 5 imágenes aleatorias de cada conjunto. Comente.`,
      },
      shown: (run) => [
        run.in({
          en: said`The files of this run hold ${run.count(run.run.config.dataset.train)} training and
            ${run.count(run.run.config.dataset.test)} test images.`,
          es: said`Los ficheros de esta ejecución contienen ${run.count(run.run.config.dataset.train)} imágenes de
            entrenamiento y ${run.count(run.run.config.dataset.test)} de prueba.`,
        }),
      ],
      why: {
        en: [
          `Every image has 32 × 32 pixels and three channels, one byte each. There are ten classes; the files call the digit 0
          class 10. The classes are not balanced: house numbers begin with 1 more often than with 9, so small
          digits are more frequent, and a classifier that always says 1 is right in about a fifth of the cases. That,
          not 10 %, is what an accuracy has to be compared with.`,
          `The MATLAB files store the arrays column by column. The source's X.T gives images that are transposed, with rows and
          columns exchanged. A network does not mind, as long as training and test sets agree; a
          reader who looks at a 7 does.`,
        ],
        es: [
          `Cada imagen tiene 32 × 32 píxeles y tres canales, de un byte cada uno. Hay diez clases; los ficheros llaman 10 a
          la clase del dígito 0. Las clases no están equilibradas: los números de casa empiezan por 1 más a menudo que
          por 9, así que los dígitos pequeños son más frecuentes, y un clasificador que siempre diga 1 acierta
          en torno a una quinta parte de los casos. Con eso, y no con el 10 %, hay que comparar una exactitud.`,
          `Los ficheros de MATLAB guardan las matrices por columnas. El X.T de la fuente da imágenes transpuestas, con filas y
          columnas intercambiadas. A una red le da igual, siempre que entrenamiento y prueba coincidan; a quien mira
          un 7, no.`,
        ],
      },
    },
    "svhn-b": {
      title: { en: "Pixels and targets", es: "Píxeles y objetivos" },
      question: {
        en: `Divide the pixels by 255 and represent the wanted output as a vector with one entry per class.`,
        es: `Normalice las imágenes dividiendo por 255 y represente la salida deseada como un vector con una componente por
          clase.`,
      },
      shown: () => [],
      why: {
        en: [
          `Initial weights are drawn so that activations keep their size from layer to layer if the inputs have a size near
          one. Bytes up to 255 would make the first layer's outputs, and the gradients of its weights, hundreds of times too
          large for any usual learning rate.`,
          `One entry per class, because digits are names here, not quantities: a 3 taken for an 8 is no worse than a 3 taken
          for a 4, and a single output number from 0 to 9 would claim otherwise.`,
        ],
        es: [
          `Los pesos iniciales se sortean de modo que las activaciones conserven su tamaño de capa en capa si las
          entradas son del orden de uno. Con bytes de hasta 255, las salidas de la primera capa y los gradientes de sus pesos
          serían cientos de veces demasiado grandes para cualquier tasa de aprendizaje habitual.`,
          `Una componente por clase, porque aquí los dígitos son nombres y no cantidades: tomar un 3 por un 8 no es peor
          que tomarlo por un 4, y una única salida de 0 a 9 afirmaría lo contrario.`,
        ],
      },
    },
    "svhn-c": {
      title: { en: "A CNN with two convolutions", es: "Una CNN con dos convoluciones" },
      question: {
        en: `Define C×P×C×P×F×F with 16 filters of 5×5, then 512 of 7×7, and a hidden layer of 20. A network much like it
          reached 94.28 % in the literature. Show the shapes and train at most 10 epochs. Does it equal that result?`,
        es: `Defina C×P×C×P×F×F con 16 filtros de 5×5, luego 512 de 7×7 y una capa oculta de 20. Una red parecida alcanzó un
          94,28 % en la literatura. Muestre las formas y entrene un máximo de 10 épocas. ¿Logra igualar ese resultado?`,
      },
      shown: (run) => [
        ...trainingSentences(run),
        run.in({
          en: said`What Keras prints as accuracy for this loss, the binary accuracy, is ${run.written("test_binary_accuracy")}
            for the same outputs of which ${run.written("test_accuracy")} are right.`,
          es: said`Lo que Keras muestra como accuracy con esta pérdida, la exactitud binaria, es
            ${run.written("test_binary_accuracy")} para las mismas salidas de las que acierta el ${run.written("test_accuracy")}.`,
        }),
      ],
      why: {
        en: [
          `The source trains a softmax output with binary cross-entropy, and Keras then silently measures "accuracy" as binary
          accuracy: the share of the ten outputs that are on the right side of 0.5. An output that is never above 0.5
          has nine of ten right, so 90 % is where a network starts that knows nothing, and 98 % in that measure may well be 90 % of
          the digits. Only the categorical accuracy can be held against the 94.28 %.`,
          `The binary loss also makes learning slower at first. Averaged over ten outputs its gradient is a fraction of
          that of the categorical one, and saying "0.1 for each" is a plateau where it starts. Adagrad, whose steps
          shrink with the sum of all squared gradients so far, makes large steps early and small ones for ever after.
          And the 20 hidden units are a narrow waist between 32,768 features and ten classes: should some of them die
          early (a ReLU that is below zero for all images gets no gradient), little remains.`,
          `The published network is similar, not equal: it feeds features of both stages to the classifier, pools with an
          L4 norm and normalises contrast first.`,
        ],
        es: [
          `La fuente entrena una salida softmax con entropía cruzada binaria, y entonces Keras mide sin avisar la "accuracy"
          como exactitud binaria: la proporción de las diez salidas que están del lado correcto de 0,5. Una salida que
          nunca supera 0,5 acierta nueve de diez, así que el 90 % es el punto de partida de una red que no sabe
          nada, y un 98 % en esa medida bien puede ser un 90 % de los dígitos. Solo la exactitud categórica puede
          compararse con el 94,28 %.`,
          `La pérdida binaria además hace más lento el comienzo. Promediada sobre diez salidas, su gradiente es una fracción
          del de la categórica, y decir "0,1 para cada una" es una meseta de la que se parte. Adagrad, cuyos pasos
          se encogen con la suma de todos los gradientes al cuadrado, da pasos grandes al principio y pequeños para siempre
          después. Y las 20 unidades ocultas son una cintura estrecha entre 32.768 características y diez clases: si
          algunas mueren pronto (una ReLU que es negativa para todas las imágenes no recibe gradiente), queda poco.`,
          `La red publicada es parecida, no igual: entrega al clasificador características de ambas etapas, hace pooling con
          una norma L4 y antes normaliza el contraste.`,
        ],
      },
      figures: ["network", "confusion"],
    },
    "svhn-d": {
      title: { en: "Filter and pool sizes", es: "Tamaños de filtros y de pooling" },
      question: {
        en: `How sensitive is the test error to the sizes of the convolution and pooling filters? Summarise in a plot or a
          table, after 10 epochs each.`,
        es: `Evalúe la sensibilidad del error de pruebas al tamaño de los filtros de convolución y de pooling. Presente un
          gráfico o tabla resumen, con 10 épocas cada uno.`,
      },
      shown: (run) => trialSentences(run),
      why: {
        en: [
          `A filter has to be large enough for what it shall recognise. In the first layer that is an edge or a stroke's end,
          two to five pixels; in the second, on halved images, a piece of a digit, where 7×7 already spans nearly half of it.
          Larger filters cost parameters and time with the square of their size, and beyond the size of the
          pattern they only add weights to overfit with.`,
          `Pooling trades place for robustness. 2×2 forgives a shift by a pixel; 4×4 forgives more, but after two such
          layers a digit is a grid of 2×2 and the difference between a 6 and a 9, which is one of place, is hard to see. It
          also shrinks the fully connected layer by the square, which makes it the strongest regulariser of the two.`,
        ],
        es: [
          `Un filtro debe ser lo bastante grande para lo que ha de reconocer. En la primera capa es un borde o el final
          de un trazo, de dos a cinco píxeles; en la segunda, sobre imágenes reducidas a la mitad, un trozo de
          dígito, donde 7×7 abarca ya casi la mitad. Los filtros mayores cuestan parámetros y tiempo con el
          cuadrado de su tamaño, y más allá del tamaño del patrón solo añaden pesos con los que sobreajustar.`,
          `El pooling cambia lugar por robustez. 2×2 perdona un desplazamiento de un píxel; 4×4 perdona más, pero tras
          dos capas así un dígito es una cuadrícula de 2×2 y la diferencia entre un 6 y un 9, que es de lugar, se ve
          mal. También reduce la capa totalmente conectada con el cuadrado, lo que lo convierte en el regularizador más fuerte
          de los dos.`,
        ],
      },
    },
    "svhn-e": {
      title: { en: "How many filters", es: "Cuántos filtros" },
      question: {
        en: `What does the number of filters of the convolutions do to the time of training and to the network's performance?
          Summarise in a plot or a table, after 10 epochs each.`,
        es: `Evalúe el efecto del número de filtros de las capas convolucionales en los tiempos de entrenamiento y en el
          desempeño de la red. Presente un gráfico o tabla resumen, con 10 épocas cada uno.`,
      },
      shown: (run) => trialSentences(run),
      why: {
        en: [
          `The work of the second convolution is filters of the first times filters of the second times 7 · 7 · 256 places:
          doubling both makes it four times as much. The time per epoch follows that once the GPU is busy; small numbers
          of filters leave it idle and cost almost the same each, since launching the kernels is what takes the time.`,
          `The error falls quickly while there are too few filters for the shapes there are to tell apart, and slowly afterwards:
          more filters then see variants of what others see already. The interesting point is the knee of the curve of error against
          time, not its end.`,
        ],
        es: [
          `El trabajo de la segunda convolución es filtros de la primera por filtros de la segunda por 7 · 7 · 256 lugares:
          duplicar ambos lo multiplica por cuatro. El tiempo por época lo sigue cuando la GPU está ocupada; pocos
          filtros la dejan ociosa y cuestan casi lo mismo, porque lo que tarda es lanzar los kernels.`,
          `El error baja deprisa mientras los filtros no alcanzan para las formas que hay que distinguir, y despacio
          después: los filtros añadidos ven variantes de lo que otros ya ven. El punto interesante es el codo de la curva de error
          frente a tiempo, no su final.`,
        ],
      },
    },
    "svhn-f": {
      title: { en: "A better network", es: "Una red mejor" },
      question: {
        en: `Propose an improvement of (c) that lowers the test error. To choose between architectures, set validation images
          aside.`,
        es: `Proponga una mejora sobre la red (c) que reduzca el error de pruebas. Recuerde definir un subconjunto de
          validación si necesita elegir entre arquitecturas.`,
      },
      shown: (run) => [...trainingSentences(run), ...trialSentences(run, "val_error")],
      why: {
        en: [
          `Four things in (c) ask for improvement: a loss that does not fit a softmax, two layers of very large filters where several
          small ones see as much with more nonlinearities, a waist of 20 units, and nothing against overfitting. Blocks of 3×3
          convolutions with batch normalisation and dropout, trained with the categorical cross-entropy, mend all four.`,
          `The choice is made on validation images that are taken from the training set. Choosing by the test error
          would make it a training error of a kind: the smallest of many noisy numbers is too small on average,
          and the reported figure would no longer say how the network does on new images.`,
        ],
        es: [
          `Cuatro cosas de (c) piden mejora: una pérdida que no encaja con una softmax, dos capas de filtros muy grandes donde varias
          de pequeños ven lo mismo con más no linealidades, una cintura de 20 unidades y nada contra el sobreajuste. Bloques
          de convoluciones de 3×3 con normalización por lotes y dropout, entrenados con la entropía cruzada categórica, remedian
          las cuatro.`,
          `La elección se hace con imágenes de validación tomadas del conjunto de entrenamiento. Elegir por el error de prueba
          lo convertiría en una especie de error de entrenamiento: el menor de muchos números ruidosos es, en
          promedio, demasiado pequeño, y la cifra dejaría de decir cómo se porta la red con imágenes nuevas.`,
        ],
      },
      figures: ["network", "confusion"],
    },
    "svhn-g": {
      title: { en: "What the first layer sees", es: "Lo que ve la primera capa" },
      question: {
        en: `Show the weights of the first layer's filters of one of the trained networks, and what the filters make of some
          training images.`,
        es: `Visualice los pesos de los filtros de la primera capa de una de las redes entrenadas y el efecto de los filtros
          sobre algunas imágenes de entrenamiento. Comente.`,
      },
      shown: (run) => [outcome(run)],
      why: {
        en: [
          `Filters that were used have structure: light beside dark at some angle (edges), a light line between dark ones
          (strokes), or one colour against another. Filters without structure, that still look like the noise they
          started from, got no gradient worth mentioning: too few epochs, too small a rate, or a unit that died. A flat filter of one
          colour is a local mean, which tells background from foreground.`,
          `The responses show that one filter draws the left edges of a digit and another the lower ones; together they hold the
          digit, without its colours, which do not matter for its class. Most maps are dark at most places: ReLU
          cuts off what does not match.`,
        ],
        es: [
          `Los filtros que se han usado tienen estructura: claro junto a oscuro en algún ángulo (bordes), una línea clara entre
          oscuras (trazos) o un color frente a otro. Los que no la tienen, y aún parecen el ruido del que partieron, no
          recibieron un gradiente digno de mención: pocas épocas, una tasa demasiado pequeña o una unidad que murió. Un
          filtro plano de un solo color es una media local, que distingue el fondo de la figura.`,
          `Las respuestas muestran que un filtro dibuja los bordes izquierdos de un dígito y otro los inferiores; juntos contienen el
          dígito sin sus colores, que no importan para su clase. La mayoría de los mapas son oscuros en casi todas partes: la
          ReLU corta lo que no encaja.`,
        ],
      },
      figures: ["filters", "feature-maps", "responses", "first-layer"],
    },
    "svhn-h": {
      title: { en: "Which digits are confused", es: "Qué dígitos se confunden" },
      question: {
        en: `Which pairs of digits does one of the networks confuse, 1 with 7 for example? Suggest why.`,
        es: `¿Qué pares de dígitos tiende a confundir una de las redes, por ejemplo "1" con "7"? Conjeture el motivo.`,
      },
      shown: (run) => [outcome(run), ...confusedPairs(run)],
      why: {
        en: [
          `Some digits differ by one stroke: a 1 and a 7 by the bar on top, a 3 and an 8 by the left halves of two loops, a 5 and a
          6 by one of them, a 5 and a 3 by which way the upper part bends. Blur closes loops and swallows bars.`,
          `SVHN has a reason of its own: the neighbours. In a picture of the 4 of 143 there is also a 3, and whether the
          network looks at the middle has to be learned. Confusions of digits that do not look alike at all are often of
          this kind, and the example images show it. Frequent classes (1, 2, 3) also attract what cannot be read, since
          guessing the frequent one lowers the loss.`,
        ],
        es: [
          `Algunos dígitos difieren en un trazo: un 1 y un 7 en la barra superior, un 3 y un 8 en las mitades izquierdas de
          dos bucles, un 5 y un 6 en uno de ellos, un 5 y un 3 en hacia dónde se curva la parte de arriba. El desenfoque cierra
          bucles y se traga barras.`,
          `SVHN tiene además un motivo propio: los vecinos. En una imagen del 4 de 143 hay también un 3, y que haya
          que mirar al centro es algo que la red debe aprender. Las confusiones entre dígitos que no se parecen en nada suelen
          ser de esta clase, y las imágenes de ejemplo lo muestran. Las clases frecuentes (1, 2, 3) atraen también lo que
          no se puede leer, porque apostar por la frecuente reduce la pérdida.`,
        ],
      },
      figures: ["confusion", "confused"],
    },
    "svhn-i": {
      title: { en: "With the extra images", es: "Con las imágenes adicionales" },
      question: {
        en: `Is it worth while to train on the whole data set, with the 531,131 images of "extra"?`,
        es: `Evalúe la conveniencia de utilizar todo el conjunto de datos ("extra_32x32.mat") en el entrenamiento de la red.`,
      },
      shown: (run) => [outcome(run), bestEpoch(run), overfitting(run), duration(run)],
      why: {
        en: [
          `Eight times as many images mean eight times as many steps per epoch, so one epoch with them costs as much as eight
          without: compare at equal time, not at equal epochs. What they bring is variety, and variety closes the gap
          between training and test error like no regulariser does. They are easier images, though, so the mean training error
          falls for that reason alone, and the hard cases become rarer in each batch.`,
          `1.86 GB of bytes do not fit the default limit of a WebGPU buffer and need not: batches are streamed.`,
        ],
        es: [
          `Ocho veces más imágenes son ocho veces más pasos por época, así que una época con ellas cuesta como ocho
          sin ellas: hay que comparar a igual tiempo, no a igual número de épocas. Lo que aportan es variedad, y la variedad acerca
          el error de prueba al de entrenamiento como ningún regularizador. Pero son imágenes más fáciles: el
          error medio de entrenamiento baja ya por eso, y los casos difíciles escasean en cada lote.`,
          `1,86 GB de bytes no caben en el límite por defecto de un búfer de WebGPU, ni falta que hace: los lotes llegan
          en flujo.`,
        ],
      },
    },
  },
};
