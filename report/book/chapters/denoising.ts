/** @file Section 3.2 of the assignment: denoising autoencoders. */
import type { Chapter } from "../chapter.ts";
import { listed, versus } from "../run-sentences.ts";
import { said } from "../said.ts";

export const denoising: Chapter = {
  id: "section-denoising",
  title: { en: "Denoising", es: "Denoising" },
  introduction: {
    en: `A denoising autoencoder sees a corrupted image and has to give the clean one. It cannot do so by copying: it has to know
      what digits look like. Training, validation and test images are corrupted by draws of their own, and the targets stay
      clean.`,
    es: `Un denoising autoencoder ve una imagen corrompida y tiene que dar la limpia. No puede hacerlo copiando: tiene que
      saber cómo son los dígitos. Las imágenes de entrenamiento, validación y prueba se corrompen con sorteos propios, y los
      objetivos quedan limpios.`,
  },
  experiments: {
    "dae-a": {
      title: { en: "Masking noise", es: "Ruido de enmascaramiento" },
      question: {
        en: `Make corrupted versions of the images by masking: every pixel is multiplied by an independent Bernoulli variable that
          is 1 with probability p.`,
        es: `Genere versiones corruptas de las imágenes con masking noise: cada píxel se multiplica por una variable de Bernoulli
          independiente que vale 1 con probabilidad p.`,
      },
      shown: (run) => [
        run.in({
          en: said`Share of the pixels that were kept: ${listed(run, /kept_([\d.]+)/)}.`,
          es: said`Proporción de píxeles conservados: ${listed(run, /kept_([\d.]+)/)}.`,
        }),
      ],
      why: {
        en: [
          `p is the probability to keep: the source calls 0.1 a "noise level", but with it nine of ten pixels are lost. Most pixels of a digit
          are black already, so masking changes only the ink: at p = 0.5 half of the dots of a stroke are missing and one reads it
          without effort; at 0.1 little more than a few dots are left, and even people guess.`,
          `The draws are hashes of seed, step and position, so the same image gets the same noise wherever it is computed.`,
        ],
        es: [
          `p es la probabilidad de conservar: la fuente llama a 0,1 «noise level», pero con él se pierden nueve de cada diez píxeles. La mayoría
          de los píxeles de un dígito ya son negros, así que el enmascaramiento solo cambia la tinta: con p = 0,5 falta la mitad de
          los puntos de un trazo y se lee sin esfuerzo; con 0,1 quedan poco más que unos puntos, y hasta las personas adivinan.`,
          `Los sorteos son funciones hash de la semilla, el paso y la posición, así que la misma imagen recibe el mismo ruido se calcule
          donde se calcule.`,
        ],
      },
    },
    "dae-b": {
      title: { en: "Removing masking noise", es: "Quitar el enmascaramiento" },
      question: {
        en: `Train an autoencoder to reconstruct the images of (a). Measure the reconstruction error and look at corrupted and reconstructed
          images. Try several p between 0 and 1.`,
        es: `Entrene un autoencoder para reconstruir las imágenes corruptas de (a). Mida el error de reconstrucción y evalúe
          visualmente el resultado. Experimente con diferentes valores de p en (0,1).`,
      },
      shown: (run) => [
        run.in({
          en: said`Squared error per pixel of the reconstructions: ${listed(run, /masking-([\d.]+)_mse/)}; of the corrupted images themselves:
            ${listed(run, /masking-([\d.]+)_noise_mse/)}.`,
          es: said`Error cuadrático por píxel de las reconstrucciones: ${listed(run, /masking-([\d.]+)_mse/)}; de las propias imágenes
            corrompidas: ${listed(run, /masking-([\d.]+)_noise_mse/)}.`,
        }),
        versus(
          run,
          /masking-([\d.]+)_mse/,
          /masking-([\d.]+)_plain_mse/,
          {
            en: ["the denoising network", "one trained on clean images"],
            es: ["la red de denoising", "una entrenada con imágenes limpias"],
          },
          "p",
        ),
      ],
      why: {
        en: [
          `The network learns the mean of all clean images that could have become the corrupted one. While enough strokes are left to tell the
          digit, that mean is sharp; when two digits are possible it is the blurred sum of both, and no
          network can do better in squared error. So the error rises as p falls, slowly at first and then steeply.`,
          `At p near 1 there is hardly any noise, and denoising costs a little against an ordinary autoencoder: part of the code goes to
          a task that is not set. An ordinary one shown masked images treats the gaps as part of the picture and gives back a thinner,
          darker digit.`,
        ],
        es: [
          `La red aprende la media de todas las imágenes limpias que podrían haberse convertido en la corrompida. Mientras queden
          trazos suficientes para reconocer el dígito, esa media es nítida; cuando son posibles dos, es la suma borrosa de
          ambos, y ninguna red puede hacerlo mejor en error cuadrático. Por eso el error sube al bajar p, primero despacio y
          luego de golpe.`,
          `Con p cerca de 1 apenas hay ruido, y el denoising cuesta algo frente a un autoencoder corriente: parte del código se dedica a una tarea
          que no se plantea. Uno corriente ante imágenes enmascaradas toma los huecos como parte de la imagen y devuelve un dígito más
          fino y oscuro.`,
        ],
      },
    },
    "dae-c": {
      title: { en: "Gaussian noise", es: "Ruido gaussiano" },
      question: {
        en: `Make corrupted versions by Gaussian noise: every pixel plus an independent normal variable of deviation σ.`,
        es: `Genere versiones corruptas con ruido gaussiano: a cada píxel se le suma una variable normal independiente de desviación σ.`,
      },
      shown: (run) => [
        run.in({
          en: said`Deviation of the noise as measured: ${listed(run, /deviation_([\d.]+)/)}.`,
          es: said`Desviación medida del ruido: ${listed(run, /deviation_([\d.]+)/)}.`,
        }),
      ],
      why: {
        en: [
          `The source's text adds the noise, its code multiplies by it. Multiplied, the black background would stay black and the strokes would
          be multiplied by a number of mean zero, which destroys the digit instead of hiding it. Here it is added;
          --literal multiplies.`,
          `Unlike masking, Gaussian noise changes every pixel, the background included, and leaves values below 0 and above 1. The targets stay
          within.`,
        ],
        es: [
          `El texto de la fuente suma el ruido, su código multiplica por él. Multiplicando, el fondo negro seguiría negro y los trazos
          quedarían multiplicados por un número de media cero, lo que destruye el dígito en vez de ocultarlo. Aquí se suma; --literal
          multiplica.`,
          `A diferencia del enmascaramiento, el ruido gaussiano cambia todos los píxeles, también el fondo, y deja valores por debajo de 0 y por encima de
          1. Los objetivos quedan dentro.`,
        ],
      },
    },
    "dae-d": {
      title: { en: "Removing Gaussian noise", es: "Quitar el ruido gaussiano" },
      question: {
        en: `Train an autoencoder to reconstruct the images of (c), measure the error and look at the results for several σ.`,
        es: `Entrene un autoencoder para reconstruir las imágenes de (c), mida el error de reconstrucción y evalúe visualmente el resultado para
          diferentes valores de σ.`,
      },
      shown: (run) => [
        run.in({
          en: said`Squared error per pixel of the reconstructions: ${listed(run, /gaussian-([\d.]+)_mse/)}; of the corrupted images themselves:
            ${listed(run, /gaussian-([\d.]+)_noise_mse/)}.`,
          es: said`Error cuadrático por píxel de las reconstrucciones: ${listed(run, /gaussian-([\d.]+)_mse/)}; de las propias imágenes
            corrompidas: ${listed(run, /gaussian-([\d.]+)_noise_mse/)}.`,
        }),
        versus(
          run,
          /gaussian-([\d.]+)_mse/,
          /gaussian-([\d.]+)_plain_mse/,
          {
            en: ["the denoising network", "one trained on clean images"],
            es: ["la red de denoising", "una entrenada con imágenes limpias"],
          },
          "σ",
        ),
      ],
      why: {
        en: [
          `Noise that is independent from pixel to pixel averages out over the many pixels that a hidden unit adds up, and a digit does not. That is
          why a network removes a noise in which we see the digit only with effort: each unit is a filter matched to a piece of stroke, and
          the bottleneck has no room for the noise.`,
          `With growing σ the units have to add over larger areas to be sure, and details go first: the reconstructions turn into typical digits. Past
          the point where evidence for two digits is the same, they turn into neither.`,
        ],
        es: [
          `Un ruido independiente de píxel a píxel se compensa al sumarse en los muchos píxeles que reúne una unidad oculta; un
          dígito, no. Por eso una red quita un ruido en el que nosotros solo vemos el dígito con esfuerzo: cada unidad es un filtro ajustado a un
          trozo de trazo, y en el cuello de botella no cabe el ruido.`,
          `Al crecer σ las unidades tienen que sumar sobre áreas mayores para estar seguras, y lo primero que se pierde son los detalles: las
          reconstrucciones se vuelven dígitos típicos. Más allá del punto donde hay igual indicio de dos dígitos, no son ninguno.`,
        ],
      },
    },
    "dae-e": {
      title: { en: "Denoising for better codes", es: "Denoising para obtener mejores códigos" },
      question: {
        en: `Train on corrupted images as in (b), not to remove noise but to get a better code of the clean ones. Measure
          reconstruction error and kNN.`,
        es: `Entrene con imágenes corruptas como en (b), no para quitar ruido sino para obtener una representación comprimida de alta calidad de
          las originales. Mida el error de reconstrucción y la clasificación kNN.`,
      },
      shown: (run) =>
        codeSizes(run.family(/code_(\d+)_keep_[\d.]+_mse/).map(({ groups }) => groups[0]!)).flatMap(
          (code) => [
            run.in({
              en: said`Code of ${code}: kNN misclassifies ${listed(run, new RegExp(`code_${code}_keep_([\\d.]+)_knn_error`))} (p, 1 being without noise).`,
              es: said`Código de ${code}: kNN se equivoca en ${listed(run, new RegExp(`code_${code}_keep_([\\d.]+)_knn_error`))} (p; 1 es sin ruido).`,
            }),
            run.in({
              en: said`Its squared error on clean images: ${listed(run, new RegExp(`code_${code}_keep_([\\d.]+)_mse`))}.`,
              es: said`Su error cuadrático con imágenes limpias: ${listed(run, new RegExp(`code_${code}_keep_([\\d.]+)_mse`))}.`,
            }),
          ],
        ),
      why: {
        en: [
          `That is the idea of Vincent and others (2010). An image and its corrupted version must get codes from which the same picture can be
          made, so the code becomes insensitive to what noise does and keeps what the picture is. For reconstruction of
          clean images that is a loss: the network never saw one. For telling digits apart it can be a gain, as long
          as the noise does not change the digit.`,
          `The gain is largest where the code has room to spare, since there an ordinary autoencoder has no reason to choose well. In two
          numbers there is no room for robustness.`,
        ],
        es: [
          `Es la idea de Vincent y otros (2010). Una imagen y su versión corrompida deben recibir códigos de los que pueda hacerse la misma
          imagen, así que el código se vuelve insensible a lo que hace el ruido y conserva lo que la imagen es. Para
          reconstruir imágenes limpias es una pérdida: la red nunca vio ninguna. Para distinguir dígitos puede ser una
          ganancia, siempre que el ruido no cambie el dígito.`,
          `La ganancia es mayor donde al código le sobra sitio, pues ahí un autoencoder corriente no tiene motivo para elegir bien. En dos
          números no hay sitio para la robustez.`,
        ],
      },
    },
  },
};

function codeSizes(codes: readonly string[]): string[] {
  return [...new Set(codes)].sort((a, b) => Number(a) - Number(b));
}
