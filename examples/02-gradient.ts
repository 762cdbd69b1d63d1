/** @file 2 of 10: gradients. The engine notes what a function does, then plays the notes backwards. */
import { createEngine, gradients, type Tensor } from "wgrad";
import { add, addScalar, div, mul, neg, pow, relu, scale, sub, sum } from "wgrad/kernels";

const engine = await createEngine();
const numberOf = async (tensor: Tensor) => (await tensor.data())[0]!;

// How does the answer change if an input changes a little? gradients() runs a function that ends in a single number, and
// returns that number with one gradient for each tensor of the list: here of x . x, whose gradient is 2x.
const x = engine.tensor([1, 2, 3]);
const square = gradients(engine, () => sum(mul(x, x)), [x]);
console.log("x . x =", await numberOf(square.value), "with gradient", await square.gradients[0]!.data());

/**
 * The expression of micrograd's README (github.com/karpathy/micrograd), the smallest engine of this kind. Values go forward
 * from a and b to the result; gradients come back from the result to a and b, by the chain rule at every op.
 */
function expression(a: Tensor, b: Tensor): Tensor {
  let c = add(a, b);
  let d = add(mul(a, b), pow(b, 3));
  c = add(c, addScalar(c, 1));
  c = add(c, add(addScalar(c, 1), neg(a)));
  d = add(d, add(scale(d, 2), relu(add(b, a))));
  d = add(d, add(scale(d, 3), relu(sub(b, a))));
  const f = pow(sub(c, d), 2);
  return sum(add(scale(f, 0.5), div(engine.tensor([10]), f)));
}

const a = engine.tensor([-4]);
const b = engine.tensor([2]);
const { value, gradients: found } = gradients(engine, () => expression(a, b), [a, b]);
console.log("g     =", (await numberOf(value)).toFixed(4)); // micrograd: 24.7041
console.log("dg/da =", (await numberOf(found[0]!)).toFixed(4)); // 138.8338
console.log("dg/db =", (await numberOf(found[1]!)).toFixed(4)); // 645.5773

// A gradient can be checked without any calculus: move a a little to both sides, and see what becomes of g.
const step = 1 / 64; // float32 has 7 digits: a smaller step would drown in rounding
const [above, below] = [expression(engine.tensor([-4 + step]), b), expression(engine.tensor([-4 - step]), b)];
const slope = ((await numberOf(above)) - (await numberOf(below))) / (2 * step);
console.log("by moving a:", slope.toFixed(1));
engine.dispose();

// The whole of it is one file to read: engine/autodiff/tape.ts.
// Next: examples/03-dense-by-hand.ts, the gradient of a layer with pencil and paper, and the same by the engine.
