/** @file All lessons by their names. */
import type { Lesson } from "./lesson.ts";
import { batchNormLesson } from "./lessons/batch-norm.ts";
import { conv2dLesson } from "./lessons/conv2d.ts";
import { denseLesson } from "./lessons/dense.ts";
import { maxPool2dLesson } from "./lessons/max-pool2d.ts";
import { softmaxCrossEntropyLesson } from "./lessons/softmax-cross-entropy.ts";

/** The worked examples, in the order in which they are listed. */
export const lessons: readonly Lesson[] = [
  conv2dLesson,
  maxPool2dLesson,
  denseLesson,
  softmaxCrossEntropyLesson,
  batchNormLesson,
];
