/** @file Photographs of 224x224 are augmented like small images: every pixel against the reference. */
import { expect, it } from "vitest";
import { transformReference } from "../../../kernels/augment/augment.reference.ts";
import { transformImages } from "../../../kernels/augment/index.ts";
import { array64 } from "../../../kernels/reference.ts";
import { useEngine } from "../../support/engine.ts";

const engine = useEngine();
const [count, size] = [25, 224];

it("moves and mirrors a batch of 25 photographs of 224x224", async () => {
  const bytes = Float32Array.from({ length: count * size * size * 3 }, (_, i) => (i * 131) % 256);
  const transform = { tx: 7, ty: -30, flipHorizontal: true };
  const x = engine().tensor(bytes, [count, size, size, 3]);
  const y = await transformImages(x, Array(count).fill(transform)).data();
  const sampling = { fillMode: "nearest", fillValue: 0, bilinear: true, centre: [0, 0] } as const;
  for (const image of [0, count - 1])
    for (let c = 0; c < 3; c++) {
      const at = (pixel: number) => (image * size * size + pixel) * 3 + c;
      const plane = Float64Array.from({ length: size * size }, (_, pixel) => bytes[at(pixel)]!);
      const expected = transformReference(array64([size, size, 1], plane), transform, sampling);
      const worst = expected.data.reduce(
        (w, value, pixel) => Math.max(w, Math.abs(value - y[at(pixel)]!)),
        0,
      );
      expect(worst).toBeLessThan(1e-2);
    }
});
