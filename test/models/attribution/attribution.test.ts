/** @file Saliency and Grad-CAM: worked by hand, against central differences through every layer, and what they refuse. */
import { describe, expect, it } from "vitest";
import { ArgumentError, WgradError } from "../../../engine/errors.ts";
import { GpuDataset } from "../../../kernels/gather/index.ts";
import * as w from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { randomArray } from "../../support/random.ts";
import { type LayerExample, layerExamples, makeExample } from "../layers/examples.ts";

const engine = useEngine();
const { gradCam, saliency } = w;

async function compiled(model: w.Model, weights: Readonly<Record<string, readonly number[]>> = {}) {
  await model.compile({ optimizer: "sgd", loss: "categorical_crossentropy", engine: engine(), seed: 5 });
  model.setWeights(new Map(Object.entries(weights).map(([path, data]) => [path, Float32Array.from(data)])));
  return model;
}

/** x: a convolution of two filters, relu(x) and relu(-x), averaged; scores 2 a - 3 b and b - a. */
const twoFilters = () =>
  compiled(
    w.sequential([
      w.Input([2, 2, 1]),
      w.Conv2D(2, 1, { activation: "relu", name: "filters" }),
      w.GlobalAveragePooling2D(),
      w.Dense(2, { activation: "softmax", name: "answer" }),
    ]),
    { "filters/kernel": [1, -1], "answer/kernel": [2, -1, -3, 1] },
  );

describe("by hand", () => {
  it("saliency of a dense layer is its kernel: the larger of two channels, of the score and not of its share", async () => {
    const model = await compiled(
      w.sequential([w.Input([1, 2, 2]), w.Flatten(), w.Dense(2, { activation: "softmax", name: "d" })]),
      { "d/kernel": [1, 10, -2, 20, 3, 30, 0.5, -40], "d/bias": [0.25, 0] },
    );
    const x = [1, 0, 0, 1];
    const first = await saliency(model, x, { classes: 0 });
    expect([first.height, first.width, [...first.maps]]).toEqual([1, 2, [2, 3]]);
    expect([[...first.classes], [...first.scores]]).toEqual([[0], [1.75]]);
    for (const shape of [[4], [2, 2]]) {
      const flat = await compiled(
        w.sequential([w.Input(shape), w.Flatten(), w.Dense(2, { activation: "softmax", name: "d" })]),
        { "d/kernel": [1, 10, -2, 20, 3, 30, 0.5, -40], "d/bias": [0.25, 0] },
      );
      const { height, width, maps } = await saliency(flat, x, { classes: 0 });
      expect([height, width, [...maps]]).toEqual([shape.length, 4 / shape.length, [1, 2, 3, 0.5]]);
      flat.dispose();
    }
    const both = await saliency(model, Float32Array.from([...x, ...x]), { classes: [1, 0] });
    expect([...both.maps]).toEqual([20, 40, 2, 3]);
    expect([...both.scores]).toEqual([-30, 1.75]);
    const own = await saliency(model, Float32Array.from([...x, 1, 1, 1, 0]), {});
    expect([...own.classes]).toEqual([0, 1]);
    model.dispose();
  });

  it("Grad-CAM weighs the two feature maps by their mean gradients, and leaves out what speaks against the class", async () => {
    const model = await twoFilters();
    // feature maps [1,2,3,0] and [0,0,0,4]; d score_0 / d feature: 2/4 and -3/4 at every place, of score_1 -1/4 and 1/4
    const found = await gradCam(model, Float32Array.from([1, 2, 3, -4, 1, 2, 3, -4]), { classes: [0, 1] });
    expect([...found.maps]).toEqual([0.5, 1, 1.5, 0, 0, 0, 0, 1]);
    expect(found.layer).toBe("filters");
    expect([...found.scores]).toEqual([0, -0.5]); // 2 * 1.5 - 3 * 1, 1 - 1.5
    model.dispose();
  });

  it("Grad-CAM is enlarged between the centres of pixels", async () => {
    const model = await compiled(
      w.sequential([
        w.Input([4, 4, 1]),
        w.Conv2D(1, 2, { strides: 2, name: "c" }),
        w.Flatten(),
        w.Dense(1, { name: "d" }),
      ]),
      { "c/kernel": [1, 0, 0, 0], "d/kernel": [1, 1, 1, 1] },
    );
    const x = new Float32Array(16);
    x.set([0, 0, 4, 0], 0); // the map is [[0, 4], [8, 16]]
    x.set([8, 0, 16, 0], 8);
    const { maps, coarse } = await gradCam(model, x);
    expect([...coarse]).toEqual([0, 4, 8, 16]);
    // by PyTorch's interpolate(mode="bilinear", align_corners=False)
    expect([...maps]).toEqual([0, 1, 3, 4, 2, 3.25, 5.75, 7, 6, 7.75, 11.25, 13, 8, 10, 14, 16]);
    model.dispose();
  });
});

