/** @file How networks for ImageNet end: in their classifier, in one number for each map, or in the maps themselves. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkChoice, checkFlag, written } from "../../engine/options.ts";
import { Dense, GlobalAveragePooling2D, GlobalMaxPooling2D } from "../index.ts";
import type { Layer } from "../layers/layer.ts";
import { requireCount } from "../layers/layer-options.ts";

/** Keras's: what becomes of the feature maps of a network without its classifier. */
export type Pooling = "avg" | "max";

/** What a network for ImageNet ends in, as keras.applications names it. */
export interface EndOptions {
  readonly includeTop?: boolean;
  readonly classes?: number;
  readonly pooling?: Pooling | null;
}

/** Throws ArgumentError, with `owner` at its head, for options that Keras would refuse or silently ignore. */
export function checkEnd(owner: string, options: EndOptions): Required<EndOptions> {
  const { includeTop = false, classes = 1000, pooling = null } = options;
  checkFlag(owner, "includeTop", includeTop);
  requireCount(owner, "classes", classes);
  if (pooling !== null) checkChoice(owner, "pooling", pooling, ["avg", "max"]);
  if (includeTop && pooling !== null)
    throw new ArgumentError(
      `${owner}: pooling ${written(pooling)} is for the network without its classifier, includeTop: false.`,
    );
  if (!includeTop && options.classes !== undefined)
    throw new ArgumentError(`${owner}: classes is of the classifier, which only includeTop: true gives.`);
  return { includeTop, classes, pooling };
}

/** The layers after the last feature maps: Keras's `avg_pool` and a softmax, or the pooling. */
export function classifierOrPooling(
  owner: string,
  options: EndOptions,
  { classifier }: { readonly classifier: string },
): Layer[] {
  const { includeTop, classes, pooling } = checkEnd(owner, options);
  if (includeTop)
    return [
      GlobalAveragePooling2D({ name: "avg_pool" }),
      Dense(classes, { activation: "softmax", name: classifier }),
    ];
  return poolingLayers(pooling);
}

export function poolingLayers(pooling: Pooling | null): Layer[] {
  if (pooling === null) return [];
  return [pooling === "avg" ? GlobalAveragePooling2D() : GlobalMaxPooling2D()];
}
