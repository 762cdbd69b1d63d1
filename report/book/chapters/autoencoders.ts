/** @file Section 3.1 of the assignment: autoencoders as dimensionality reduction on MNIST. */
import type { Chapter } from "../chapter.ts";
import type { Evidence, Sentence } from "../evidence.ts";
import { duration } from "../phrases.ts";
import { listed, versus } from "../run-sentences.ts";
import { said } from "../said.ts";

export const autoencoders: Chapter = {
  id: "section-autoencoders",
  title: {
    en: "Autoencoders: dimensionality reduction on MNIST",
    es: "Autoencoders: reducción de dimensionalidad en MNIST",
  },
  introduction: {
    en: `An autoencoder is trained to give back its input through a layer too narrow to copy it. What passes through, the
      code, has to hold what images of digits have in common and how they differ. No label is used. Batches of
      25 and 50 epochs make 110,000 small steps for each network.`,
    es: `Un autoencoder se entrena para devolver su entrada a través de una capa demasiado estrecha para copiarla. Lo que
      pasa por ella, el código, tiene que contener lo que las imágenes de dígitos tienen en común y en qué difieren.
      No se usa ninguna etiqueta. Lotes de 25 y 50 épocas hacen 110.000 pasos pequeños por red.`,
  },
  experiments: {
    "ae-a": {
      title: { en: "A basic autoencoder at four sizes", es: "Un autoencoder básico de cuatro tamaños" },
      question: {
        en: `Train an autoencoder with one hidden layer for codes of 2, 8, 32 and 64 numbers. Justify the loss and the training.
          What are the compression and the reconstruction error? Is a ReLU encoder better? Could ReLU be used in the decoder?`,
        es: `Entrene un AE básico (una capa escondida) para representar MNIST en d' = 2, 8, 32 y 64 dimensiones. Justifique la
          función de pérdida y el criterio de entrenamiento. Determine la compresión y el error de reconstrucción. ¿Mejora
          con una activación ReLU en el encoder? ¿Podría utilizarse en el decoder?`,
      },
      shown: (run) => [
        run.in({
          en: said`Cross-entropy per pixel on the test images with sigmoid encoders: ${listed(run, /sigmoid_(\d+)_loss/)}; with ReLU
            encoders: ${listed(run, /relu_(\d+)_loss/)}.`,
          es: said`Entropía cruzada por píxel en las imágenes de prueba con encoders sigmoides: ${listed(run, /sigmoid_(\d+)_loss/)};
            con encoders ReLU: ${listed(run, /relu_(\d+)_loss/)}.`,
        }),
        run.in({
          en: said`Answering every image with the mean training image costs ${run.written("mean_image_loss")}.`,
          es: said`Responder a todo con la imagen media de entrenamiento cuesta ${run.written("mean_image_loss")}.`,
        }),
        versus(run, /relu_(\d+)_mse/, /sigmoid_(\d+)_mse/, {
          en: ["a ReLU encoder", "a sigmoid one"],
          es: ["un encoder ReLU", "uno sigmoide"],
        }),
        reluDecoder(run),
      ],
      why: {
        en: [
          `Loss: a pixel between 0 and 1 can be read as the probability of ink, and the output as the network's estimate of
          it. Binary cross-entropy is then minus the log-likelihood. With a sigmoid output its gradient is output minus
          pixel; the squared error's is multiplied by the sigmoid's slope and stalls where the output is
          confidently wrong. Since pixels are not only 0 and 1, even a perfect copy does not reach a loss of zero: what remains is
          the pixels' own entropy. The squared error beside it does not have that floor.`,
          `Training: the text leaves the optimizer open. Keras averages the cross-entropy over the 784 outputs, so every gradient is 784
          times smaller than that of the sum; that is why 3.1 (g) can prescribe SGD at a rate of 1. For a sigmoid code even that is too little:
          after 9,600 updates it was still saturated here, at the error of the mean image. Adam divides by the size of the gradients and
          left that plateau with 32 numbers, not with 2 in 48,000 updates; the notebook on question 3.3 trains its autoencoders by it as well.
          The questions after this one use ReLU encoders.`,
          `Compression is 1 − d'/784: 99.74, 98.98, 95.92 and 91.84 %. A ReLU encoder has an unbounded code and a gradient
          of one where it is active, a sigmoid one at most a quarter; it therefore learns faster, and with enough
          dimensions it usually ends lower. With two dimensions there is the risk that a unit is zero for all images.`,
          `ReLU in the decoder can answer exactly 0, or more than 1. The cross-entropy is not defined there: Keras clips to
          [1e-7, 1 − 1e-7], and where the clip acts the gradient is zero. A pixel whose unit falls below zero stays dark for
          good, however wrong that is.`,
        ],
        es: [
          `Pérdida: un píxel entre 0 y 1 puede leerse como la probabilidad de tinta, y la salida como la estimación de la
          red. La entropía cruzada binaria es entonces menos el logaritmo de la verosimilitud. Con salida sigmoide su
          gradiente es salida menos píxel; el del error cuadrático va multiplicado por la pendiente de la sigmoide y
          se estanca donde la salida se equivoca con seguridad. Como los píxeles no son solo 0 y 1, ni una copia perfecta llega a
          pérdida cero: queda la entropía de los propios píxeles. El error cuadrático, al lado, no tiene ese suelo.`,
          `Entrenamiento: el texto deja libre el optimizador. Keras promedia la entropía cruzada sobre las 784 salidas, de modo que cada
          gradiente es 784 veces menor que el de la suma; por eso 3.1 (g) puede pedir SGD con tasa 1. Para un código sigmoide ni eso basta:
          tras 9.600 actualizaciones seguía aquí saturado, en el error de la imagen media. Adam divide por el tamaño de los
          gradientes y salió de esa meseta con 32 números, no con 2 en 48.000 actualizaciones; el cuaderno sobre la pregunta 3.3 también
          entrena con él sus autoencoders. Las preguntas siguientes usan encoders ReLU.`,
          `La compresión es 1 − d'/784: 99,74, 98,98, 95,92 y 91,84 %. Un encoder ReLU tiene un código no acotado y gradiente
          uno donde está activo; el sigmoide, a lo sumo un cuarto; por eso aprende más deprisa y, con dimensiones
          suficientes, suele terminar más abajo. Con dos dimensiones existe el riesgo de que una unidad sea cero para
          todas las imágenes.`,
          `Una ReLU en el decoder puede responder exactamente 0, o más de 1. Ahí la entropía cruzada no está definida: Keras recorta
          a [1e-7, 1 − 1e-7], y donde actúa el recorte el gradiente es cero. Un píxel cuya unidad cae por debajo de
          cero se queda oscuro para siempre, por equivocado que esté.`,
        ],
      },
    },
    "ae-b": {
      title: { en: "Seeing the reconstructions", es: "Ver las reconstrucciones" },
      question: {
        en: `Compare test images with their reconstructions for each size of the code. Does what one sees agree with the
          reconstruction error?`,
        es: `Compare visualmente la reconstrucción desde cada representación para algunas imágenes de prueba. ¿Se corresponde la
          percepción visual con el error de reconstrucción?`,
      },
      shown: (run) => [
        run.in({
          en: said`Squared error per pixel by size of the code: ${listed(run, /code_(\d+)_mse/)}.`,
          es: said`Error cuadrático por píxel según el tamaño del código: ${listed(run, /code_(\d+)_mse/)}.`,
        }),
        run.in({
          en: said`Encoder and decoder, saved and loaded again, differ from the autoencoder by at most
            ${run.written("loaded_difference")}.`,
          es: said`El encoder y el decoder, guardados y vueltos a cargar, difieren del autoencoder a lo sumo en
            ${run.written("loaded_difference")}.`,
        }),
      ],
      why: {
        en: [
          `On the whole yes, in detail no. From 2 to 64 numbers both the error and the blur decrease. But a mean over pixels
          weighs every pixel alike and the eye does not. A stroke that is displaced by one pixel is as good to us and costs twice,
          where it is and where it should be; a 4 that was closed to a 9 differs by a few pixels, costs little and is
          wrong. Blur is the mean's compromise: where two strokes are possible, grey in both places costs less than
          black in the wrong one.`,
          `Thin digits have small errors and heavy ones large errors, whatever becomes of them, since most of the error is at the
          edges of strokes.`,
        ],
        es: [
          `En conjunto sí, en el detalle no. De 2 a 64 números disminuyen el error y el desenfoque. Pero una media sobre píxeles
          los pesa todos igual, y el ojo no. Un trazo desplazado un píxel nos parece igual de bueno y cuesta dos veces,
          donde está y donde debería estar; un 4 cerrado hasta parecer un 9 difiere en pocos píxeles, cuesta poco
          y está mal. El desenfoque es el compromiso de la media: donde son posibles dos trazos, gris en ambos lugares cuesta menos que
          negro en el equivocado.`,
          `Los dígitos finos tienen errores pequeños y los gruesos grandes, pase lo que pase con ellos, porque la mayor
          parte del error está en los bordes de los trazos.`,
        ],
      },
    },
    "ae-c": {
      title: {
        en: "Nearest neighbours on pixels and codes",
        es: "Vecinos más cercanos en píxeles y códigos",
      },
      question: {
        en: `Classify by the 10 nearest training images, on the original data and on the codes. Compare test errors and mean times of a
          prediction.`,
        es: `Clasifique con las 10 imágenes de entrenamiento más cercanas, sobre los datos originales y sobre los códigos. Compare
          el error de pruebas y los tiempos medios de predicción.`,
      },
      shown: (run) => [
        run.in({
          en: said`On the 784 pixels kNN misclassifies ${run.written("pixels_error")}; on codes ${listed(run, /code_(\d+)_error/)}.`,
          es: said`Con los 784 píxeles kNN se equivoca en el ${run.written("pixels_error")}; con códigos, en ${listed(run, /code_(\d+)_error/)}.`,
        }),
        run.in({
          en: said`A prediction takes ${run.written("pixels_ms_per_prediction")} on pixels and
            ${listed(run, /code_(\d+)_ms_per_prediction/)} numbers.`,
          es: said`Una predicción tarda ${run.written("pixels_ms_per_prediction")} con píxeles y
            ${listed(run, /code_(\d+)_ms_per_prediction/)} números.`,
        }),
      ],
      why: {
        en: [
          `Distances between pixels count every pixel of the border and every shade of the pen. A code that keeps the shape and drops the
          noise can be as good a space to look for neighbours in as the pixels, at a twentieth of their number. At 2
          numbers digits overlap: there is not room for ten classes and their variation in a plane, at least not for
          an encoder of one layer.`,
          `The time is mostly that of 784 or d' multiplications and additions for each of the training images, plus finding the ten smallest of
          all distances, which does not depend on d'. So it falls with d' less than in proportion.`,
        ],
        es: [
          `Las distancias entre píxeles cuentan cada píxel del borde y cada matiz del bolígrafo. Un código que conserva la forma y
          suelta el ruido puede ser un espacio tan bueno para buscar vecinos como los píxeles, con una vigésima parte
          de números. Con 2 los dígitos se solapan: en un plano no hay sitio para diez clases y su variación, al
          menos para un encoder de una capa.`,
          `El tiempo es sobre todo el de 784 o d' multiplicaciones y sumas por cada imagen de entrenamiento, más encontrar las diez
          menores de todas las distancias, que no depende de d'. Por eso baja con d' menos que en proporción.`,
        ],
      },
    },
    "ae-e": {
      title: { en: "PCA against the autoencoder", es: "PCA frente al autoencoder" },
      question: {
        en: `Compare the basic autoencoder's code with PCA at the same number of dimensions, 2, 4, 8, 16 and 32, by
          reconstruction error and by kNN.`,
        es: `Compare la representación del autoencoder básico con la de PCA con el mismo número de dimensiones, d' = 2, 4, 8, 16 y 32,
          por error de reconstrucción y por clasificación kNN. Comente.`,
      },
      shown: (run) =>
        methodSentences(run, "ae", { en: "the basic autoencoder", es: "el autoencoder básico" }),
      why: {
        en: [
          `PCA is the best linear code there is for the squared error, by the singular value decomposition, and needs no
          training. An autoencoder with one hidden layer is nearly linear itself: only its decoder's sigmoid, and the
          encoder's ReLU, bend it. The sigmoid output helps, since it cannot leave the interval from 0 to 1 where PCA wastes
          effort; what hurts is that training by small steps ends before the minimum, the further before it the shorter it is.
          So who is ahead depends on d' and on patience. It is the deep autoencoder that can leave PCA behind.`,
          `kNN judges otherwise. PCA orders directions by variance, and distances in its code are those of the pixels, with the small
          variances left out. In a ReLU code the units have scales of their own and are zero for many images, which changes who is
          whose neighbour.`,
        ],
        es: [
          `PCA es el mejor código lineal que existe para el error cuadrático, por la descomposición en valores singulares, y no
          necesita entrenamiento. Un autoencoder de una capa oculta es casi lineal: solo lo curvan la sigmoide del
          decoder y la ReLU del encoder. La salida sigmoide ayuda, porque no puede salirse del intervalo de 0 a 1, donde PCA malgasta
          esfuerzo; perjudica que el entrenamiento, a pasos pequeños, termine antes del mínimo, y tanto antes cuanto más corto es.
          Así que quién va delante depende de d' y de la paciencia. El que puede dejar atrás a PCA es el autoencoder profundo.`,
          `kNN juzga de otro modo. PCA ordena direcciones por varianza, y las distancias en su código son las de los píxeles sin
          las varianzas pequeñas. En un código ReLU cada unidad tiene su escala y es cero para muchas imágenes, lo que cambia quién
          es vecino de quién.`,
        ],
      },
    },
    "ae-g": {
      title: { en: "Deep autoencoders", es: "Autoencoders profundos" },
      question: {
        en: `Build autoencoders with 2, 3 and 4 hidden layers and show that they compress better than PCA at the same d' = 2, 4, 8, 16,
          32, by reconstruction error and by kNN.`,
        es: `Construya deep autoencoders (L = 2, 3, 4) y demuestre experimentalmente que pueden mejorar la compresión de PCA con el
          mismo d' = 2, 4, 8, 16, 32, en error de reconstrucción y en clasificación kNN. Comente.`,
      },
      shown: (run) => [
        ...["2", "3", "4"].flatMap((depth) =>
          methodSentences(run, `deep_${depth}`, {
            en: `the one with L = ${depth}`,
            es: `el de L = ${depth}`,
          }),
        ),
        duration(run),
      ],
      why: {
        en: [
          `Images of digits lie near a curved surface in the space of 784 pixels: slant, width and roundness change a digit
          along curves. PCA lays a plane through it and needs many dimensions for the bends; a deep encoder can unroll it. The advantage
          is therefore largest where dimensions are fewest, and shrinks as d' grows and the plane becomes wide
          enough.`,
          `Depth has a price: more layers between the loss and the first weights, so plain SGD crosses long plateaus in which all
          images are answered with their mean. The learning rate of 1.0 is possible because the loss is a mean over 784
          outputs. A ReLU code, as in the source, can lose units for good; two numbers of which one is always zero are one number.
          Here the code is linear.`,
        ],
        es: [
          `Las imágenes de dígitos están cerca de una superficie curva en el espacio de 784 píxeles: la inclinación, la anchura y la
          redondez cambian un dígito a lo largo de curvas. PCA la atraviesa con un plano y necesita muchas dimensiones para las
          curvas; un encoder profundo puede desenrollarla. La ventaja es por tanto mayor con pocas dimensiones y disminuye
          cuando d' crece y el plano se vuelve bastante ancho.`,
          `La profundidad tiene un precio: más capas entre la pérdida y los primeros pesos, y SGD simple atraviesa largas mesetas en las
          que responde a todas las imágenes con su media. La tasa de 1,0 es posible porque la pérdida es una media
          sobre 784 salidas. Un código ReLU, como en la fuente, puede perder unidades para siempre; dos números de los que uno
          siempre es cero son un número. Aquí el código es lineal.`,
        ],
      },
    },
    "ae-h": {
      title: { en: "Codes in the plane: t-SNE and PCA", es: "Los códigos en el plano: t-SNE y PCA" },
      question: {
        en: `Visualise some of the representations with t-SNE and compare with PCA.`,
        es: `Visualice algunas de las representaciones aprendidas con t-SNE y compare cualitativamente con PCA.`,
      },
      shown: (run) => [
        run.in({
          en: said`Of the points in the plane, the ten nearest name rightly: ${run.written("tsne_code_agreement")} (t-SNE of the code),
            ${run.written("pca_code_agreement")} (PCA of the code), ${run.written("tsne_pixels_agreement")} (t-SNE of the pixels),
            ${run.written("pca_pixels_agreement")} (PCA of the pixels).`,
          es: said`De los puntos del plano, los diez más cercanos aciertan: ${run.written("tsne_code_agreement")} (t-SNE del código),
            ${run.written("pca_code_agreement")} (PCA del código), ${run.written("tsne_pixels_agreement")} (t-SNE de los píxeles),
            ${run.written("pca_pixels_agreement")} (PCA de los píxeles).`,
        }),
      ],
      why: {
        en: [
          `PCA shows the two directions of most variance, from the same viewpoint for all points: far apart there means far apart in
          truth, but what differs in the other directions lies on top of each other. t-SNE places points so that near
          neighbours stay near. It pulls groups apart that a projection lays over each other, and says little about the distance
          between groups or their sizes: those follow from the perplexity, not from the data.`,
          `Digits that share strokes (4, 7 and 9; 3, 5 and 8) touch in both. A point in the middle of another digit's group is worth a
          look: usually one would hesitate oneself.`,
        ],
        es: [
          `PCA muestra las dos direcciones de mayor varianza, desde el mismo punto de vista para todos los puntos: lejos ahí es lejos de
          verdad, pero lo que difiere en las otras direcciones queda superpuesto. t-SNE coloca los puntos de modo que los
          vecinos sigan siendo vecinos. Separa grupos que una proyección superpone, y dice poco de la distancia entre
          grupos o de sus tamaños: eso resulta de la perplejidad, no de los datos.`,
          `Los dígitos que comparten trazos (4, 7 y 9; 3, 5 y 8) se tocan en ambos. Un punto en medio del grupo de otro dígito merece una
          mirada: normalmente uno mismo dudaría.`,
        ],
      },
    },
    "ae-i": {
      title: { en: "A convolutional autoencoder", es: "Un autoencoder convolucional" },
      question: {
        en: `Make the autoencoder of convolutions, working on images instead of vectors, and compare the quality of its code at equal
          dimension.`,
        es: `Modifique el autoencoder para trabajar directamente sobre imágenes con capas convolucionales y compare la calidad de su
          representación con el mismo número de dimensiones. Comente.`,
      },
      shown: (run) => [
        run.in({
          en: said`At 392 numbers the squared error per pixel is ${run.written("convolutional_mse")} for the convolutional
            autoencoder, ${run.written("basic_mse")} for the basic one and ${run.written("pca_mse")} for PCA.`,
          es: said`Con 392 números el error cuadrático por píxel es ${run.written("convolutional_mse")} en el convolucional,
            ${run.written("basic_mse")} en el básico y ${run.written("pca_mse")} con PCA.`,
        }),
        run.in({
          en: said`kNN on the codes misclassifies ${run.written("convolutional_knn_error")}, ${run.written("basic_knn_error")} and
            ${run.written("pca_knn_error")} of the test images.`,
          es: said`kNN sobre los códigos se equivoca en el ${run.written("convolutional_knn_error")}, ${run.written("basic_knn_error")} y
            ${run.written("pca_knn_error")} de las imágenes de prueba.`,
        }),
      ],
      why: {
        en: [
          `The convolutional network has 3,217 weights; the basic one of the same code has 615,832. It gets by because a stroke is the same
          stroke everywhere, so eight small pictures of 7 × 7 say which piece of stroke is where. That code is large, half as many
          numbers as pixels, and not one of "what digit" but of "what is here": good for reconstruction, no
          better than pixels for neighbours.`,
          `Upsampling repeats each value in a block of 2 × 2, and the convolution after it smooths the blocks. Adadelta chooses its step from the ratio
          of two running means and here has the learning rate of 1 it was published with; tf.keras's later default of 0.001
          makes the same code appear not to learn.`,
        ],
        es: [
          `La red convolucional tiene 3.217 pesos; la básica con el mismo código, 615.832. Le bastan porque un trazo es el mismo trazo en
          todas partes, y ocho imágenes pequeñas de 7 × 7 dicen qué trozo de trazo hay en cada lugar. Ese código es grande, la mitad de
          números que píxeles, y no dice «qué dígito» sino «qué hay aquí»: bueno para reconstruir, no mejor que los
          píxeles para buscar vecinos.`,
          `El upsampling repite cada valor en un bloque de 2 × 2 y la convolución que le sigue alisa los bloques. Adadelta elige su
          paso con el cociente de dos medias móviles, y aquí tiene la tasa 1 con la que se publicó; con el
          0,001 que luego fijó tf.keras, el mismo código parece no aprender.`,
        ],
      },
    },
  },
};

