/** @file The words of the view in which kernels are edited, in English. */
export const kernelTexts = {
  openingKernels: "asking the GPU which kernels it runs ...",
  loadingEditor: "loading the editor ...",
  textOf: (kernel: string) => `WGSL of ${kernel}`,
  trainsHere: "in this training",
  notHere: "not on this GPU",
  edited: "edited",
  noSuchKernel: (name: string) => `The link names the kernel ${name}, which the lab does not have.`,
  check: "Check",
  timeIt: "Time it",
  trainWithIt: "Train with it",
  resetText: "Reset",
  notLaunched: (kernel: string) =>
    `The open training does not launch ${kernel} on this GPU: its variants are chosen by shape and adapter. Trained with, it changes nothing.`,
  checkHint:
    "The check compares random shapes with the float64 reference. Only a text that has passed it may be timed or train. It stays in this tab, not in the link.",
  missingOf: {
    subgroups: "This adapter has no subgroups of a fixed size, so this kernel cannot run here.",
    "subgroup-matrix": "No browser offers matrix units yet, so this kernel cannot run here.",
  },
  checking: "checking ...",
  timing: "timing; the training waits ...",
  outcomes: {
    passed: "Passed.",
    differs: "Wrong.",
    loops: "A loop does not end.",
    outside: "Outside of a buffer.",
    refused: "Refused.",
    silent: "No answer.",
    lost: "The GPU was lost.",
  },
  passedCases: (cases: number) => `${cases} random cases agree with the reference.`,
  differsAt: (place: string, got: string, expected: string) => `${place} is ${got}, expected ${expected}.`,
  loopTurns: (turns: number) => `It had not ended after ${turns} turns and was left.`,
  outsideAt: (name: string, index: number) => `It takes element ${index} of ${name}, which has fewer.`,
  silentFor: (seconds: number) =>
    `Nothing was heard for ${seconds} seconds. The worker was ended; the next check begins with another.`,
  lineOf: (line: number) => `line ${line}`,
  compilerSays: "What the compiler says",
  trainsByEdit: (kernel: string) => `Trains by your text of ${kernel}`,
  nothingToCompare: "This page has watched no training by the shipped text to compare with.",
  lossesEqual: (steps: number) =>
    steps === 1
      ? "The loss of the first step equals that by the shipped text, bit for bit."
      : `The losses of ${steps} steps equal those by the shipped text, bit for bit.`,
  lossDiffers: (step: number, loss: string, other: string) =>
    `The first loss that differs is that of step ${step}: ${loss}, by the shipped text ${other}.`,
  weightsAfter: (epoch: number) => `Weights after epoch ${epoch}:`,
  trainShipped: "Back to the shipped text",
  thisText: "this text",
  rooflineOfKernel: "This text, marked, and the shipped variants under this GPU's roof",
};
