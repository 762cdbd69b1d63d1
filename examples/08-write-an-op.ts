/** @file 8 of 10: an op of your own. Two shaders, one function, and a check that they belong together. */
import { createEngine, differentiable, gradients, kernel, run, type Tensor } from "wgrad";
import { mul, sum } from "wgrad/kernels";

// Snake (Ziyin, Hartwig and Ueda 2020), an activation for what repeats: y = x + sin(x)^2. Its slope is 1 + sin(2x).
// A kernel has a name, says which tensors it reads and writes, and brings its WGSL. One invocation computes one element.
const forward = kernel(
  "my/snake",
  { reads: ["x"], writes: ["y"], flops: { y: 3 } },
  /* wgsl */ `
  // Snake: y = x + sin(x)^2. One invocation, one element.
  @group(0) @binding(0) var<storage, read> x: array<f32>;
  @group(0) @binding(1) var<storage, read_write> y: array<f32>;

  @compute @workgroup_size(64)
  fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let i = id.x + id.y * groups.x * 64u; // a launch may have several rows of workgroups
    if (i >= arrayLength(&y)) { return; }
    let s = sin(x[i]);
    y[i] = x[i] + s * s;
  }`,
);
const backward = kernel(
  "my/snake-gradient",
  { reads: ["dy", "x"], writes: ["dx"], flops: { dx: 4 } },
  /* wgsl */ `
  // Snake, backward: dx = dy * (1 + sin(2x)). One invocation, one element.
  @group(0) @binding(0) var<storage, read> dy: array<f32>;
  @group(0) @binding(1) var<storage, read> x: array<f32>;
  @group(0) @binding(2) var<storage, read_write> dx: array<f32>;

  @compute @workgroup_size(64)
  fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
    let i = id.x + id.y * groups.x * 64u;
    if (i >= arrayLength(&dx)) { return; }
    dx[i] = dy[i] * (1.0 + sin(2.0 * x[i]));
  }`,
);

/** x + sin(x)^2, of any shape. */
function snake(x: Tensor): Tensor {
  const options = { invocations: x.size };
  const { y } = run(forward, { x }, { y: x.shape }, options);
  return differentiable(y, {
    inputs: [x],
    keeps: [x], // backward reads it, so it must outlive its scope
    backward: (dy, want) => {
      const dx = want(0); // where the gradient shall be written; undefined if nobody needs it
      return [dx && run(backward, { dy, x }, { dx }, options).dx];
    },
  });
}

const engine = await createEngine();
const values = [-2, -0.5, 0, 1, 3];
const x = engine.tensor(values);
console.log("y      ", [...(await snake(x).data())].map((value) => value.toFixed(4)).join(" "));

// It works with all the rest: the gradient of sum(y * y) goes through mul and snake.
const {
  gradients: [dx],
} = gradients(engine, () => sum(mul(snake(x), snake(x))), [x]);
console.log("dx     ", [...(await dx!.data())].map((value) => value.toFixed(3)).join(" "));

// Is that right? In main memory, with 15 digits: move each x to both sides and see what the sum does.
const square = (v: number) => (v + Math.sin(v) ** 2) ** 2;
const numeric = values.map((v) => (square(v + 1e-5) - square(v - 1e-5)) / 2e-5);
console.log("numeric", numeric.map((value) => value.toFixed(3)).join(" "));
engine.dispose();

// The ops of the project are made of the same parts: kernels/softmax/softmax.ts is a short one to read.
// Next: examples/09-page.html, all of this in a browser.
