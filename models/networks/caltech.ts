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

const classes = 200;
const features = 2048;

/** By the experiments' names; each works on averaged features, [2048]. */
const heads = {
  /** 409,800 parameters */
  "features-1": (): Layer[] => [Dense(classes, { activation: "softmax" })],
  /** 2,303,176 parameters */
  "features-2": (): Layer[] => [
    Dense(1024, { activation: "relu" }),
    Dense(classes, { activation: "softmax" }),
  ],
  /** 2,303,176 parameters */
  "features-3": (): Layer[] => [
    Dense(1024, { activation: "relu" }),
    Dropout(0.75),
    Dense(classes, { activation: "softmax" }),
  ],
} as const;

/** A classifier of features that ResNet-50 computed once, [2048]. */
export function caltechHead(name: keyof typeof heads): Model {
  return sequential([Input([features]), ...heads[name]()]);
}

/** ResNet-50 and a head as one network, trained together: 23,997,512 or 25,890,888 parameters. */
export function caltechFinetuneNetwork(head: "features-1" | "features-2"): Model {
  return sequential([resnet50(), GlobalAveragePooling2D(), ...heads[head]()]);
}

/** ResNet-50 with another convolution before the head: 25,038,984 parameters, 1,451,272 of them in the head. */
export function caltechConvolutionNetwork(): Model {
  return sequential([
    resnet50(),
    Conv2D(64, 3, { activation: "relu" }),
    Dropout(0.2),
    GlobalAveragePooling2D(),
    Dense(1024, { activation: "relu" }),
    Dropout(0.4),
    Dense(classes, { activation: "softmax" }),
  ]);
}
