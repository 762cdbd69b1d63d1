/** @file Random layers: each element is kept or not, or has noise added, by the hash of its place in the batch. */
import { elementBits, elementNormal, uniform } from "../../../engine/random.ts";
import { call, constant, plus, times } from "../expression.ts";
import { elementByElement, type KernelRule, type OpenLaunch } from "../rule.ts";

/** What the shader's hash is fed with for an element. */
function drawOf(launch: OpenLaunch, at: number) {
  const [seed, step, sample] = [0, 1, 4].map((word) => launch.word("step", word)) as [number, number, number];
  const index = at + sample * launch.constant("PER_SAMPLE");
  return { index, counter: { seed, step, stream: launch.constant("STREAM") } };
}

const dropoutRule: KernelRule = {
  kernel: "dropout/dropout",
  line: () => "y[i] = vec4<y_real>(select(nothing_of",
  formula(launch, _, at) {
    const { index, counter } = drawOf(launch, at);
    const drawn = uniform(elementBits(index, counter));
    const x = launch.read("x", at);
    if (drawn < launch.constant("RATE")) return call("dropped", () => 0, x);
    return times(x, constant(launch.constant("SCALE"), "SCALE"));
  },
  uses: elementByElement("y"),
};

const gaussianNoiseRule: KernelRule = {
  kernel: "dropout/gaussian-noise",
  line: () => "y[i] = vec4<y_real>(vec4f(x[i]) + STDDEV",
  formula(launch, _, at) {
    const { index, counter } = drawOf(launch, at);
    const noise = constant(elementNormal(index, counter), "normal");
    return plus(launch.read("x", at), times(constant(launch.constant("STDDEV"), "STDDEV"), noise));
  },
  uses: elementByElement("y"),
};

export const dropoutRules: readonly KernelRule[] = [dropoutRule, gaussianNoiseRule];
