/** @file ResNet-50 with the weights that Keras publishes. */
import { checkOptionNames } from "../engine/options.ts";
import type { Model } from "../models/model.ts";
import { resnet50 as network, type ResNet50Options } from "../models/networks/resnet50.ts";
import type { PretrainedFile } from "./pretrained-file.ts";
import {
  applyWeights,
  architectureOptions,
  type PretrainedOptions,
  pretrainedOptionNames,
} from "./weights.ts";

type Variant = NonNullable<ResNet50Options["variant"]>;

/** Keras published two pairs of files of the same names. */
interface Published {
  readonly folder: string;
  readonly addresses: readonly string[];
  readonly source: string;
  /** the layer of the classifier */
  readonly classifier: string;
  readonly md5: { readonly withTop: string; readonly noTop: string };
}

/** Addresses and MD5s: keras_applications 1.0.8, resnet50.py and resnet_common.py. */
const published: Readonly<Record<Variant, Published>> = {
  keras: {
    folder: "resnet50",
    addresses: ["https://github.com/fchollet/deep-learning-models/releases/download/v0.2/"],
    source: "Keras 1 to 2.3",
    classifier: "fc1000",
    md5: { withTop: "a7b3fe01876f51b976af0dea6bc144eb", noTop: "a268eb855778b3df3c7506639542a6af" },
  },
  "tf.keras": {
    folder: "resnet50/tf.keras",
    addresses: [
      "https://storage.googleapis.com/tensorflow/keras-applications/resnet/",
      "https://github.com/keras-team/keras-applications/releases/download/resnet/",
    ],
    source: "tf.keras and Keras 3",
    classifier: "predictions",
    md5: { withTop: "2cb95161c43110f7111970584f804107", noTop: "4d473c1dd8becc155b73f8504c6f6626" },
  },
};

/** The official file of a network with or without its classifier. */
export function resnet50File(variant: Variant, includeTop: boolean): PretrainedFile {
  const { md5, ...where } = published[variant];
  return {
    ...where,
    name: `resnet50_weights_tf_dim_ordering_tf_kernels${includeTop ? "" : "_notop"}.h5`,
    md5: includeTop ? md5.withTop : md5.noTop,
  };
}

/**
 * ResNet-50 with trained weights; `includeTop` is true unless given. It takes photographs as preprocessInput() makes them. The
 * weights, 94 MB (103 with the classifier), are downloaded once: `variant` "keras" has those of Keras 1 to 2.3, the default,
 * "tf.keras" those of tf.keras and Keras 3.
 * @throws FileError if the weights neither are in the data folder nor come from the network; ArgumentError for an option that it does not have
 */
export async function resnet50(options: ResNet50Options & PretrainedOptions = {}): Promise<Model> {
  checkOptionNames<ResNet50Options & PretrainedOptions>("resnet50", options, {
    ...{ inputShape: true, includeTop: true, classes: true, pooling: true, variant: true, filters: true },
    ...pretrainedOptionNames,
  });
  const { variant = "keras", includeTop = true } = options;
  const model = network({ includeTop, ...architectureOptions(options) });
  const { classifier } = published[variant];
  await applyWeights(model, { file: resnet50File(variant, includeTop), classifier }, options);
  return model;
}
