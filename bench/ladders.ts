/**
 * @file `npm run bench:ladders`: the rungs of the ladders in the kernels' READMEs: ways to compute the same, run in turn. CPU time
 * is what a software adapter works with, on all its cores together; other work on the machine disturbs it least.
 */
import {
  type AdapterChoice,
  createEngine,
  type Engine,
  gradients,
  kernel,
  run,
  type Tensor,
} from "../engine/index.ts";
import {
  adam,
  type OptimizerGroup,
  softmax,
  softmaxCrossEntropy,
  sparseCategoricalCrossentropy,
  sum,
} from "../kernels/index.ts";
import { poolConstants, quarters } from "../kernels/pool2d/pool2d.ts";
import { resolveWindow } from "../kernels/window.ts";
import { randomTensor } from "../lessons/speed/random-tensor.ts";
import { parseWords, runScript } from "./arguments.ts";

/** Ways to compute the same, by what they are called in the README. */
type Ladder = Readonly<Record<string, () => unknown>>;

const reduceBindings = { reads: ["x", "center"], writes: ["y"] } as const;
const softmaxBindings = { reads: ["x"], writes: ["y"] } as const;
const kernels = {
  rows: kernel("reduce/rows", reduceBindings),
  columns: kernel("reduce/columns", reduceBindings),
  softmaxAnyAxis: kernel("softmax/any-axis", softmaxBindings),
  softmaxRows: kernel("softmax/rows", softmaxBindings),
  softmaxRegisters: kernel("softmax/rows.registers", softmaxBindings),
  maxPool: kernel("pool2d/max-forward", { reads: ["x"], writes: ["y", "winner"] }),
  normalize: kernel("batch-norm/normalize", {
    reads: ["x", "mean", "variance", "gamma", "beta"],
    writes: ["y"],
  }),
};

const svhnSizes = [5 * 5 * 3 * 16, 16, 7 * 7 * 16 * 512, 512, 8 * 8 * 512 * 20, 20, 20 * 10, 10];

/** The rungs by the title of their ladder. Tensors have 4,194,304 elements, 16 MiB, unless the title says otherwise. */
function ladders(engine: Engine): Readonly<Record<string, Ladder>> {
  const random = (...shape: number[]) => randomTensor(engine, shape, 1).tensor;
  const matrix = random(65536, 64);
  const image = random(64, 32, 32, 64);
  const parameters = [64, 64, 64, 64].map((channels) => random(channels));
  const all = svhnSizes.reduce((total, size) => total + size, 0);
  return {
    "sum of each row of [65536, 64]": {
      "one invocation a row": () => sumRows(matrix, 65536, 1),
      "64 lanes a row, a tree": () => sumRows(matrix, 65536, 64),
    },
    "sum of all of [65536, 64]": {
      "one workgroup": () => sumRows(matrix, 1, 64),
      "slices, then a second launch": () => sum(matrix),
    },
    "sum of each column of [65536, 64]": {
      "16 invocations, all rows each": () => sumColumns(matrix),
      "slices of rows, then a second launch": () => sum(matrix, { axes: 0 }),
    },
    "softmax of [65536, 64]": softmaxes(matrix, 1),
    "softmax of [65536, 10]": softmaxes(random(65536, 10), 2),
    "max-pool 2x2 of [64, 32, 32, 64]": {
      "a load for each element": () => pool(image, false),
      "a load for four channels": () => pool(image, true),
    },
    "batch-norm of [65536, 64], the last launch": {
      "parameters loaded for each vector": () => normalize(matrix, parameters, matrix.size / 4),
      "parameters loaded once for 256 vectors": () => normalize(matrix, parameters, 4096),
    },
    "cross-entropy of [65536, 10], forward and backward": losses(random(65536, 10), 65536),
    "cross-entropy of [32, 10], forward and backward": losses(random(32, 10), 32),
    "Adam on the parameters of svhn-c": {
      "a launch for each of 8 tensors": update(engine, svhnSizes),
      "one launch for all": update(engine, [all]),
    },
    "Adam on 330 parameters": {
      "a launch for each of 2 tensors": update(engine, [320, 10]),
      "one launch for all": update(engine, [330]),
    },
  };
}

function sumRows(x: Tensor, rows: number, lanes: 1 | 64): Tensor {
  const constants = { LENGTH: x.size / rows, SLICES: 1, UNITS: rows, LANES: lanes };
  const options = { constants, invocations: rows * lanes };
  return run(kernels.rows, { x, center: x.engine.one }, { y: [rows] }, options).y;
}

function sumColumns(x: Tensor): Tensor {
  const [rows, columns] = x.shape as [number, number];
  const constants = { ROWS: rows, COLUMNS: columns, OUTPUTS: columns, SLICES: 1, CHUNK: rows };
  const options = { constants, invocations: columns / 4 };
  return run(kernels.columns, { x, center: x.engine.one }, { y: [columns] }, options).y;
}

