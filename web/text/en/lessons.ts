/** @file The words around the lessons, in English; the lessons themselves are in web/lessons/text. */
export const lessons = {
  loading: "opening the lessons ...",
  lesson: "Lesson",
  byHand: "By hand",
  partOf: (part: number, parts: number) => `${part} of ${parts}`,
  print: "Print",
  prediction: (name: string) => `Your prediction of ${name}`,
  ask: (name: string) => `Predict ${name}`,
  check: "Check",
  show: "Show it",
  see: "See",
  verdicts: {
    right: (name: string) => `Right. How the kernel comes to ${name} stands below.`,
    larger: (name: string) => `No, ${name} is larger.`,
    smaller: (name: string) => `No, ${name} is smaller.`,
  },
  changeNumbers: "Change any number, or press another ? to predict that one.",
  recordedNumbers: "Recorded numbers of these kernels: without WebGPU they cannot be changed.",
  firstNumbers: "The first numbers again",
  way: "The way down: the loss over w, and w before each step",
  guess: "Your guess",
  yourGuess: "your guess",
  measured: "this project's run",
  published: "published",
  publishedOf: (name: string) => `${name}, published`,
  rightChoice: "Right.",
  otherChoice: "In this run it was another.",
  run: (run: { experiment: string; isQuick: boolean; epochs: string; images: string; adapter: string }) =>
    `${run.experiment}, ${run.isQuick ? "quick profile" : "in full"}: ${run.images} training images${run.epochs && `, ${run.epochs} epochs`}, on ${run.adapter}.`,
  origins: {
    official: "",
    other: "Not the official files: a part of the images.",
    synthetic: "Drawn images, not the data set.",
    own: "Images of somebody's own.",
  },
  alive: "See it alive in the lab",
  noFullRun: "There is no full run of it in docs/results yet.",
  trainInFull: "Train it in full on this GPU",
  recorded: "recorded",
  lossOfEpochs: "Loss after each epoch",
  figure: "figure",
  figures: { accuracy: "Test accuracy", loss: "Test loss" },
  recordedTitle: "What a run has left",
  recordedRun: (id: string, adapter: string) =>
    `Recorded, not computed here: ${id}, trained by the same kernels on ${adapter}.`,
};

export type LessonWords = typeof lessons;
