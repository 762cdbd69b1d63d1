/** @file What the experiments on the first 25 classes of CIFAR-100 have in common. */
import { sgd } from "../../kernels/optimizers/index.ts";
import { EarlyStopping } from "../../models/callbacks/early-stopping.ts";
import type {
  GeneratorSetup,
  Literal,
  ProfileName,
  PublishedFigure,
  Source,
} from "../../runner/experiment.ts";

const text = "L. A. Ortega Andrés: Redes Neuronales Convolucionales (UGR, Visión por Computador, 2019)";

/** A section of the practical. */
export function cifar25Section(section: string): Source {
  return { text, question: section, section: "CIFAR-25: a practical of Visión por Computador" };
}

/** Loss and accuracy on the test set that the practical prints. */
export function cifar25Figures(loss: number, accuracy: number): readonly PublishedFigure[] {
  return [
    { name: "Test accuracy", measure: "test_accuracy", value: accuracy, source: text },
    { name: "Test loss", measure: "test_loss", value: loss, source: text },
  ];
}

/** Its one optimizer. */
export const cifar25Optimizer = () => sgd({ learningRate: 0.01, decay: 1e-6, momentum: 0.9, nesterov: true });

/** Centred and divided by the deviation, shifted by up to a tenth, mirrored. */
export const standardizedInputs = (): GeneratorSetup => ({
  featurewiseCenter: true,
  featurewiseStdNormalization: true,
  widthShiftRange: 0.1,
  heightShiftRange: 0.1,
  horizontalFlip: true,
});

/** Images that the quick profile's whitening matrix is made from, and what is added to their variances. */
const quickWhitening = { zcaImages: 400, zcaEpsilon: 0.1 } as const;

/** Centred, whitened, mirrored. */
export const whitenedInputs = (profile: ProfileName): GeneratorSetup => ({
  featurewiseCenter: true,
  zcaWhitening: true,
  horizontalFlip: true,
  ...(profile === "quick" ? quickWhitening : {}),
});

export const whiteningText = `whitening fitted on ${quickWhitening.zcaImages} images with epsilon ${quickWhitening.zcaEpsilon} instead of 1e-6`;

/** The generator's rule: the first tenth, which it augments as well. */
export const generatorValidation = { take: "first", fraction: 0.1, augmented: true } as const;

export const stopEarly = () => [
  EarlyStopping({ monitor: "val_accuracy", patience: 10, restoreBestWeights: true }),
];

/** For the experiments that stop early. */
export const neverStops: Literal = {
  explanation:
    "the source monitors val_acc, which the history of later versions of Keras calls val_accuracy: there early stopping never " +
    "acts, and the last weights are evaluated",
  changes: { callbacks: () => [] },
};
