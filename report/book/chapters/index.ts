/** @file The chapters of the book, in the assignment's order. */
import type { Chapter } from "../chapter.ts";
import { autoencoders } from "./autoencoders.ts";
import { cifar10 } from "./cifar10.ts";
import { cifar25 } from "./cifar25.ts";
import { cifar100 } from "./cifar100.ts";
import { denoising } from "./denoising.ts";
import { pretraining } from "./pretraining.ts";
import { svhn } from "./svhn.ts";
import { tied } from "./tied.ts";

export const chapters: readonly Chapter[] = [
  cifar10,
  svhn,
  autoencoders,
  denoising,
  pretraining,
  tied,
  cifar25,
  cifar100,
];
