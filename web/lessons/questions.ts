/** @file The assignment's questions that have a figure: what is guessed, and from which results the answer is read. */

/** A figure of a committed result: of another experiment, where "experiment:" stands before its name. */
export type FigureName = string;

export type Guess =
  /** how large a share is, in percent, or another figure */
  | { readonly kind: "number"; readonly figure: FigureName; readonly unit?: "percent" }
  /** which of some figures is the smallest or the largest */
  | { readonly kind: "choice"; readonly of: readonly FigureName[]; readonly best: "smallest" | "largest" }
  /** which trial of a sweep has the best mean */
  | { readonly kind: "trials"; readonly figure: FigureName; readonly best: "smallest" | "largest" }
  /** which pair of classes is confused most often */
  | { readonly kind: "pairs" };

export interface Question {
  /** the experiment's */
  readonly id: string;
  readonly guess: Guess;
  /** other figures that its text names: a1, a2 */
  readonly also?: readonly FigureName[];
  /** the query of a view of the lab that shows it alive; none where the lab has no such network */
  readonly alive?: string;
}

const percent = (figure: FigureName): Guess => ({ kind: "number", figure, unit: "percent" });
const smallest = (...of: readonly FigureName[]): Guess => ({ kind: "choice", of, best: "smallest" });
const largest = (...of: readonly FigureName[]): Guess => ({ kind: "choice", of, best: "largest" });

const trained = (experiment: string) => `?experiment=${experiment}`;