/** A method against PCA: reconstruction and neighbours. */
function methodSentences(
  run: Evidence,
  key: string,
  name: Readonly<Record<"en" | "es", string>>,
): Sentence[] {
  const figure = (what: string) => new RegExp(`${key}_(\\d+)_${what}`);
  const errors = listed(run, figure("mse"));
  return [
    run.in({
      en: said`Squared error per pixel of ${name.en}: ${errors}; of PCA: ${listed(run, /pca_(\d+)_mse/)}.`,
      es: said`Error cuadrático por píxel de ${name.es}: ${errors}; de PCA: ${listed(run, /pca_(\d+)_mse/)}.`,
    }),
    versus(run, figure("mse"), /pca_(\d+)_mse/, { en: [name.en, "PCA"], es: [name.es, "PCA"] }),
    run.in({
      en: said`kNN on its codes misclassifies ${listed(run, figure("knn_error"))}, on PCA's ${listed(run, /pca_(\d+)_knn_error/)}.`,
      es: said`kNN sobre sus códigos se equivoca en ${listed(run, figure("knn_error"))}, sobre los de PCA en ${listed(run, /pca_(\d+)_knn_error/)}.`,
    }),
  ];
}

/** What became of a ReLU in the decoder, beside the mean image. */
function reluDecoder(run: Evidence): Sentence {
  const [loss, mean] = [run.value("relu_decoder_loss"), run.value("mean_image_loss")];
  const worse = loss !== undefined && mean !== undefined && loss > mean;
  return run.in({
    en: said`With ReLU in the decoder the loss is ${run.written("relu_decoder_loss")}${
      worse ? ", worse than always answering with the mean image" : ""
    }; ${run.written("relu_decoder_zero_outputs")} of its outputs are exactly zero.`,
    es: said`Con ReLU en el decoder la pérdida es ${run.written("relu_decoder_loss")}${
      worse ? ", peor que responder siempre con la imagen media" : ""
    }; el ${run.written("relu_decoder_zero_outputs")} de sus salidas son exactamente cero.`,
  });
}