/** [h, w, c] */
const image = [6, 5, 4];

/** Image, dense layers to what the layer takes, the layer, dense to scores, softmax. */
function networkAround(example: LayerExample) {
  const x = w.input(image);
  const same = example.inputs.length === 1 && String(example.inputs[0]) === String(image);
  const taken = example.inputs.map((shape) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return w.Reshape(shape).apply(w.Dense(size, { activation: "tanh" }).apply(w.Flatten().apply(x)));
  });
  const alone = example.name === "Lambda" ? { crossesSamples: false } : {}; // which is refused
  const y = makeExample(example, alone as w.LayerOptions).apply(same ? x : taken);
  const flat = y.shape.length > 1 ? w.Flatten().apply(y) : y;
  const scores = w.Dense(3).apply(flat);
  return {
    scores: w.model({ inputs: x, outputs: scores }),
    shares: w.model({ inputs: x, outputs: w.Softmax().apply(scores) }),
  };
}

describe.each(
  layerExamples.map((example) => [example.name, example] as const),
)("through %s", (_, example) => {
  it("saliency is the largest central difference of a pixel's channels", async () => {
    const { scores, shares } = networkAround(example);
    await compiled(shares);
    scores.initialize(engine(), 0);
    const size = 120;
    const x = Float32Array.from(randomArray(image, 3).data);
    const h = 2e-3;
    const moved = Float32Array.from({ length: 2 * size * size }, (_, k) => {
      const [row, place] = [Math.floor(k / size), k % size];
      return x[place]! + (Math.floor(row / 2) === place ? (row % 2 ? -h : h) : 0);
    });
    const values = await scores.predict(moved);
    const difference = (place: number) => (values[6 * place + 1]! - values[6 * place + 4]!) / (2 * h);
    const expected = Array.from({ length: 30 }, (_, pixel) =>
      Math.max(...[0, 1, 2, 3].map((c) => Math.abs(difference(4 * pixel + c)))),
    );
    const { maps } = await saliency(shares, x, { classes: 1 });
    const largest = Math.max(...expected);
    expect(largest).toBeGreaterThan(1e-3);
    for (const [i, value] of expected.entries())
      expect(Math.abs(maps[i]! - value), `pixel ${i}: ${maps[i]} and ${value}`).toBeLessThan(
        2e-3 * largest + 2e-4,
      );
    shares.dispose();
    scores.dispose();
  });
});

/** conv - bn - relu, and a residual block of the same size, averaged. */
function residual(): w.Model {
  const x = w.input([8, 8, 3]);
  const stem = w.Conv2D(4, 3, { padding: "same", activation: "relu", name: "stem" }).apply(x);
  const branch = w
    .BatchNormalization({ name: "norm" })
    .apply(w.Conv2D(4, 3, { padding: "same", name: "branch" }).apply(stem));
  const sum = w.Activation("relu", { name: "block_end" }).apply(w.Add({ name: "sum" }).apply([stem, branch]));
  return w.model({
    inputs: x,
    outputs: w.GlobalAveragePooling2D({ name: "pool" }).apply(sum),
    name: "backbone",
  });
}

