/** @file The chapters of the book, in the assignment's order. */
import type { Chapter } from "../chapter.ts";
import { cifar10 } from "./cifar10.ts";
import { svhn } from "./svhn.ts";

export const chapters: readonly Chapter[] = [cifar10, svhn];
