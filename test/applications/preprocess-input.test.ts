import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PreprocessInput, PreprocessInputLayer, preprocessInput } from "../../applications/index.ts";
import { ArgumentError, ShapeError } from "../../engine/errors.ts";
import { input, model } from "../../models/index.ts";
import { useEngine } from "../support/engine.ts";

const engine = useEngine();

describe("preprocessInput", () => {
  it("turns RGB into BGR minus the means", () => {
    const pixels = preprocessInput(Uint8Array.of(255, 100, 0, 1, 2, 3), "squeezenet");
    expect([...pixels]).toEqual([0 - 104, 100 - 117, 255 - 123, 3 - 104, 2 - 117, 1 - 123]);
    const keras = preprocessInput([10, 20, 30], "resnet50");
    expect([...keras]).toEqual(
      [30 - 103.939, 20 - 116.779, 10 - 123.68].map((value) => expect.closeTo(value, 5)),
    );
  });

  it("gives the same bits on the GPU, from bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 3, maxLength: 120 }),
        fc.constantFrom("resnet50", "squeezenet"),
        async (values, network) => {
          const bytes = values.slice(0, values.length - (values.length % 3));
          const image = input([1, bytes.length / 3, 3]);
          const net = model({ inputs: image, outputs: PreprocessInput(network as "resnet50").apply(image) });
          await net.compile({ optimizer: "sgd", loss: "mse", engine: engine() });
          const found = await net.predict({ inputs: bytes }, { batchSize: 1 });
          expect(found).toEqual(preprocessInput(bytes, network as "resnet50"));
          net.dispose();
        },
      ),
      { numRuns: 10 },
    );
  });

  it("says what it takes", () => {
    expect(() => preprocessInput([1, 2], "resnet50")).toThrow(ArgumentError);
    expect(() => preprocessInput([1, 2, 3], "vgg16" as never)).toThrow(
      "preprocessInput: network must be one of resnet50, squeezenet",
    );
    expect(() => PreprocessInput("resnet50").apply(input([8, 8, 1]))).toThrow(ShapeError);
    const layer = PreprocessInput("squeezenet", { name: "caffe" });
    expect(PreprocessInputLayer.fromConfig(layer.getConfig())).toMatchObject({ network: "squeezenet" });
  });
});
