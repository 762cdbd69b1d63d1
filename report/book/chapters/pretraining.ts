/** @file Section 3.3 of the assignment: pre-training deep networks with autoencoders. */
import type { Chapter } from "../chapter.ts";
import { againstPublished, bestEpoch, overfitting } from "../phrases.ts";
import { pretrainedSentences } from "../pretraining-sentences.ts";
import { said } from "../said.ts";

export const pretraining: Chapter = {
  id: "section-pretraining",
  title: { en: "Pre-training", es: "Preentrenamiento" },
  introduction: {
    en: `Between 2006 and 2010 deep networks were hard to train from random weights, and autoencoders gave them a start: each layer
      first learns to represent its input, without labels, and then the whole is trained as a classifier. The network is 784-1000-1000-10
      with 1,796,010 weights. The published figures come from a student's notebook, which uses Adam.`,
    es: `Entre 2006 y 2010 las redes profundas eran difíciles de entrenar desde pesos aleatorios, y los autoencoders les daban un punto de
      partida: cada capa aprende primero a representar su entrada, sin etiquetas, y después se entrena todo como clasificador. La
      red es 784-1000-1000-10, con 1.796.010 pesos. Las cifras publicadas son del cuaderno de un estudiante, que usa Adam.`,
  },
  experiments: {
    "pretrain-a": {
      title: { en: "Without pre-training", es: "Sin preentrenamiento" },
      question: {
        en: `Train a 784×1000×1000×10 network with sigmoid units on MNIST by basic SGD with a fixed learning rate of 1, at most 50 epochs.
          What is its test error?`,
        es: `Construya y entrene una red FF 784×1000×1000×10 con activaciones sigmoidales para clasificar MNIST, con SGD básico de tasa fija
          η = 1 y no más de 50 épocas. Determine el error de clasificación en el conjunto de test.`,
      },
      shown: (run) => [
        run.in({
          en: said`The test error is ${run.written("sgd_test_error")} with SGD of rate 1, as the text asks, and
            ${run.written("test_error")} with Adam, as in the notebook.`,
          es: said`El error de prueba es ${run.written("sgd_test_error")} con SGD de tasa 1, como pide el texto, y
            ${run.written("test_error")} con Adam, como en el cuaderno.`,
        }),
        bestEpoch(run),
        overfitting(run),
        againstPublished(run),
      ],
      why: {
        en: [
          `A sigmoid's slope is at most a quarter, so each layer shrinks the gradient on its way back: the first layer gets a small part of what
          the last one gets. That is why the rate has to be large, and why training begins with a plateau in which the
          network answers with the frequencies of the classes. Glorot's initial weights keep the sums in the part of the
          sigmoid where there is a slope at all.`,
          `The notebook's author reports an error near 91 % with SGD and turned to Adam. That is about what always saying the same digit gives: a network that never left
          the plateau. Adam divides by the size of the gradients and so gives the first layer steps as large as the last one's.`,
          `1.8 million weights fit 55,000 images by heart; the training error goes to nearly zero long before epoch 50. What remains of the test
          error is what memory does not help with.`,
        ],
        es: [
          `La pendiente de una sigmoide es a lo sumo un cuarto, así que cada capa encoge el gradiente en su camino de vuelta: a la primera llega una
          pequeña parte de lo que recibe la última. Por eso la tasa tiene que ser grande, y por eso el entrenamiento empieza con una
          meseta en la que la red responde con las frecuencias de las clases. Los pesos iniciales de Glorot mantienen las
          sumas en la parte de la sigmoide donde hay pendiente.`,
          `El autor del cuaderno informa de un error cercano al 91 % con SGD y recurrió a Adam. Es más o menos lo que da decir siempre el mismo
          dígito: una red que nunca salió de la meseta. Adam divide por el tamaño de los gradientes y da así a la primera
          capa pasos tan grandes como a la última.`,
          `1,8 millones de pesos pueden aprenderse de memoria 55.000 imágenes; el error de entrenamiento llega casi a cero mucho antes de la
          época 50. Lo que queda del error de prueba es aquello en lo que la memoria no ayuda.`,
        ],
      },
    },
    "pretrain-b": {
      title: { en: "Greedy layer-wise pre-training", es: "Preentrenamiento capa por capa" },
      question: {
        en: `Pre-train each layer by an autoencoder, one at a time, each on the code of the one before; then fine-tune with labels. Compare with (a),
          also before fine-tuning.`,
        es: `Preentrene los pesos de cada capa mediante un autoencoder básico, una capa a la vez y tomando como entrada la representación de la
          anterior; después haga el ajuste fino supervisado. Compare con (a) y evalúe también antes del ajuste.`,
      },
      shown: (run) => [...pretrainedSentences(run), againstPublished(run)],
      why: {
        en: [
          `An autoencoder has the gradient next to its only hidden layer, so depth is no obstacle: layer after layer learns what is frequent in its
          input. The classifier then starts from features of strokes instead of random ones, skips the plateau, and is held near
          them: Erhan and others (2010) call it a regulariser, since it lowers the test error more than the training error.`,
          `Before fine-tuning the output layer is still random, so the network guesses: about one in ten is right, whatever the layers below know.
          What they know shows once that one layer is trained.`,
          `On MNIST with 55,000 labels there is little left to gain, and with good initial weights and Adam the plateau is no
          obstacle any more. The notebook's own figures (2.29 % with, 1.79 % without) point the other way, with 20 epochs of fine-tuning
          against 50. What pre-training buys is clear where labels are few: see semi-ae.`,
        ],
        es: [
          `Un autoencoder tiene el gradiente al lado de su única capa oculta, así que la profundidad no estorba: capa tras capa aprende lo que es
          frecuente en su entrada. El clasificador parte entonces de rasgos de trazos en vez de pesos aleatorios, se salta la meseta y
          queda cerca de ellos: Erhan y otros (2010) lo llaman regularizador, porque baja el error de prueba más que el de entrenamiento.`,
          `Antes del ajuste fino la capa de salida sigue siendo aleatoria, y la red adivina: acierta alrededor de una de cada diez, sepan lo que sepan
          las capas de abajo. Lo que saben se ve cuando se entrena esa única capa.`,
          `En MNIST con 55.000 etiquetas queda poco que ganar, y con buenos pesos iniciales y Adam la meseta ya no es obstáculo. Las propias
          cifras del cuaderno (2,29 % con, 1,79 % sin) apuntan al revés, con 20 épocas de ajuste fino frente a 50. Lo que compra el
          preentrenamiento se ve donde hay pocas etiquetas: véase semi-ae.`,
        ],
      },
    },
    "pretrain-c": {
      title: { en: "Pre-training with denoising", es: "Preentrenamiento con denoising" },
      question: {
        en: `Pre-train each layer by a denoising autoencoder instead and compare with (a) and (b).`,
        es: `Preentrene los pesos de cada capa mediante un denoising autoencoder y compare con (a) y (b).`,
      },
      shown: (run) => [...pretrainedSentences(run), againstPublished(run)],
      why: {
        en: [
          `With 1000 hidden units for 784 inputs the first autoencoder is no bottleneck: it could learn to copy, pixel by pixel, and its
          features would be worth nothing. Noise forbids that. To fill in a missing pixel a unit has to look at its
          neighbours, so it becomes a detector of strokes. That is where denoising helps most, more than in the narrow codes of 3.1.`,
          `The notebook calls its tanh run "denoising"; it has no noise in it. Its 2.82 % belongs to (d).`,
        ],
        es: [
          `Con 1000 unidades ocultas para 784 entradas, el primer autoencoder no es un cuello de botella: podría aprender a copiar píxel a
          píxel, y sus rasgos no valdrían nada. El ruido lo impide. Para rellenar un píxel que falta, una unidad tiene que
          mirar a sus vecinos, y se convierte en un detector de trazos. Ahí es donde más ayuda el denoising, más que en
          los códigos estrechos de 3.1.`,
          `El cuaderno llama «denoising» a su ejecución con tanh; no lleva ruido. Su 2,82 % corresponde a (d).`,
        ],
      },
    },
    "pretrain-d": {
      title: { en: "Tanh and ReLU", es: "Tanh y ReLU" },
      question: {
        en: `Repeat (b) with tanh and with ReLU units.`,
        es: `Repita (b) usando funciones de activación tanh y ReLU. Comente.`,
      },
      shown: (run) => [...pretrainedSentences(run), againstPublished(run)],
      why: {
        en: [
          `A tanh decoder answers from −1 to 1 where the loss expects a probability. Below zero the clipped cross-entropy has no
          gradient, so a pixel that is answered with −0.2 is not corrected, and about half of the outputs start there. The
          encoder is trained by what the other half says. That, and not the tanh in the encoder, is the 2.82 % of the
          notebook: with a sigmoid decoder tanh is a good hidden unit, with a slope of one at zero.`,
          `ReLU has a slope of one wherever it is active, so depth does not shrink the gradient, and its codes are sparse. It needs a
          sigmoid decoder for the same reason as above. Its second autoencoder has a difficulty of its own: it has to
          reproduce codes that are not bounded by one with an output that is.`,
        ],
        es: [
          `Un decoder tanh responde de −1 a 1 donde la pérdida espera una probabilidad. Por debajo de cero la entropía cruzada recortada no tiene
          gradiente, así que un píxel respondido con −0,2 no se corrige, y cerca de la mitad de las salidas empiezan ahí. El
          encoder se entrena con lo que dice la otra mitad. Eso, y no la tanh del encoder, es el 2,82 % del cuaderno: con un
          decoder sigmoide, tanh es una buena unidad oculta, con pendiente uno en el cero.`,
          `ReLU tiene pendiente uno donde está activa, así que la profundidad no encoge el gradiente, y sus códigos son dispersos. Necesita
          un decoder sigmoide por lo mismo de arriba. Su segundo autoencoder tiene una dificultad propia: debe reproducir
          códigos que no están acotados por uno con una salida que sí lo está.`,
        ],
      },
    },
  },
};
