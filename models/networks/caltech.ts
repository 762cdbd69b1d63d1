/** @file The heads that the practical puts on ResNet-50's features to tell 200 kinds of birds apart. */
import {
  Conv2D,
  Dense,
  Dropout,
  GlobalAveragePooling2D,
  Input,
  type Layer,
  type Model,
  sequential,
} from "../index.ts";
import { resnet50 } from "./resnet50.ts";

/** What a head depends on besides its layers; the practical's values unless given. */
export interface HeadOptions {
  /** averaged features that it gets: 2048 of ResNet-50 */
  readonly features?: number;
  /** kinds of birds: 200 */
  readonly classes?: number;
}

/** What is trained as a whole. */
export interface FinetuneOptions extends Pick<HeadOptions, "classes"> {
  /** from images to a feature map [h, w, c]: ResNet-50 */
  readonly backbone?: Model;
  /** layers that bring the features to mean 0 and deviation 1: none */
  readonly standardize?: readonly Layer[];
}

type Head = "features-1" | "features-2" | "features-3";

/** By the experiments' names; each works on averaged features. */
const heads: Readonly<Record<Head, (classes: number) => Layer[]>> = {
  "features-1": (classes) => [Dense(classes, { activation: "softmax" })],
  "features-2": (classes) => [Dense(1024, { activation: "relu" }), Dense(classes, { activation: "softmax" })],
  "features-3": (classes) => [
    Dense(1024, { activation: "relu" }),
    Dropout(0.75),
    Dense(classes, { activation: "softmax" }),
  ],
};

/** A classifier of features that a network computed once: 409,800, 2,303,176 and 2,303,176 parameters. */
export function caltechHead(name: Head, { features = 2048, classes = 200 }: HeadOptions = {}): Model {
  return sequential([Input([features]), ...heads[name](classes)]);
}

/** ResNet-50 and a head as one network, trained together: 23,997,512 or 25,890,888 parameters. */
export function caltechFinetuneNetwork(
  head: "features-1" | "features-2",
  { backbone = resnet50(), standardize = [], classes = 200 }: FinetuneOptions = {},
): Model {
  return sequential([backbone, GlobalAveragePooling2D(), ...standardize, ...heads[head](classes)]);
}

/** ResNet-50 with another convolution before the head: 25,038,984 parameters, 1,451,272 of them in the head. */
export function caltechConvolutionNetwork({
  backbone = resnet50(),
  standardize = [],
  classes = 200,
}: FinetuneOptions = {}): Model {
  return sequential([
    backbone,
    ...standardize,
    Conv2D(64, 3, { activation: "relu" }),
    Dropout(0.2),
    GlobalAveragePooling2D(),
    Dense(1024, { activation: "relu" }),
    Dropout(0.4),
    Dense(classes, { activation: "softmax" }),
  ]);
}