/** `pack` rows fill whole vectors. */
function softmaxes(x: Tensor, pack: number): Ladder {
  const [softmaxes, classes] = x.shape as [number, number];
  const rows = { constants: { CLASSES: classes, PACK: pack }, invocations: softmaxes / pack };
  const any = {
    constants: { CLASSES: classes, INNER: 1, SOFTMAXES: softmaxes },
    invocations: softmaxes * 64,
  };
  return {
    "any-axis: a workgroup a row": () => run(kernels.softmaxAnyAxis, { x }, { y: x.shape }, any),
    "rows: an invocation a row, x read three times": () =>
      run(kernels.softmaxRows, { x }, { y: x.shape }, rows),
    "rows.registers: x read once": () => run(kernels.softmaxRegisters, { x }, { y: x.shape }, rows),
  };
}

function pool(x: Tensor, vector: boolean): Tensor {
  const window = resolveWindow("ladders", x.shape, { window: 2, strides: 2, padding: "valid" });
  const y = [x.shape[0]!, window.outHeight, window.outWidth, x.shape[3]!];
  const winner = { shape: [2 * quarters(y)], dtype: "u32" } as const;
  const constants = { ...poolConstants(x.shape, window), VECTOR: vector };
  return run(kernels.maxPool, { x }, { y, winner }, { constants, invocations: quarters(y) }).y;
}

/** `step` vectors apart an invocation goes on; `parameters` are mean, variance, gamma and beta, [channels]. */
function normalize(x: Tensor, parameters: readonly Tensor[], step: number): Tensor {
  const [mean, variance, gamma, beta] = parameters as [Tensor, Tensor, Tensor, Tensor];
  const constants = { CHANNELS: x.shape[1]!, STEP: step, EPSILON: 2 }; // the random variances are above -1
  return run(
    kernels.normalize,
    { x, mean, variance, gamma, beta },
    { y: x.shape },
    {
      constants,
      invocations: step,
    },
  ).y;
}

function losses(logits: Tensor, samples: number): Ladder {
  const { engine } = logits;
  const labels = engine.keep(
    engine.tensor(
      Array.from({ length: samples }, (_, i) => i % 10),
      [samples],
      "u32",
    ),
  );
  const rate = (loss: () => Tensor) => () => gradients(engine, loss, [logits]);
  return {
    "softmax, then its cross-entropy": rate(() => sparseCategoricalCrossentropy(softmax(logits), labels)),
    "softmaxCrossEntropy of the logits": rate(() => softmaxCrossEntropy(logits, labels)),
  };
}

/** Adam's update of tensors of these sizes. */
function update(engine: Engine, sizes: readonly number[]): () => void {
  const optimizer = adam();
  const filled = (size: number, stream: number) => randomTensor(engine, [size], stream).tensor;
  const groups = sizes.map((size): OptimizerGroup => {
    const slots = Object.fromEntries(
      optimizer.slots.map((slot) => [slot, engine.keep(engine.zeros([size]))]),
    );
    return { parameters: filled(size, 1), gradients: filled(size, 2), slots };
  });
  return () => optimizer.apply(groups);
}

const rounds = 12;
const roundSeconds = 0.05;

/** Milliseconds of one run. */
interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

/** Times all rungs of a ladder in turn, so that a slow moment of the machine meets all of them. */
async function time(engine: Engine, title: string, ladder: Ladder): Promise<void> {
  console.log(`\n${title}`);
  const rungs = Object.entries(ladder).map(([name, work]) => {
    return { name, recording: engine.record(() => void work()), costs: [] as Cost[] };
  });
  const measure = async ({ recording }: (typeof rungs)[number], times: number): Promise<Cost> => {
    const [start, before] = [performance.now(), process.cpuUsage()];
    recording.replay(times);
    await engine.sync();
    const { user, system } = process.cpuUsage(before);
    return { wall: (performance.now() - start) / times, cpu: (user + system) / 1000 / times };
  };
  for (const rung of rungs) await measure(rung, 1); // compiles
  const counts = new Map<unknown, number>();
  for (const rung of rungs)
    counts.set(rung, Math.ceil((1000 * roundSeconds) / (await measure(rung, 2)).wall));
  for (let round = 0; round < rounds; round++) {
    for (const rung of rungs) rung.costs.push(await measure(rung, counts.get(rung)!));
  }
  for (const { name, recording, costs } of rungs) {
    const least = (of: keyof Cost) => Math.min(...costs.map((cost) => cost[of])).toPrecision(3);
    const launches = recording.dispatches.length;
    console.log(
      `  ${name.padEnd(48)} ${least("wall").padEnd(7)} ${least("cpu").padEnd(7)} ${launches} ${launches === 1 ? "launch" : "launches"}`,
    );
    recording.dispose();
  }
}

async function main(): Promise<number> {
  const { values } = parseWords({
    options: { adapter: { type: "string", default: "auto" }, only: { type: "string" } },
  });
  const engine = await createEngine({ adapter: values.adapter as AdapterChoice });
  console.log(`adapter: ${engine.adapter.description || engine.adapter.device}`);
  console.log(`milliseconds, and CPU milliseconds, the least of ${rounds} rounds`);
  for (const [title, ladder] of Object.entries(ladders(engine))) {
    if (title.includes(values.only ?? "")) await time(engine, title, ladder);
  }
  return 0;
}

runScript("bench:ladders", main);
