/** @file What visitors do in the lab, each journey ending in something that is compared. */
import type { Journey } from "../journey.ts";
import { breakGradient } from "./break.ts";
import { draw } from "./draw.ts";
import { kernels } from "./kernels.ts";
import { ladder } from "./ladder.ts";
import { lesson, question } from "./lessons.ts";
import { looks } from "./looks.ts";
import { microscope } from "./microscope.ts";
import { ownImages, ownNetwork } from "./network.ts";
import { slowMotion } from "./slow-motion.ts";
import { staticHost } from "./static-host.ts";
import { denoising } from "./study.ts";
import { savedRun, train } from "./training.ts";
import { hostileLink, withoutWebGpu } from "./visitors.ts";

export const journeys: readonly Journey[] = [
  withoutWebGpu,
  hostileLink,
  looks,
  draw,
  slowMotion,
  microscope,
  denoising,
  lesson,
  question,
  kernels,
  ladder,
  staticHost,
  breakGradient,
  ownNetwork,
  ownImages,
  savedRun,
  train,
];
