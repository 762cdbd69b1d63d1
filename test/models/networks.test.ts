import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../engine/errors.ts";
import type { Model } from "../../models/model.ts";
import { basicAutoencoder } from "../../models/networks/ae-basic.ts";
import { convolutionalAutoencoder } from "../../models/networks/ae-conv.ts";
import { deepAutoencoder } from "../../models/networks/ae-deep.ts";
import {
  caltechConvolutionNetwork,
  caltechFinetuneNetwork,
  caltechHead,
} from "../../models/networks/caltech.ts";
import { cifar10BNetwork } from "../../models/networks/cifar10-b.ts";
import { cifar10ENetwork } from "../../models/networks/cifar10-e.ts";
import { cifar10FNetwork } from "../../models/networks/cifar10-f.ts";
import { cifar25BaseNetwork } from "../../models/networks/cifar25-base.ts";
import { cifar25ImprovedNetwork } from "../../models/networks/cifar25-improved.ts";
import { cifar100ConvolutionalNetwork } from "../../models/networks/cifar100-cnn.ts";
import { cifar100DenseNetwork } from "../../models/networks/cifar100-nn.ts";
import { pretrainNetwork } from "../../models/networks/pretrain-mlp.ts";
import { resnet50 } from "../../models/networks/resnet50.ts";
import { squeezenet } from "../../models/networks/squeezenet.ts";
import { stackedAutoencoder } from "../../models/networks/stacked-ae.ts";
import { svhnCNetwork } from "../../models/networks/svhn-c.ts";
import { tiedAutoencoder } from "../../models/networks/tied-ae.ts";

/** Parameters by the tables of assignment.md 1.2. */
const published: readonly (readonly [string, Model, number])[] = [
  ["cifar10-b", cifar10BNetwork(), 2_141_514],
  ["cifar10-e 3x3", cifar10ENetwork(), 4_460_106],
  ["cifar10-e 5x5, 3x3", cifar10ENetwork({ first: 5, second: 3 }), 4_528_714],
  ["cifar10-e 3x3, 5x5", cifar10ENetwork({ first: 3, second: 5 }), 4_853_322],
  ["cifar10-f", cifar10FNetwork(), 1_982_154],
  ["svhn-c", svhnCNetwork(), 1_058_726],
  ["ae-a 2", basicAutoencoder({ code: 2 }), 3_922],
  ["ae-a 4", basicAutoencoder({ code: 4 }), 7_060],
  ["ae-a 8", basicAutoencoder({ code: 8 }), 13_336],
  ["ae-a 16", basicAutoencoder({ code: 16 }), 25_888],
  ["ae-a 32", basicAutoencoder({ code: 32 }), 50_992],
  ["ae-a 64", basicAutoencoder({ code: 64 }), 101_200],
  ["ae-g L4 d2", deepAutoencoder({ code: 2 }), 2_823_286],
  ["ae-g L4 d32", deepAutoencoder({ code: 32 }), 2_838_316],
  ["ae-g L3 d2", deepAutoencoder({ code: 2, hidden: 3 }), 2_573_786],
  ["ae-g L3 d32", deepAutoencoder({ code: 32, hidden: 3 }), 2_603_816],
  ["ae-g L2 d2", deepAutoencoder({ code: 2, hidden: 2 }), 1_574_786],
  ["ae-g L2 d32", deepAutoencoder({ code: 32, hidden: 2 }), 1_634_816],
  ["ae-i", convolutionalAutoencoder(), 3_217],
  ["pretrain-a", pretrainNetwork(), 1_796_010],
  ["pretrain-b first", basicAutoencoder({ code: 1000 }), 1_569_784],
  ["pretrain-b second", basicAutoencoder({ code: 1000, inputs: 1000 }), 2_002_000],
  ["stacked-ae", stackedAutoencoder(), 163_814],
  ["tied-ae", tiedAutoencoder(), 82_414],
  ["cifar25-base", cifar25BaseNetwork(), 24_197],
  ["cifar25-improved", cifar25ImprovedNetwork(), 1_258_553],
  ["cifar25-bn-before", cifar25ImprovedNetwork({ normalize: "before" }), 1_259_321],
  ["cifar25-bn-after", cifar25ImprovedNetwork({ normalize: "after" }), 1_259_321],
  ["resnet50", resnet50(), 23_587_712],
  ["resnet50 with its classifier", resnet50({ includeTop: true }), 25_636_712], // keras_applications
  ["resnet50 of tf.keras", resnet50({ includeTop: true, variant: "tf.keras" }), 25_636_712],
  ["resnet50, widths by 16", resnet50({ filters: 4 }), 100_472], // the golden case resnet50-narrow
  ["squeezenet", squeezenet({ includeTop: true }), 1_248_424], // the file of its weights
  ["squeezenet without its classifier", squeezenet(), 735_424],
  ["caltech-features-1", caltechHead("features-1"), 409_800],
  ["caltech-features-2", caltechHead("features-2"), 2_303_176],
  ["caltech-features-3", caltechHead("features-3"), 2_303_176],
  ["caltech-finetune-1", caltechFinetuneNetwork("features-1"), 23_997_512],
  ["caltech-finetune-2", caltechFinetuneNetwork("features-2"), 25_890_888],
  ["caltech-finetune-conv", caltechConvolutionNetwork(), 25_038_984],
  ["cifar100-nn", cifar100DenseNetwork(), 3_623_600],
  ["cifar100-cnn", cifar100ConvolutionalNetwork(), 6_850_792],
];