export const questions: readonly Question[] = [
  { id: "cifar10-b", guess: percent("test_accuracy"), alive: "?view=costs&experiment=cifar10-b" },
  {
    id: "cifar10-c",
    guess: smallest("cifar10-c:test_error", "cifar10-d:test_error"),
    alive: trained("cifar10-c"),
  },
  { id: "cifar10-d", guess: percent("test_accuracy"), alive: trained("cifar10-d") },
  { id: "cifar10-e", guess: { kind: "trials", figure: "val_accuracy", best: "largest" } },
  { id: "cifar10-f", guess: percent("test_accuracy"), alive: "?view=costs&experiment=cifar10-f" },
  {
    id: "cifar10-g",
    guess: { kind: "trials", figure: "val_accuracy", best: "largest" },
    alive: trained("cifar25-base-aug"),
  },
  { id: "cifar10-h", guess: { kind: "pairs" }, alive: "?view=draw&experiment=cifar10-d" },
  {
    id: "svhn-c",
    guess: percent("test_accuracy"),
    also: ["test_binary_accuracy"],
    alive: trained("svhn-c"),
  },
  { id: "svhn-d", guess: { kind: "trials", figure: "test_error", best: "smallest" }, alive: "?view=costs" },
  { id: "svhn-e", guess: { kind: "trials", figure: "test_error", best: "smallest" }, alive: "?view=costs" },
  {
    id: "svhn-f",
    guess: { kind: "trials", figure: "val_accuracy", best: "largest" },
    alive: "?view=race&right=adam***",
  },
  { id: "svhn-g", guess: largest("test_accuracy", "macro_recall"), alive: trained("svhn-c") },
  { id: "svhn-h", guess: { kind: "pairs" }, alive: "?view=draw" },
  { id: "svhn-i", guess: percent("test_accuracy") },
  { id: "ae-a", guess: smallest("sigmoid_32_mse", "relu_32_mse", "mean_image_mse") },
  {
    id: "ae-b",
    guess: { kind: "number", figure: "code_32_mse" },
    also: ["ae-a:mean_image_mse", "code_2_mse"],
  },
  {
    id: "ae-c",
    guess: smallest("pixels_error", "code_8_error", "code_32_error", "code_64_error"),
    also: ["pixels_ms_per_prediction", "code_32_ms_per_prediction"],
  },
  { id: "ae-e", guess: smallest("ae_32_knn_error", "pca_32_knn_error") },
  { id: "ae-g", guess: smallest("deep_4_2_mse", "basic_2_mse", "pca_2_mse") },
  {
    id: "ae-h",
    guess: largest("tsne_code_agreement", "tsne_pixels_agreement", "pca_code_agreement", "code_2_agreement"),
  },
  { id: "ae-i", guess: smallest("convolutional_mse", "basic_mse", "pca_mse") },
  { id: "dae-a", guess: percent("kept_0.25") },
  { id: "dae-b", guess: smallest("masking-0.5_mse", "masking-0.5_plain_mse", "masking-0.5_noise_mse") },
  { id: "dae-c", guess: { kind: "number", figure: "deviation_0.5" } },
  { id: "dae-d", guess: smallest("gaussian-0.1_mse", "gaussian-0.1_plain_mse", "gaussian-0.1_noise_mse") },
  {
    id: "dae-e",
    guess: smallest(
      "code_32_keep_1_knn_error",
      "code_32_keep_0.9_knn_error",
      "code_32_keep_0.75_knn_error",
      "code_32_keep_0.5_knn_error",
    ),
  },
  { id: "pretrain-a", guess: percent("test_error") },
  {
    id: "pretrain-b",
    guess: smallest("sigmoid_test_error", "sigmoid_head_error", "no_pre_training_test_error"),
  },
  {
    id: "pretrain-c",
    guess: smallest("denoising_test_error", "sigmoid_test_error", "no_pre_training_test_error"),
  },
  { id: "pretrain-d", guess: smallest("tanh_test_error", "test_error") },
  { id: "stacked-ae", guess: percent("test_rounded_accuracy") },
  { id: "tied-ae", guess: smallest("tied_test_loss", "untied_test_loss") },
  {
    id: "semi-ae",
    guess: smallest("frozen_50_test_error", "finetuned_50_test_error", "scratch_50_test_error"),
  },
  {
    id: "cifar25-base",
    guess: percent("test_accuracy"),
    also: ["train_accuracy"],
    alive: trained("cifar25-base"),
  },
  { id: "cifar25-base-aug", guess: percent("test_accuracy"), alive: trained("cifar25-base-aug") },
  {
    id: "cifar25-base-zca",
    guess: largest(
      "cifar25-base:test_accuracy",
      "cifar25-base-aug:test_accuracy",
      "cifar25-base-zca:test_accuracy",
    ),
    alive: trained("cifar25-base-zca"),
  },
  { id: "cifar25-improved", guess: percent("test_accuracy"), alive: trained("cifar25-improved") },
  {
    id: "cifar25-bn-before",
    guess: percent("test_accuracy"),
    also: ["cifar25-improved:test_accuracy"],
    alive: trained("cifar25-bn-before"),
  },
  {
    id: "cifar25-bn-after",
    guess: largest("cifar25-bn-before:test_accuracy", "cifar25-bn-after:test_accuracy"),
    alive: trained("cifar25-bn-after"),
  },
  { id: "cifar25-bn-after-zca", guess: percent("test_accuracy"), alive: trained("cifar25-bn-after-zca") },
  { id: "cifar100-nn", guess: percent("test_accuracy"), alive: trained("cifar100-nn") },
  { id: "cifar100-cnn", guess: percent("test_accuracy"), alive: trained("cifar100-cnn") },
  { id: "cifar100-cnn-30", guess: percent("val_accuracy"), alive: trained("cifar100-cnn") },
  { id: "cifar100-report", guess: percent("macro_recall"), alive: "?view=draw&experiment=cifar100-cnn" },
  { id: "caltech-features-1", guess: percent("test_accuracy") },
  {
    id: "caltech-features-2",
    guess: largest("caltech-features-1:test_accuracy", "caltech-features-2:test_accuracy"),
  },
  {
    id: "caltech-features-3",
    guess: smallest("caltech-features-2:test_loss", "caltech-features-3:test_loss"),
  },
  {
    id: "caltech-finetune-1",
    guess: largest("caltech-features-1:test_accuracy", "caltech-finetune-1:test_accuracy"),
  },
  {
    id: "caltech-finetune-2",
    guess: largest("caltech-finetune-1:test_accuracy", "caltech-finetune-2:test_accuracy"),
  },
  { id: "caltech-finetune-conv", guess: percent("test_accuracy") },
];
