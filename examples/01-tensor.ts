/** @file 1 of 10: tensors. Numbers on the GPU, with a shape and a type, and how they come back. */
import { createEngine } from "wgrad";
import { add, matmul, mul, relu, sum, transpose } from "wgrad/kernels";

// The engine holds one adapter: your GPU, or a program that stands in for one.
const engine = await createEngine();

// A tensor is a block of numbers in the adapter's memory. The shape says how to read them: here 2 rows of 3.
const a = engine.tensor([1, 2, 3, 4, 5, 6], [2, 3]);
const b = engine.tensor([10, 20, 30], [3]);

// An op starts a kernel and returns at once, before the numbers are there. data() waits and copies them to main memory.
console.log("a + b       ", await add(a, b).data()); // b is added to every row: "broadcasting"
console.log("a * a       ", await mul(a, a).data()); // element by element
console.log("relu(a - 3) ", await relu(add(a, engine.tensor([-3]))).data());

// A product of matrices, [2, 3] times [3, 2] is [2, 2]: rows of the left times columns of the right.
const product = matmul(a, transpose(a));
console.log("a a^T       ", await product.data(), "shape", product.shape);

// A reduction makes axes disappear.
console.log("sum of all  ", await sum(a).data());
console.log("sum of rows ", await sum(a, { axes: 1 }).data());

// No call frees a tensor. What a scope makes is given back when it ends, but for what it returns.
const before = engine.memory.bytesInUse;
const kept = engine.scope(() => sum(mul(a, a)));
console.log("a . a       ", await kept.data(), "and", engine.memory.bytesInUse - before, "bytes more in use");

// Mistakes are told with the shapes.
try {
  matmul(a, a);
} catch (error) {
  console.log(error instanceof Error ? `${error.name}: ${error.message}` : error);
}
engine.dispose();

// Next: examples/02-gradient.ts, how an expression of tensors is differentiated.
