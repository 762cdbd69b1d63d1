import { describe, expect, it } from "vitest";
import { ArgumentError, ShapeError } from "../../../engine/errors.ts";
import {
  Add,
  AveragePooling2D,
  BatchNormalization,
  Concatenate,
  Cropping2D,
  Dense,
  DenseTranspose,
  GaussianNoise,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  input,
  type Layer,
  LayerNormalization,
  Reshape,
  UpSampling2D,
  ZeroPadding2D,
} from "../../../models/index.ts";

const shapeOf = (layer: Layer, ...inputs: number[][]) =>
  layer.apply(inputs.map((shape) => input(shape))).shape;

describe("layers", () => {
  // by Keras's rules: "same" is ceil(size / stride), "valid" floor((size - window) / stride) + 1
  const shapes: readonly (readonly [string, Layer, number[][], number[]])[] = [
    ["AveragePooling2D()", AveragePooling2D(), [[7, 9, 3]], [3, 4, 3]],
    ["AveragePooling2D same", AveragePooling2D(3, { strides: 2, padding: "same" }), [[7, 9, 3]], [4, 5, 3]],
    ["GlobalAveragePooling2D()", GlobalAveragePooling2D(), [[7, 9, 3]], [3]],
    ["GlobalMaxPooling2D()", GlobalMaxPooling2D(), [[7, 9, 3]], [3]],
    ["UpSampling2D()", UpSampling2D(), [[7, 9, 3]], [14, 18, 3]],
    ["UpSampling2D([1,3])", UpSampling2D([1, 3]), [[7, 9, 3]], [7, 27, 3]],
    ["ZeroPadding2D()", ZeroPadding2D(), [[7, 9, 3]], [9, 11, 3]],
    ["ZeroPadding2D([1,2])", ZeroPadding2D([1, 2]), [[7, 9, 3]], [9, 13, 3]],
    [
      "ZeroPadding2D per side",
      ZeroPadding2D([
        [1, 2],
        [3, 0],
      ]),
      [[7, 9, 3]],
      [10, 12, 3],
    ],
    ["Cropping2D()", Cropping2D(), [[7, 9, 3]], [7, 9, 3]],
    [
      "Cropping2D per side",
      Cropping2D([
        [1, 2],
        [3, 0],
      ]),
      [[7, 9, 3]],
      [4, 6, 3],
    ],
    ["BatchNormalization()", BatchNormalization(), [[7, 9, 3]], [7, 9, 3]],
    ["LayerNormalization()", LayerNormalization(), [[7, 3]], [7, 3]],
    ["GaussianNoise(0.1)", GaussianNoise(0.1), [[7, 9, 3]], [7, 9, 3]],
    ["Reshape([3,-1])", Reshape([3, -1]), [[7, 9]], [3, 21]],
    [
      "Add()",
      Add(),
      [
        [7, 3],
        [7, 3],
        [7, 3],
      ],
      [7, 3],
    ],
    [
      "Concatenate()",
      Concatenate(),
      [
        [7, 3],
        [7, 2],
      ],
      [7, 5],
    ],
    [
      "Concatenate axis 1",
      Concatenate({ axis: 1 }),
      [
        [7, 3],
        [2, 3],
      ],
      [9, 3],
    ],
  ];
  it.each(shapes)("%s has Keras's output shape", (_, layer, inputs, output) => {
    expect(shapeOf(layer, ...inputs)).toEqual(output);
  });

  it("have Keras's weights", () => {
    const weights = (layer: Layer) => {
      shapeOf(layer, [4, 3]);
      return layer.variables.map(({ name, shape, trainable }) => [name, shape, trainable]);
    };
    expect(weights(BatchNormalization())).toEqual([
      ["gamma", [3], true],
      ["beta", [3], true],
      ["moving_mean", [3], false],
      ["moving_variance", [3], false],
    ]);
    expect(weights(LayerNormalization())).toEqual([
      ["gamma", [3], true],
      ["beta", [3], true],
    ]);
    const first = Dense(4);
    shapeOf(first, [9]);
    const transposed = DenseTranspose(first);
    expect(shapeOf(transposed, [4])).toEqual([9]);
    expect(transposed.variables.map(({ name, shape }) => [name, shape])).toEqual([["bias", [9]]]);
    expect(shapeOf(first, [7, 5, 9])).toEqual([7, 5, 4]); // along the last axis, as in Keras
    expect(shapeOf(transposed, [7, 4])).toEqual([7, 9]);
  });

  it("refuse shapes that they cannot take", () => {
    const image = [
      GlobalMaxPooling2D,
      GlobalAveragePooling2D,
      AveragePooling2D,
      UpSampling2D,
      ZeroPadding2D,
      Cropping2D,
    ];
    for (const make of image) expect(() => shapeOf(make(), [4, 3])).toThrow(ShapeError);
    expect(() => shapeOf(Cropping2D(4), [8, 9, 1])).toThrow(
      "Cropping2D: nothing is left of [8,9,1] without 4+4 rows and 4+4 columns.",
    );
    expect(() => shapeOf(Reshape([4, -1]), [7])).toThrow(ShapeError);
    expect(() => shapeOf(Add(), [3], [4])).toThrow("Add: inputs must have one shape, got [3] and [4].");
    expect(() => shapeOf(Add(), [3])).toThrow(ArgumentError);
    expect(() => shapeOf(Concatenate(), [3])).toThrow(ArgumentError);
    expect(() => shapeOf(Concatenate(), [3, 2], [4, 2])).toThrow(ShapeError);
    expect(() => shapeOf(Concatenate({ axis: 3 }), [3, 2], [3, 2])).toThrow(ShapeError);
    const first = Dense(4);
    shapeOf(first, [9]);
    expect(() => shapeOf(DenseTranspose(first), [3, 9])).toThrow(/expects \[..., 4\], got \[3,9\]/);
    expect(() => shapeOf(first, [9, 3])).toThrow(/was built for inputs \[9\]/);
    expect(() => shapeOf(DenseTranspose(Dense(4)), [4])).toThrow(/no weight kernel yet/);
    const norm = BatchNormalization();
    shapeOf(norm, [3]);
    expect(() => shapeOf(norm, [4])).toThrow("BatchNormalization: was built for 3 channels, got [4].");
  });

  it("refuse options out of range", () => {
    const wrong: (() => Layer)[] = [
      () => UpSampling2D(0),
      () => ZeroPadding2D(-1),
      () => ZeroPadding2D([1.5, 1]),
      () => Cropping2D(null as unknown as number),
      () => Reshape([-1, -1]),
      () => Reshape([0]),
      () => GaussianNoise(-1),
      () => GaussianNoise(Number.NaN),
      () => Concatenate({ axis: 0 }),
      () => Concatenate({ axis: 1.5 }),
      () => DenseTranspose(Dense(2), { activation: "reul" as "relu" }),
    ];
    for (const make of wrong) expect(make, make.toString()).toThrow(ArgumentError);
  });
});
