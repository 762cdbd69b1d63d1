/** @file ONNX files made to harm or simply wrong: graphs in circles, values elsewhere, sizes and types that do not hold. */
import { describe, expect, it } from "vitest";
import { FileError } from "../../engine/errors.ts";
import { readOnnxModel } from "../../exchange/onnx/read-model.ts";
import { WireWriter } from "../../exchange/onnx/wire.ts";

interface NodeParts {
  readonly op: string;
  readonly name?: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

interface TensorParts {
  readonly dims: readonly number[];
  readonly type?: number;
  readonly raw?: Uint8Array;
  readonly location?: string;
}

/** A file with one input x [n, 3], an output y, the weight w and these nodes; by the field numbers of onnx.proto. */
function file(nodes: readonly NodeParts[], weight: TensorParts = { dims: [3, 2], raw: new Uint8Array(24) }) {
  const to = new WireWriter();
  to.integer(1, 8);
  to.message(7, (graph) => {
    for (const { op, name = "", domain = "", inputs, outputs } of nodes) {
      graph.message(1, (node) => {
        for (const input of inputs) node.text(1, input);
        for (const output of outputs) node.text(2, output);
        node.text(3, name);
        node.text(4, op);
        node.text(7, domain);
      });
    }
    graph.message(5, (tensor) => writeTensor(tensor, weight));
    for (const [field, name, dims] of [
      [11, "x", [0, 3]],
      [12, "y", [0, 2]],
    ] as const) {
      graph.message(field, (value) => {
        value.text(1, name);
        value.message(2, (type) =>
          type.message(1, (tensor) => {
            tensor.integer(1, 1);
            tensor.message(2, (shape) => {
              for (const size of dims)
                shape.message(1, (dim) => (size === 0 ? dim.text(2, "n") : dim.integer(1, size)));
            });
          }),
        );
      });
    }
  });
  to.message(8, (opset) => {
    opset.text(1, "");
    opset.integer(2, 17);
  });
  return to.finish();
}

function writeTensor(to: WireWriter, { dims, type = 1, raw, location }: TensorParts): void {
  for (const size of dims) to.integer(1, size);
  to.integer(2, type);
  to.text(8, "w");
  if (raw) to.bytes(9, raw);
  if (location === undefined) return;
  to.message(13, (entry) => {
    entry.text(1, "location");
    entry.text(2, location);
  });
  to.integer(14, 1);
}

const product: NodeParts = { op: "MatMul", name: "product", inputs: ["x", "w"], outputs: ["y"] };
const read = (nodes: readonly NodeParts[], weight?: TensorParts) =>
  readOnnxModel(file(nodes, weight), "bad.onnx");

/** The error that reading gives; it must be one about the file. */
function messageOf(nodes: readonly NodeParts[], weight?: TensorParts): string {
  try {
    read(nodes, weight);
  } catch (error) {
    expect(error).toBeInstanceOf(FileError);
    return (error as Error).message;
  }
  return "was read";
}

it("the file that these are made of is read", () => {
  expect(read([product]).layers.map(({ className }) => className)).toEqual(["InputLayer", "Dense"]);
});

describe("graphs", () => {
  it.each<readonly [string, readonly NodeParts[], string]>([
    [
      "two nodes that read each other",
      [
        { op: "Add", name: "first", inputs: ["x", "b"], outputs: ["a"] },
        { op: "Relu", name: "second", inputs: ["a"], outputs: ["b"] },
        { ...product, inputs: ["b", "w"] },
      ],
      'node "first" (Add): reads "b", which no node before it makes',
    ],
    [
      "a node that reads itself",
      [{ op: "Relu", name: "own", inputs: ["y"], outputs: ["y"] }],
      'node "own" (Relu): reads "y", which no node before it makes',
    ],
    [
      "casts in a circle",
      [
        { op: "Identity", name: "one", inputs: ["b"], outputs: ["a"] },
        { op: "Identity", name: "two", inputs: ["a"], outputs: ["b"] },
        { ...product, inputs: ["a", "w"] },
      ],
      'node "product" (MatMul): reads "b", which no node before it makes',
    ],
    [
      "a node that comes too late",
      [
        { ...product, inputs: ["a", "w"] },
        { op: "Relu", inputs: ["x"], outputs: ["a"] },
      ],
      'reads "a", which no node before it makes',
    ],
    ["an output that nothing makes", [{ ...product, outputs: ["z"] }], 'the output "y" is made by no node'],
    ["a value made twice", [product, product], '"y" is made twice'],
    [
      "an op that no layer computes",
      [{ op: "Det", name: "strange", inputs: ["x"], outputs: ["y"] }],
      'node "strange" (Det): no layer of wgrad computes the op Det',
    ],
    [
      "an op of another domain",
      [{ ...product, domain: "com.microsoft" }],
      'node "product" (MatMul): the op belongs to com.microsoft',
    ],
    [
      "an op by the name of an object's own",
      [{ op: "constructor", name: "odd", inputs: ["x"], outputs: ["y"] }],
      'node "odd" (constructor): no layer of wgrad computes the op constructor',
    ],
  ])("%s", (_, nodes, says) => {
    expect(messageOf(nodes)).toContain(says);
  });
});

describe("weights", () => {
  const raw = new Uint8Array(24);
  it.each<readonly [string, TensorParts, string]>([
    [
      "in a file above",
      { dims: [3, 2], location: "../../etc/passwd" },
      'external file "../../etc/passwd", which is not read',
    ],
    [
      "in a file of the system",
      { dims: [3, 2], location: "/etc/passwd" },
      'external file "/etc/passwd", which is not read',
    ],
    [
      "in a file beside",
      { dims: [3, 2], location: "weights.bin" },
      'external file "weights.bin", which is not read',
    ],
    ["too few bytes", { dims: [3, 2], raw: new Uint8Array(20) }, '"w" says [3,2] (6 values) and holds 5'],
    ["too many bytes", { dims: [3, 2], raw: new Uint8Array(28) }, '"w" says [3,2] (6 values) and holds 7'],
    ["bytes of half a number", { dims: [3, 2], raw: new Uint8Array(23) }, "and holds 5.75"],
    ["no values", { dims: [3, 2] }, '"w" says [3,2] (6 values) and holds 0'],
    ["texts", { dims: [3, 2], type: 8, raw }, '"w" has the element type 8, which wgrad does not read'],
    ["a type of the future", { dims: [3, 2], type: 99, raw }, '"w" has the element type 99'],
    ["a size of 8 TB", { dims: [2 ** 20, 2 ** 21], raw }, "(2199023255552 values) and holds 6"],
    [
      "a size beyond any number",
      { dims: [2 ** 40, 2 ** 40], raw },
      "has the shape [1099511627776,1099511627776], which is none",
    ],
    ["a size below nothing", { dims: [-3, -2], raw }, "has the shape [-3,-2], which is none"],
    ["another shape", { dims: [2, 3], raw }, 'node "product" (MatMul): the weight "w" expects 2 numbers'],
    [
      "of no size",
      { dims: [3, 0], raw: new Uint8Array() },
      'the weight "w" must be a matrix of floats, is [3,0]',
    ],
    ["whole numbers", { dims: [3, 2], type: 6, raw }, 'the weight "w" must be a matrix of floats'],
  ])("%s", (_, weight, says) => {
    expect(messageOf([product], weight)).toContain(says);
  });

  it("constants that nodes would make without end", () => {
    const dims = { dims: [2], type: 7, raw: new Uint8Array(BigInt64Array.of(2n ** 30n, 2n ** 30n).buffer) };
    const nodes = [
      { op: "ConstantOfShape", name: "huge", inputs: ["w"], outputs: ["a"] },
      { ...product, inputs: ["x", "a"] },
    ];
    expect(messageOf(nodes, dims)).toContain('node "huge" (ConstantOfShape): no layer of wgrad computes');
  });
});