describe("the feature map", () => {
  it("is that of the residual block which the last convolution ends in, in a model within the model", async () => {
    const model = await compiled(
      w.sequential([w.Input([8, 8, 3]), residual(), w.Dense(3, { activation: "softmax" })]),
    );
    const x = Float32Array.from(randomArray([2, 8, 8, 3], 1).data);
    const found = await gradCam(model, x);
    expect([found.layer, found.mapHeight, found.mapWidth]).toEqual(["block_end", 8, 8]);
    // global averaging: the weights are the kernel's column, the same at every place
    const kernel = (await model.layers.at(-1)!.getWeights()).get("kernel")!;
    const backbone = model.layers[1] as w.Model;
    const features = w.model({ inputs: backbone.inputs, outputs: backbone.outputOf("block_end") });
    features.initialize(engine(), 0);
    const maps = await features.predict(x);
    for (let i = 0; i < 2; i++) {
      for (let place = 0; place < 64; place++) {
        const c = found.classes[i]!;
        const value = [0, 1, 2, 3].reduce(
          (sum, k) => sum + (kernel[3 * k + c]! / 64) * maps[(64 * i + place) * 4 + k]!,
          0,
        );
        expect(found.maps[64 * i + place]).toBeCloseTo(Math.max(0, value), 6);
      }
    }
    features.dispose();
    model.dispose();
  });

  it("may be named, if every path leads through it", async () => {
    const model = await compiled(
      w.sequential([w.Input([8, 8, 3]), residual(), w.Dense(3, { activation: "softmax" })]),
    );
    const x = Float32Array.from(randomArray([1, 8, 8, 3], 1).data);
    expect((await gradCam(model, x, { layer: "stem" })).layer).toBe("stem");
    await expect(gradCam(model, x, { layer: "branch" })).rejects.toThrow(
      "gradCam: paths lead around branch, so its feature map does not decide the score alone.",
    );
    await expect(gradCam(model, x, { layer: "pool" })).rejects.toThrow(/pool gives \[4\]; a feature map/);
    await expect(gradCam(model, x, { layer: "stemm" })).rejects.toThrow('Did you mean "stem"?');
    model.dispose();
  });

  it("of two towers is none: the error asks for a layer", async () => {
    const x = w.input([4, 4, 1]);
    const tower = () => w.Flatten().apply(w.Conv2D(2, 3).apply(x));
    const y = w.Dense(2).apply(w.Concatenate().apply([tower(), tower()]));
    const model = await compiled(w.model({ inputs: x, outputs: y }));
    await expect(gradCam(model, new Float32Array(16))).rejects.toThrow(
      /paths lead around the feature map of conv2d_2/,
    );
    model.dispose();
  });
});

it.each([
  "softmax",
  "sigmoid",
  "linear",
] as const)("a last layer with %s is explained by what comes before it", async (activation) => {
  const kernels = { "c/kernel": randomArray([3 * 3 * 2 * 4], 8).data, "d/kernel": randomArray([16], 9).data };
  const bodies = () => [
    w.Input([5, 5, 2]),
    w.Conv2D(4, 3, { activation: "tanh", name: "c" }),
    w.GlobalMaxPooling2D(),
  ];
  const fused = await compiled(
    w.sequential([...bodies(), w.Dense(4, { activation, name: "d" })]),
    kernels as never,
  );
  const apart = await compiled(
    w.sequential([...bodies(), w.Dense(4, { name: "d" }), w.Activation(activation)]),
    kernels as never,
  );
  const plain = await compiled(w.sequential([...bodies(), w.Dense(4, { name: "d" })]), kernels as never);
  const x = Float32Array.from(randomArray([3, 5, 5, 2], 2).data);
  for (const explain of [saliency, gradCam]) {
    const expected = await explain(plain, x, { classes: [0, 3, 1] });
    expect(Math.max(...expected.maps)).toBeGreaterThan(0.01);
    for (const model of [fused, apart]) {
      const { maps, scores } = await explain(model, x, { classes: [0, 3, 1] });
      expect([...maps]).toEqual([...expected.maps]);
      expect([...scores]).toEqual([...expected.scores]);
    }
  }
  for (const model of [fused, apart, plain]) model.dispose();
});

