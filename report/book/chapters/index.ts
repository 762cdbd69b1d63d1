/** @file What every answer of the book computes, by experiment. */
import type { Answer } from "../evidence.ts";
import { autoencoders } from "./autoencoders.ts";
import { cifar } from "./cifar.ts";
import { denoising } from "./denoising.ts";
import { pretraining } from "./pretraining.ts";
import { svhn } from "./svhn.ts";
import { transfer } from "./transfer.ts";

export const answers: Readonly<Record<string, Answer>> = {
  ...cifar,
  ...svhn,
  ...autoencoders,
  ...denoising,
  ...pretraining,
  ...transfer,
};
