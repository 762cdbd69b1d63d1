/** @file Words of the view "Break", in English: errors that kernels are given, by the words of the tests. */

/** What an error is, and what comes of it. */
export interface ErrorWords {
  readonly name: string;
  readonly why: string;
}

const bounds = (where: string): ErrorWords => ({
  name: `padding off by one: no bound ${where} the image`,
  why: `The window may lie half outside of the image, where zeros are meant. Without the bound the kernel reads the pixels that happen to lie there in memory, so that the edges ${where} the image count wrongly.`,
});

const errors: Readonly<Record<string, ErrorWords>> = {
  "no bound left and right of the image": bounds("left and right of"),
  "no bound above and below the image": bounds("above and below"),
  "the padding is forgotten": {
    name: "the padding is forgotten",
    why: "Windows begin before the image where it is padded. Backward counts them from the first pixel, so each gradient goes to a window that is off by the padding.",
  },
  "the gradient is not divided by the number of samples": {
    name: "missing 1/N: a sum for a mean",
    why: "The loss is a mean over N samples, so each sample's gradient carries 1/N. Without it every gradient is N times too long: as if the rate were N times higher.",
  },
  "not divided by the elements of a sample": {
    name: "missing 1/N: a sum over the outputs",
    why: "The loss is a mean over the outputs of a sample. Without the divisor the gradient is longer by their number.",
  },
  "the batch's loss is not divided": {
    name: "missing 1/N in the loss itself",
    why: "The loss that is shown is a sum over the batch instead of its mean; the gradient, which another kernel computes, is as it was.",
  },
  "relu's mask is forgotten": {
    name: "ReLU's mask is forgotten",
    why: "Where ReLU gave 0 its slope is 0: no gradient may pass. Here all of it passes, and units that were silent are told to change.",
  },
  "the sign in sigmoid's derivative": {
    name: "sigmoid's slope: y (1 + y) for y (1 - y)",
    why: "The derivative of a sigmoid with value y is y (1 - y). With the other sign the slope is too steep, most where the unit is full on.",
  },
  "rows and columns of A are swapped": {
    name: "a transposed weight",
    why: "The product takes A's rows for its columns. The shapes may still fit, so nothing complains, but the sums are of other numbers.",
  },
  "a transposed A is not transposed": {
    name: "a transpose that is forgotten",
    why: "The gradient of a dense layer's kernel is x transposed times dy. Without the transpose the sums run over the wrong axis.",
  },
  "a tile of A read by columns": {
    name: "a tile that is read transposed",
    why: "A square of the matrix is brought into shared memory by rows and read by columns.",
  },
  "taps to the other side": {
    name: "the filter is not turned",
    why: "Backward runs the filter the other way round: what a pixel gave to an output on its left must come back from there. Here it comes from the right.",
  },
  "rows that the stride skips": {
    name: "the stride is forgotten",
    why: "With a stride only some positions of the window exist. Here the rows between them get a gradient as well.",
  },
  "columns that the stride skips": {
    name: "the stride is forgotten",
    why: "With a stride only some positions of the window exist. Here the columns between them get a gradient as well.",
  },
  "no bias": {
    name: "the bias is forgotten",
    why: "The sum of products is right and the bias is not added.",
  },
  "the sign of the bias's gradient": {
    name: "the bias's gradient has the wrong sign",
    why: "The bias walks uphill while all other weights walk down.",
  },
  "the bias's gradient is not summed": {
    name: "the bias's gradient of one image only",
    why: "A bias is added at every position of every image, so its gradient is the sum over all of them.",
  },
  "the last image instead of all": {
    name: "the last image instead of all",
    why: "A filter is used on each image of the batch; its gradient is the sum over all of them.",
  },
  "the third row instead of the fourth": {
    name: "an index that was copied",
    why: "Of four rows that are computed together, one takes the numbers of its neighbour.",
  },
  "row and column of the winner swapped": {
    name: "row and column of the winner are swapped",
    why: "Max pooling sends the whole gradient to the largest value of the window. Here it goes to the mirrored place.",
  },
  "no division": {
    name: "missing 1/N: a sum for an average",
    why: "Average pooling divides by the number of values in the window.",
  },
  "padding counts": {
    name: "padding counts in the average",
    why: "Keras divides by the pixels that are inside the image; here the zeros around it count too.",
  },
  "the sign of the target": {
    name: "the target has the wrong sign",
    why: "The gradient of softmax with cross-entropy is p - t: what was said less what is true. Here it is p + t.",
  },
  "not centred": {
    name: "batch normalisation without the mean",
    why: "The gradient of gamma sums dy times the normalised x, which has the batch's mean taken off.",
  },
  "the sign of the variance's part": {
    name: "the variance's part has the wrong sign",
    why: "x also acts through the variance of the batch, which takes a part off its gradient. Here the part is added.",
  },
  "what stays is not scaled up": {
    name: "dropout does not scale what stays",
    why: "Dropout multiplies what it keeps by 1 / (1 - rate), so that sums stay the same on average.",
  },
  uphill: {
    name: "uphill",
    why: "The update adds the gradient instead of taking it off: the loss grows.",
  },
  "the past is forgotten": {
    name: "the optimizer forgets the past",
    why: "Adagrad sums the squares of all gradients so far. Here it has the last one only, and every step is as long as the rate.",
  },
};

export const breakTexts = {
  errors,
  chooseError: "Error",
  noError: "none: the shipped kernels",
  usualErrors: "What everybody gets wrong once",
  otherErrors: (folder: string) => `Others: ${folder}`,
  idleErrors: "Not launched on this adapter, or by no check",
  findBug: "Find the bug",
  anotherBug: "Another bug",
  leaveGame: "Choose an error instead",
  gameHint:
    "One line of one kernel is wrong. The rows below and the curve show what it does. Which line is it?",
  hiding: "hiding an error that turns a row red ...",
  line: "line",
  guessThis: "It is this line",
  rightGuess: "Found.",
  wrongGuess: "No: it is another line.",
  itWas: "The error",
  shippedLines: "shipped",
  brokenLines: "broken",
  noLine: "no line",
  checkingShipped: (done: number, of: number) =>
    `checking the gradients of all ops with the shipped kernels: ${done} of ${of}`,
  shippedVerdict: (rows: number, red: number) =>
    red === 0
      ? `Shipped kernels: all ${rows} rows of the gradient check agree.`
      : `Shipped kernels: ${red} of ${rows} rows of the gradient check are red.`,
  brokenVerdict: (rows: number, red: number) =>
    `With the error: ${red} of the ${rows} rows that launch this kernel are red.`,
  checkingBroken: "checking the ops that launch the kernel ...",
  noRowNotices: (tests: string) =>
    `No row notices: in the check's small sizes the error does not show. These tests do: ${tests}`,
  gradientCheck:
    "The gradient check: the kernel's number against the central difference of the float64 reference",
  op: "op",
  gradientOfInput: "gradient of",
  outputItself: "y itself",
  element: "worst element",
  byShipped: "shipped kernel",
  byBroken: "broken kernel",
  errorBefore: "error before",
  errorAfter: "error with it",
  agrees: "agrees",
  isRed: "red",
  agreeingRows: (count: number) => (count === 1 ? "One row that agrees" : `${count} rows that agree`),
  practiceCurve: "A small network on 256 drawn digits: the loss of each step, same seed",
  launchedNot: "This training does not launch the kernel: both curves are the same.",
  fellBroken: "With the error, training ended early: its numbers were not finite any more.",
};

export type BreakTexts = typeof breakTexts;