describe("batches", () => {
  it("of any size give the same maps, of arrays, of bytes with a scale and of a subset on the GPU", async () => {
    const model = await compiled(
      w.sequential([
        w.Input([6, 6, 3]),
        w.Conv2D(5, 3, { activation: "relu" }),
        w.MaxPooling2D(2),
        w.Flatten(),
        w.Dense(4, { activation: "softmax" }),
      ]),
    );
    const bytes = Uint8Array.from(randomArray([7 * 108], 4, 0, 255).data);
    const floats = Float32Array.from(bytes, (byte) => byte / 255);
    const expected = await saliency(model, floats);
    const sets = [
      saliency(model, floats, { batchSize: 3 }),
      saliency(model, { inputs: bytes, inputShape: [6, 6, 3], scale: 1 / 255 }, { batchSize: 1 }),
    ];
    for (const { maps, classes } of await Promise.all(sets)) {
      expect([...classes]).toEqual([...expected.classes]);
      for (const [i, value] of maps.entries()) expect(value).toBeCloseTo(expected.maps[i]!, 6);
    }
    const dataset = GpuDataset.upload(engine(), { inputs: floats, inputShape: [6, 6, 3] });
    const cams = await gradCam(model, floats);
    const some = await gradCam(model, { dataset, indices: Uint32Array.of(6, 2) }, { batchSize: 1 });
    for (const [i, from] of [6, 2].entries()) {
      for (let k = 0; k < 36; k++) expect(some.maps[36 * i + k]).toBeCloseTo(cams.maps[36 * from + k]!, 6);
    }
    dataset.dispose();
    model.dispose();
  });

  it("leave layers, weights and training as they were", async () => {
    const model = await twoFilters();
    const x = Float32Array.of(1, 2, 3, -4);
    const before = [...(await model.predict(x))];
    await Promise.all([saliency(model, x), gradCam(model, x)]);
    expect(model.outputOf("filters")).toBe(model.getLayer("filters").output);
    expect([...(await model.predict(x))]).toEqual(before);
    const fitted = model.fit({
      inputs: Float32Array.of(1, 2, 3, -4),
      inputShape: [2, 2, 1],
      labels: [0],
      classes: 2,
    });
    await expect(saliency(model, x)).rejects.toThrow(/saliency: fit\(\) of .* has not finished/);
    await fitted;
    model.dispose();
  });
});

describe("refused", () => {
  it("is what has no scores, or no image", async () => {
    const x = w.input([4, 4, 1]);
    const map = await compiled(w.model({ inputs: x, outputs: w.Conv2D(2, 1).apply(x) }));
    const pixels = new Float32Array(16);
    for (const explain of [saliency, gradCam])
      await expect(explain(map, pixels)).rejects.toThrow(
        /gives \[4,4,2\] for an image; a score for each class/,
      );
    map.dispose();
    const row = await compiled(w.sequential([w.Input([16]), w.Dense(2)]));
    await expect(gradCam(row, pixels)).rejects.toThrow(/takes \[16\]; images \[h,w,c\] are explained/);
    row.dispose();
    const volume = await compiled(
      w.sequential([w.Input([2, 2, 2, 2]), w.Flatten(), w.Dense(2, { activation: "softmax" })]),
    );
    await expect(saliency(volume, pixels)).rejects.toThrow(/takes \[2,2,2,2\]; images \[h,w,c\]/);
    volume.dispose();
    const other = w.input([4, 4, 1]);
    const sum = w.Dense(2).apply(w.Flatten().apply(w.Add().apply([x, other])));
    const two = await compiled(w.model({ inputs: [x, other], outputs: sum }));
    await expect(saliency(two, [pixels, pixels])).rejects.toThrow(/has 2 inputs and 1 outputs/);
    two.dispose();
  });

  it("is Grad-CAM of a model without convolution, and saliency goes on", async () => {
    const model = await compiled(
      w.sequential([w.Input([4, 4, 1]), w.Flatten(), w.Dense(2, { activation: "softmax" })]),
    );
    await expect(gradCam(model, new Float32Array(16))).rejects.toThrow(
      "gradCam: the model has no convolution with a feature map of several places",
    );
    expect((await saliency(model, new Float32Array(16))).maps.length).toBe(16);
    model.dispose();
  });

  it("are wrong classes, options and data, and a model without weights", async () => {
    const model = await twoFilters();
    const x = Float32Array.of(1, 2, 3, -4);
    for (const classes of [2, -1, 0.5, [0, 1], ["cat"]])
      await expect(saliency(model, x, { classes: classes as number })).rejects.toThrow(ArgumentError);
    await expect(saliency(model, x, { classes: 7 })).rejects.toThrow(
      "there is no class 7; the model has 0 to 1.",
    );
    await expect(saliency(model, x, { batchSize: 0 })).rejects.toThrow(/batchSize/);
    await expect(gradCam(model, x, { layers: "filters" } as w.GradCamOptions)).rejects.toThrow(/layer/);
    await expect(saliency(model, [1, 2])).rejects.toThrow(WgradError);
    model.dispose();
    await expect(saliency(model, x)).rejects.toThrow(/is not compiled/);
    const crossing = w.Lambda((t) => t, { crossesSamples: true, name: "whole" });
    const mixed = await compiled(w.sequential([w.Input([2, 2, 1]), crossing, w.Flatten(), w.Dense(2)]));
    await expect(saliency(mixed, x)).rejects.toThrow(/in whole the images of a batch depend on each other/);
    mixed.dispose();
  });
});
