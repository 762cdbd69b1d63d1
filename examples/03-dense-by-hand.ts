/** @file 3 of 10: a dense layer, its three gradients by hand in plain loops, and the same from the engine. */
import { createEngine, gradients } from "wgrad";
import { dense, mul, sum } from "wgrad/kernels";

// y[n, j] = relu(bias[j] + sum over i of x[n, i] * w[i, j]): two samples of three numbers, two outputs.
const x = [1, 2, 3, -1, 0, 1]; // [2, 3]
const w = [1, -1, 0.5, 2, 1, -0.5]; // [3, 2]
const bias = [-1, 1]; // [2]
const dy = [1, 10, 100, 1000]; // [2, 2]: how much the loss grows with each y. Given here; in a network the next layer sends it

const [samples, inputs, outputs] = [2, 3, 2];
const y = new Array<number>(samples * outputs).fill(0);
const dx = new Array<number>(x.length).fill(0);
const dw = new Array<number>(w.length).fill(0);
const dbias = new Array<number>(outputs).fill(0);

for (let n = 0; n < samples; n++) {
  for (let j = 0; j < outputs; j++) {
    let z = bias[j]!;
    for (let i = 0; i < inputs; i++) z += x[n * inputs + i]! * w[i * outputs + j]!;
    y[n * outputs + j] = Math.max(z, 0);

    // Backward. relu lets the gradient pass where z is above 0, and stops it elsewhere.
    const dz = z > 0 ? dy[n * outputs + j]! : 0;
    dbias[j]! += dz; // z grows as the bias does
    for (let i = 0; i < inputs; i++) {
      dw[i * outputs + j]! += dz * x[n * inputs + i]!; // z grows by x when w grows by 1
      dx[n * inputs + i]! += dz * w[i * outputs + j]!; // and by w when x grows by 1
    }
  }
}
const byHand = { y, "dL/dx": dx, "dL/dw": dw, "dL/dbias": dbias };

// The engine: L = sum(dy * y) is the loss whose gradient by y is dy.
const engine = await createEngine();
const [tx, tw, tb] = [engine.tensor(x, [2, 3]), engine.tensor(w, [3, 2]), engine.tensor(bias)];
const forward = () => dense(tx, tw, { bias: tb, activation: "relu" });
const loss = () => sum(mul(engine.tensor(dy, [2, 2]), forward()));
const [gx, gw, gb] = gradients(engine, loss, [tx, tw, tb]).gradients;
const tensors = { y: forward(), "dL/dx": gx!, "dL/dw": gw!, "dL/dbias": gb! };

for (const [name, values] of Object.entries(byHand)) {
  const found = [...(await tensors[name as keyof typeof tensors].data())];
  const same = found.every((value, i) => value === values[i]); // small numbers: exact in float32 too
  console.log(
    name.padEnd(9),
    values.join(" "),
    same ? "(the engine agrees)" : `(the engine: ${found.join(" ")})`,
  );
}
engine.dispose();

// The loops are kernels/dense/dense.reference.ts; one invocation for each y is kernels/dense/matmul.naive.wgsl, and
// `npm run explain -- dense` shows another example with every sum written out.
// Next: examples/04-convolution.ts, where the weights are shared by all places of an image.
