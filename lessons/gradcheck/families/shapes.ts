/** @file Gradient checks of the ops that move elements: their gradients move back, and add up where copies were made. */
import type { Shape } from "../../../engine/shape.ts";
import type { Tensor } from "../../../engine/tensor.ts";
import { cropping2d, type Margin, pad, zeroPadding2d } from "../../../kernels/pad/index.ts";
import { padReference } from "../../../kernels/pad/pad.reference.ts";
import { array64 } from "../../../kernels/reference.ts";
import { concat, flatten, gather, reshape, slice, transpose } from "../../../kernels/shape/index.ts";
import {
  concatReference,
  gatherReference,
  type Movement,
  moveReference,
  sliceReference,
  transposeReference,
} from "../../../kernels/shape/shape.reference.ts";
import { upsample2d } from "../../../kernels/upsample2d/index.ts";
import { upsample2dReference } from "../../../kernels/upsample2d/upsample2d.reference.ts";
import type { CheckedOp, GradcheckCase, OpFamily } from "../checked-op.ts";
import { anywhere } from "../draws.ts";

/** A use of an op that moves the elements of one tensor by a map. */
function moving(
  label: string,
  shape: Shape,
  run: (x: Tensor) => Tensor,
  map: Movement,
  fill = 0,
): GradcheckCase {
  return {
    label,
    inputs: [{ name: "x", shape, draw: anywhere }],
    run,
    reference: (x) => moveReference(x, map, fill),
  };
}

const image: Shape = [2, 3, 4, 2];
const allOf = (shape: Shape) => transposeReference(shape, [...shape.keys()]);
const picks = [2, 0, 2];
const none: Margin = [0, 0];
const one: Margin = [1, 1];
const uneven: readonly Margin[] = [
  [1, 0],
  [2, 1],
];
const above: Margin = [1, 0];

const joined: readonly Shape[] = [
  [2, 3],
  [2, 1],
  [2, 4],
];
const concatenation: CheckedOp = {
  name: "concat",
  cases: [
    {
      label: "three tensors along axis 1",
      inputs: joined.map((shape, i) => ({ name: `part ${i}`, shape, draw: anywhere })),
      run: (...parts) => concat(parts, 1),
      reference: (...parts) => {
        const y = array64([2, 8]);
        for (const [i, part] of parts.entries()) {
          const placed = moveReference(part, concatReference(joined, i, 1));
          for (const [at, value] of placed.data.entries()) y.data[at]! += value;
        }
        return y;
      },
    },
  ],
};

export const shapes: OpFamily = {
  title: "shape",
  ops: [
    {
      name: "reshape",
      cases: [moving("[3,4] to [2,6]", [3, 4], (x) => reshape(x, [2, 6]), allOf([3, 4]))],
    },
    { name: "flatten", cases: [moving("an image to a row", image, flatten, allOf(image))] },
    {
      name: "transpose",
      cases: [
        moving("rows and columns", [3, 4], (x) => transpose(x), transposeReference([3, 4], [1, 0])),
        moving(
          "order 2, 0, 1",
          [2, 3, 4],
          (x) => transpose(x, [2, 0, 1]),
          transposeReference([2, 3, 4], [2, 0, 1]),
        ),
      ],
    },
    concatenation,
    {
      name: "slice",
      cases: [
        moving(
          "every second column of two rows",
          [3, 5],
          (x) => slice(x, [1, 0], [2, 5], [1, 2]),
          sliceReference([3, 5], [1, 0], [2, 5], [1, 2]),
        ),
      ],
    },
    {
      name: "gather",
      cases: [
        moving(
          "rows 2, 0 and 2 again",
          [3, 4],
          (x) => gather(x, x.engine.tensor(picks, undefined, "u32")),
          gatherReference([3, 4], picks, 0),
        ),
      ],
    },
    {
      name: "pad",
      cases: [
        moving("with 0.5, unevenly", [2, 3], (x) => pad(x, uneven, 0.5), padReference([2, 3], uneven), 0.5),
      ],
    },
    {
      name: "zero-padding2d",
      cases: [
        moving(
          "one pixel on each side",
          image,
          (x) => zeroPadding2d(x),
          padReference(image, [none, one, one, none]),
        ),
      ],
    },
    {
      name: "cropping2d",
      cases: [
        moving(
          "a row above, a column on either side",
          image,
          (x) => cropping2d(x, [above, one]),
          sliceReference(image, [0, 1, 1, 0], [2, 2, 2, 2], [1, 1, 1, 1]),
        ),
      ],
    },
    {
      name: "upsample2d",
      cases: [
        moving(
          "rows twice, columns three times",
          image,
          (x) => upsample2d(x, { size: [2, 3] }),
          upsample2dReference(image, [2, 3]),
        ),
      ],
    },
  ],
};
