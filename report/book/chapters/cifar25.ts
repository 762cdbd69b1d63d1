/** @file CIFAR-100 reduced to 25 classes: a practical of the University of Granada. */
import type { Chapter } from "../chapter.ts";
import {
  againstPublished,
  bestEpoch,
  duration,
  outcome,
  overfitting,
  trainingSentences,
} from "../phrases.ts";

export const cifar25: Chapter = {
  id: "section-cifar25",
  title: { en: "25 classes of CIFAR-100", es: "25 clases de CIFAR-100" },
  introduction: {
    en: `The first 25 fine classes of CIFAR-100: 500 training images each, 12,500 in all, and 2,500 for testing. A small network overfits them within
      minutes, which makes them a good place to see what augmentation, whitening, depth, dropout and batch normalisation do. All
      runs use SGD with rate 0.01, decay 0.000001 and Nesterov momentum 0.9, batches of 32.`,
    es: `Las 25 primeras clases finas de CIFAR-100: 500 imágenes de entrenamiento cada una, 12.500 en total, y 2.500 de prueba. Una red pequeña
      las sobreajusta en minutos, y por eso son un buen lugar para ver qué hacen el aumento de datos, el whitening, la profundidad, el
      dropout y la normalización por lotes. Todo se entrena con SGD de tasa 0,01, decaimiento 0,000001 y momento de Nesterov 0,9, en lotes de 32.`,
  },
  experiments: {
    "cifar25-base": {
      title: { en: "BaseNet", es: "BaseNet" },
      question: {
        en: `Train the given BaseNet (two convolutions, 24,197 weights) for 20 epochs on images divided by 255.`,
        es: `Entrene el modelo BaseNet del guion (dos convoluciones, 24.197 pesos) durante 20 épocas con imágenes divididas por 255.`,
      },
      shown: trainingSentences,
      why: {
        en: [
          `6 and 16 filters of 5×5 and a hidden layer of 50 are LeNet, made for digits. For 25 kinds of things in colour that is little, and yet
          with 450 images per class it is enough to overfit: the validation loss turns upwards early while the accuracy
          goes on a little. Accuracy asks which class is first, the loss how sure the network is; an overfitted network is ever surer, also of its
          mistakes.`,
          `The source concludes that the model overfits because it is simple. It is the other way round: small as it is, it is large for so few
          images; a simpler one would overfit less and underfit more.`,
        ],
        es: [
          `6 y 16 filtros de 5×5 y una capa oculta de 50 son LeNet, hecha para dígitos. Para 25 clases de cosas en color es poco, y sin
          embargo, con 450 imágenes por clase, basta para sobreajustar: la pérdida de validación gira pronto hacia arriba mientras la
          exactitud sigue subiendo un poco. La exactitud pregunta qué clase va primero; la pérdida, cuán segura está la red, y una red
          sobreajustada está cada vez más segura, también de sus errores.`,
          `La fuente concluye que el modelo sobreajusta por su simplicidad. Es al revés: con lo pequeño que es, es grande para tan pocas
          imágenes; uno más simple sobreajustaría menos y se quedaría más corto.`,
        ],
      },
      figures: ["confusion"],
    },
    "cifar25-base-aug": {
      title: { en: "BaseNet with augmentation", es: "BaseNet con aumento de datos" },
      question: {
        en: `Train BaseNet from the same initial weights on standardised images with shifts of a tenth and horizontal flips, with early stopping.`,
        es: `Entrene BaseNet desde los mismos pesos iniciales con imágenes estandarizadas, corrimientos de una décima y volteo horizontal, con
          early stopping.`,
      },
      shown: trainingSentences,
      why: {
        en: [
          `Two things change at once, so credit cannot go to one. Centring and dividing by the deviation gives inputs of both signs and of size one,
          which helps SGD from the first step: with all-positive inputs the weights of a unit can only move up together or down together.
          Shifts and flips make the 11,250 training images into ones never seen twice, so the gap between the curves closes.`,
          `As in the source, Keras's generator also augments the validation images, and takes the first tenth for them where fit takes
          the last. Validation figures of this run and of cifar25-base are of other images.`,
        ],
        es: [
          `Cambian dos cosas a la vez, así que el mérito no puede darse a una. Centrar y dividir por la desviación da entradas de ambos signos y de
          tamaño uno, lo que ayuda a SGD desde el primer paso: con entradas todas positivas, los pesos de una unidad solo pueden subir
          juntos o bajar juntos. Corrimientos y volteos convierten las 11.250 imágenes en otras que no se ven dos veces, y la
          distancia entre curvas se cierra.`,
          `Como en la fuente, el generador de Keras también aumenta las imágenes de validación, y toma para ellas la primera décima parte
          donde fit toma la última. Las cifras de validación de esta ejecución y de cifar25-base son de imágenes distintas.`,
        ],
      },
      figures: ["augmentation", "confusion"],
    },
    "cifar25-base-zca": {
      title: { en: "BaseNet with ZCA whitening", es: "BaseNet con ZCA whitening" },
      question: {
        en: `The same with ZCA whitening and horizontal flips.`,
        es: `Lo mismo con ZCA whitening y volteo horizontal.`,
      },
      shown: trainingSentences,
      why: {
        en: [
          `Neighbouring pixels are nearly equal, so most of the variance of an image is in its slow changes of brightness. Whitening
          multiplies by the inverse square root of the covariance: all directions get the same variance and what remains looks like
          a drawing of the edges. ZCA is the whitening that changes images least, so they stay images and convolutions still make sense.`,
          `A convolution can learn much of this by itself, so the gain over standardisation is small. The price is a covariance of 3072 ×
          3072 and its eigenvectors, and that the fine directions, which are mostly sensor noise, are made as large as the others.`,
        ],
        es: [
          `Los píxeles vecinos son casi iguales, así que la mayor parte de la varianza de una imagen está en sus cambios lentos de brillo. El
          whitening multiplica por la inversa de la raíz de la covarianza: todas las direcciones reciben la misma varianza y lo que
          queda parece un dibujo de los bordes. ZCA es el blanqueado que menos cambia las imágenes, de modo que siguen siendo
          imágenes y las convoluciones conservan su sentido.`,
          `Una convolución puede aprender mucho de esto por sí sola, y la ganancia frente a estandarizar es pequeña. El precio es una covarianza de
          3072 × 3072 y sus vectores propios, y que las direcciones finas, que son sobre todo ruido del sensor, se hacen tan grandes
          como las otras.`,
        ],
      },
      figures: ["confusion"],
    },
    "cifar25-improved": {
      title: { en: "A deeper network", es: "Una red más profunda" },
      question: {
        en: `Improve the model: two blocks of two 3×3 convolutions with pooling and dropout, a hidden layer of 512; up to 100 epochs with early stopping.`,
        es: `Mejore el modelo: dos bloques de dos convoluciones de 3×3 con pooling y dropout, una capa oculta de 512; hasta 100 épocas con early
          stopping.`,
      },
      shown: (run) => [...trainingSentences(run), duration(run)],
      why: {
        en: [
          `1,258,553 weights instead of 24,197, and less overfitting: capacity does not cause overfitting by itself, missing reasons not to do. Dropout
          and augmentation supply the reasons, and they need the capacity: half of the hidden layer is missing in every step.`,
          `Early stopping watches the validation accuracy with a patience of ten epochs and restores the best weights; Keras
          restores them only if it did stop early.`,
        ],
        es: [
          `1.258.553 pesos en vez de 24.197, y menos sobreajuste: la capacidad por sí sola no lo causa, lo causa que falten motivos para no
          hacerlo. Dropout y aumento de datos ponen los motivos, y necesitan la capacidad: en cada paso falta la mitad de la capa
          oculta.`,
          `Early stopping vigila la exactitud de validación con una paciencia de diez épocas y restaura los mejores pesos; Keras solo los restaura si
          de verdad se detuvo antes.`,
        ],
      },
      figures: ["network", "confusion"],
    },
    "cifar25-bn-before": {
      title: { en: "Batch normalisation before ReLU", es: "Normalización por lotes antes de ReLU" },
      question: {
        en: `Add batch normalisation after each convolution, before the activation.`,
        es: `Añada normalización por lotes tras cada convolución, antes de la activación.`,
      },
      shown: (run) => [...trainingSentences(run), duration(run)],
      why: {
        en: [
          `Each channel is brought to mean zero and deviation one over the batch, then scaled and shifted by two learned numbers. The scale of a
          layer's weights then no longer matters for what follows, gradients keep their size, and the same learning rate works for all
          layers. The statistics come from 32 images and differ from batch to batch: that noise is a regulariser in its own right.`,
          `Before the ReLU the sums are roughly normal and the activation cuts near their middle: about half of the units stay active whatever the weights,
          and none can die for good. In evaluation moving averages stand in for the batch's figures, so early validation
          figures can be poor while those averages lag behind.`,
        ],
        es: [
          `Cada canal se lleva a media cero y desviación uno sobre el lote, y luego se escala y desplaza con dos números aprendidos. La escala de los
          pesos de una capa deja así de importar para lo que sigue, los gradientes conservan su tamaño y la misma tasa sirve para todas las
          capas. Las estadísticas son de 32 imágenes y cambian de lote en lote: ese ruido ya es un regularizador.`,
          `Antes de la ReLU las sumas son aproximadamente normales y la activación corta cerca de su mitad: queda activa en torno a la mitad de las
          unidades sean cuales sean los pesos, y ninguna muere para siempre. En evaluación, medias móviles sustituyen a las
          cifras del lote, así que las primeras cifras de validación pueden ser pobres mientras esas medias van con retraso.`,
        ],
      },
      figures: ["network", "confusion"],
    },
    "cifar25-bn-after": {
      title: { en: "Batch normalisation after ReLU", es: "Normalización por lotes después de ReLU" },
      question: {
        en: `The same with batch normalisation after the activation. Which place is better?`,
        es: `Lo mismo con la normalización después de la activación. ¿Qué lugar es mejor?`,
      },
      shown: (run) => [...trainingSentences(run), duration(run)],
      why: {
        en: [
          `After the ReLU it is what the next layer sees that is normalised, which is what the method is said to be for; but the values are
          no longer normal, half of them being zero, and the ReLU itself may be cut off from its inputs as without normalisation.
          The source finds 69.7 % before and 68.4 % after: 31 images of 2,500. Between two seeds of the same network there
          can be as much, so one run of each does not decide it.`,
        ],
        es: [
          `Después de la ReLU se normaliza lo que ve la capa siguiente, que es para lo que se dice que sirve el método; pero los valores ya no son
          normales, la mitad son cero, y la propia ReLU puede quedar apagada como sin normalización. La fuente encuentra
          69,7 % antes y 68,4 % después: 31 imágenes de 2.500. Entre dos semillas de la misma red puede haber otro tanto, así que
          una ejecución de cada una no lo decide.`,
        ],
      },
      figures: ["confusion"],
    },
    "cifar25-bn-after-zca": {
      title: { en: "Batch normalisation and whitening", es: "Normalización por lotes y whitening" },
      question: {
        en: `The network of cifar25-bn-after on ZCA-whitened images: does a stronger model profit from whitening?`,
        es: `La red de cifar25-bn-after con imágenes blanqueadas por ZCA: ¿aprovecha el whitening un modelo más complejo?`,
      },
      shown: (run) => [outcome(run), bestEpoch(run), overfitting(run), againstPublished(run), duration(run)],
      why: {
        en: [
          `What whitening was for, inputs of equal size in all directions, batch normalisation now does at every layer. What is left is its
          cost: fine noise made as large as the picture, which a strong network can learn by heart. The source sees it overfit more and advises against it.`,
        ],
        es: [
          `Para lo que servía el whitening, entradas de igual tamaño en todas las direcciones, está ahora la normalización por lotes en cada capa. Queda
          su coste: un ruido fino hecho tan grande como la imagen, que una red potente puede aprender de memoria. La fuente ve más
          sobreajuste y lo desaconseja.`,
        ],
      },
      figures: ["confusion"],
    },
  },
};
