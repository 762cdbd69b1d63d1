// A CNN trained by ops and one call of an optimizer, without a model: what the smallest page carries.
import { adam, createEngine, minimizer } from "wgrad";
import { conv2d, dense, maxPool2d, reshape, softmaxCrossEntropy } from "wgrad/kernels";

const engine = await createEngine({ adapter: process.env.WGRAD_ADAPTER ?? "auto" });
const pixels = Float32Array.from({ length: 30 * 64 }, (_, i) => ((i * 7919) % 1009) / 1009);
const image = engine.tensor(pixels, [30, 8, 8, 1]);
const target = engine.tensor(
  Uint32Array.from({ length: 30 }, (_, i) => i % 3),
  [30],
  "u32",
);
const weights = (shape, count) =>
  engine.tensor(
    Float32Array.from({ length: count }, (_, i) => Math.sin(i * i) / 3),
    shape,
  );
const [filters, bias] = [weights([3, 3, 1, 4], 36), engine.zeros([4])];
const [kernel, offset] = [weights([64, 3], 192), engine.zeros([3])];
const training = minimizer(adam({ learningRate: 0.01 }), [filters, bias, kernel, offset]);

const scores = () => {
  const features = conv2d(image, filters, { bias, padding: "same", activation: "relu" });
  return dense(reshape(maxPool2d(features, { poolSize: 2 }), [30, 64]), kernel, { bias: offset });
};
const step = () => {
  const { value, gradients } = training.gradients(() => softmaxCrossEntropy(scores(), target));
  training.apply(gradients);
  return value;
};
const losses = [];
for (let i = 0; i < 30; i++) losses.push((await engine.scope(step).data())[0]);
if (!(losses.at(-1) < losses[0])) throw new Error(`the loss does not fall: ${losses}`);
console.log(JSON.stringify({ first: losses[0], last: losses.at(-1) }));
training.dispose();
engine.dispose();