const parametersOf = (model: Model, type: string) =>
  model.summary().rows.flatMap((row) => (row.type === type ? [row.parameters] : []));

describe("the networks of the assignment", () => {
  it.each(published)("%s has the published number of parameters", (_, model, parameters) => {
    expect(model.parameterCount).toBe(parameters);
  });

  it("include a ResNet-50 with Keras's shapes and moving statistics", () => {
    const network = resnet50();
    expect(network.summary().total - network.summary().trainable).toBe(53_120); // assignment.md 1.2
    expect(network.outputs[0]!.shape).toEqual([7, 7, 2048]);
    expect(network.layers.filter(({ className }) => className === "Conv2D")).toHaveLength(53);
    expect(network.getLayer("res5c_branch2c").parameterCount).toBe(512 * 2048 + 2048);
  });

  it("include networks for ImageNet that can be cut and that end as asked", () => {
    const network = resnet50({ pooling: "max", inputShape: [64, 64, 3] });
    expect(network.outputs[0]!.shape).toEqual([2048]);
    expect(network.outputOf("activation_49").shape).toEqual([2, 2, 2048]);
    expect(network.outputOf("activation_40").shape).toEqual([4, 4, 1024]);
    expect(squeezenet().outputOf("fire9").shape).toEqual([13, 13, 512]);
    expect(resnet50({ variant: "tf.keras" }).layers.at(-1)!.name).toBe("conv5_block3_out");
    expect(() => resnet50({ variant: "tf" as never })).toThrow("variant must be one of keras, tf.keras");
    expect(() => squeezenet({ classes: 10 })).toThrow("which only includeTop: true gives");
  });

  it("have the parts that the sources list", () => {
    // assignment.md 1.2: cifar10-b, svhn-c, cifar100-cnn (printed in source 004), and the tied weights
    const b = cifar10BNetwork();
    expect([...parametersOf(b, "Conv2D"), ...parametersOf(b, "Dense")]).toEqual([
      1_792, 36_928, 2_097_664, 5_130,
    ]);
    const c = svhnCNetwork();
    expect([...parametersOf(c, "Conv2D"), ...parametersOf(c, "Dense")]).toEqual([
      1_216, 401_920, 655_380, 210,
    ]);
    const blog = cifar100ConvolutionalNetwork();
    expect([...parametersOf(blog, "Conv2D"), ...parametersOf(blog, "Dense")]).toEqual([
      896, 18_496, 73_856, 295_168, 1_180_160, 4_719_616, 512_500, 50_100,
    ]);
    const tied = tiedAutoencoder();
    expect([...parametersOf(tied, "Dense"), ...parametersOf(tied, "DenseTranspose")]).toEqual([
      78_500, 3_030, 100, 784,
    ]);
  });

  it("have the shapes that the sources list", () => {
    const shapes = (model: Model, type: string) =>
      model.summary().rows.flatMap((row) => (row.type === type ? [row.outputShape] : []));
    expect(shapes(cifar10BNetwork(), "Flatten")).toEqual([[4096]]);
    expect(shapes(cifar10FNetwork(), "Flatten")).toEqual([[3136]]);
    expect(shapes(svhnCNetwork(), "Flatten")).toEqual([[32768]]);
    expect(shapes(cifar25BaseNetwork(), "Flatten")).toEqual([[400]]);
    expect(shapes(cifar25ImprovedNetwork(), "Flatten")).toEqual([[2304]]);
    expect(shapes(convolutionalAutoencoder(), "MaxPooling2D")).toEqual([
      [14, 14, 16],
      [7, 7, 8],
    ]);
    expect(convolutionalAutoencoder().graph.outputs[0]!.shape).toEqual([28, 28, 1]);
    expect(tiedAutoencoder().graph.outputs[0]!.shape).toEqual([28, 28]);
  });

  it("count moving statistics as non-trainable", () => {
    const { trainable, nonTrainable } = cifar25ImprovedNetwork({ normalize: "before" }).summary();
    expect([trainable, nonTrainable]).toEqual([1_258_937, 384]); // 384: assignment.md 1.2
  });

  it("place batch normalisation before or after relu", () => {
    const kinds = (normalize: "before" | "after") =>
      cifar25ImprovedNetwork({ normalize })
        .layers.slice(1, 4)
        .map(({ className }) => className);
    expect(kinds("before")).toEqual(["Conv2D", "BatchNormalization", "Activation"]);
    expect(kinds("after")).toEqual(["Conv2D", "Activation", "BatchNormalization"]);
  });

  it("refuse a depth that the deep autoencoder does not have", () => {
    for (const hidden of [0, 5, 2.5]) {
      expect(() => deepAutoencoder({ code: 2, hidden })).toThrow(ArgumentError);
    }
  });

  it("refuse a code of more numbers than the image has pixels", () => {
    for (const code of [0, 2.5, 785]) {
      expect(() => deepAutoencoder({ code })).toThrow(
        `the code must have 1 to 784 numbers, one for each pixel at most; got ${code}.`,
      );
    }
    expect(deepAutoencoder({ code: 784 }).getLayer("dense_4").output.shape).toEqual([784]);
  });
});
