/** @file Experiments in files of the user's own, outside of the project: they get what the built-in ones get. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { newExperiment } from "../../cli/new.ts";
import { UsageError } from "../../engine/errors.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";
import { adapter, fail, start, succeed } from "./run.ts";

const folder = useTemporaryFolder();
const at = (env = {}) => ({ cwd: folder(), env });
const words = ["--adapter", adapter];
const read = (...path: string[]) => JSON.parse(readFileSync(join(folder(), ...path), "utf8"));
const runs = (...path: string[]) => readdirSync(join(folder(), "runs", ...path)).sort();

/** Two classes of points, one to each side of a line, told apart by a loss of the file's own. */
const points = `
import { adam, Dense, defineExperiment, Input, sequential, type TensorFunction } from "wgrad/experiment";
import { mean, square, sub } from "wgrad/kernels";
const samples = (n: number, first: number) => {
  const x = Float32Array.from({ length: 2 * n }, (_, i) => Math.sin(first + i * i));
  const y = Array.from({ length: n }, (_, i) => (x[2 * i]! > x[2 * i + 1]! ? 1 : 0));
  return { x, shape: [n, 2], y };
};
const distance: TensorFunction = (yTrue, yPred) => mean(square(sub(yTrue, yPred)), { axes: 1 });
export default defineExperiment({
  title: "Points",
  dataset: () => ({ train: samples(120, 0), test: samples(40, 1000), classes: ["below", "above"] }),
  network: () => sequential([Input([2]), Dense(2, { activation: "softmax" })]),
  optimizer: () => adam({ learningRate: 0.1 }),
  loss: distance,
  metrics: ["accuracy", { off: distance }],
  epochs: 2,
  batch: 10,
});
`;

describe("a file with an experiment", () => {
  beforeEach(() => writeFileSync(join(folder(), "points.ts"), points));

  it("has one copy of wgrad, by whatever name it imports it, though another one is installed beside it", async () => {
    const other = join(folder(), "node_modules", "wgrad");
    mkdirSync(other, { recursive: true });
    writeFileSync(join(other, "package.json"), '{ "name": "wgrad", "main": "index.js" }');
    writeFileSync(join(other, "index.js"), "exports.Dense = null;");
    const check = 'import { Dense as D } from "wgrad"; if (D !== Dense) throw new Error("another copy");\n';
    writeFileSync(join(folder(), "points.ts"), `${check}${points}`);
    const { stdout } = await succeed(["train", "./points.ts", ...words, "--epochs", "1"], at());
    expect(stdout).toContain("own data: 120 + 40 samples");
  });

  it("is a module in a folder of CommonJS too, and so are files that it imports", async () => {
    writeFileSync(join(folder(), "package.json"), '{ "type": "commonjs" }');
    writeFileSync(join(folder(), "rate.ts"), "export const rate: number = 0.2;\n");
    const importing = `import { rate } from "./rate.ts";\n${points.replace("0.1 }", "rate }")}`;
    writeFileSync(join(folder(), "points.ts"), importing);
    const untyped = points.replaceAll(/: (number|TensorFunction)|(?<=\])!|, type TensorFunction/g, "");
    writeFileSync(join(folder(), "plain.js"), untyped);
    for (const file of ["./points.ts", "./plain.js"])
      await succeed(["train", file, ...words, "--epochs", "1"], at());
  });

  it("is trained, resumed, evaluated, swept, traced and compared", async () => {
    const train = ["train", "./points.ts", ...words];
    const { stdout } = await succeed(train, at());
    expect(stdout).toContain("own data: 120 + 40 samples of shape [2].");
    const [time = ""] = runs("points");
    const config = read("runs", "points", time, "config.json");
    expect(config).toMatchObject({ experiment: "points", settings: { profile: "full", epochs: 2 } });
    expect(config.method).toMatchObject({
      loss: "function distance",
      metrics: "accuracy; off: function distance",
    });
    expect(config.file).toMatchObject({
      path: join(folder(), "points.ts"),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(config.command).toContain("train ./points.ts --profile full");
    const { measured, parameters } = read("runs", "points", time, "result.json");
    expect([parameters, measured.test_error < 0.2]).toEqual([6, true]);
    expect(measured.test_off).toBeCloseTo(measured.test_loss, 6);
    const report = readFileSync(join(folder(), "runs", "points", time, "report.html"), "utf8");
    expect(report).toContain("Confusion matrix of the test set");
    expect(report).toContain("function distance");
    const [, page = ""] = report.split("</style>");
    expect(page.match(/>[^<]*\bimages?\b[^<]*/gi), "points are no images").toBeNull();
    expect(report).toContain("samples per second");

    const run = join("runs", "points", time);
    const [evaluated, traced] = await Promise.all([
      succeed(["evaluate", run, "--json", ...words], at()),
      succeed([...train, "--trace", "--json"], at()),
      succeed([...train, "--out", "longer", "--epochs", "3"], at()),
    ]);
    expect(JSON.parse(evaluated.stdout).loss).toBeCloseTo(measured.test_loss, 6);
    expect(JSON.parse(traced.stdout).batch).toBe(10);

    writeFileSync(join(folder(), "points.ts"), `${points}// changed\n`);
    const resumed = await succeed([...train, "--resume", "--out", run, "--epochs", "3"], at());
    expect(resumed.stdout).toMatch(/points\.ts has been changed since the run began/);
    const weights = (path: string) => readFileSync(join(folder(), path, "weights.safetensors"));
    expect(weights(run).equals(weights("longer"))).toBe(true);

    await succeed(["compare", run, "longer", "--out", "compared"], at());
    expect(readFileSync(join(folder(), "compared", "report.html"), "utf8")).toContain("2 runs of points");
  });

  it("is swept; finished trials are of the same file", async () => {
    const sweep = [
      "sweep",
      "./points.ts",
      "--set",
      "lr=0.1,0.01",
      "--epochs",
      "1",
      "--limit",
      "20",
      ...words,
    ];
    await succeed(sweep, at());
    const again = await succeed(sweep, at());
    expect(again.stdout.match(/finished before/g)).toHaveLength(2);
    writeFileSync(
      join(folder(), "points.ts"),
      points
        .replace("Dense(2,", "Dense(2, { useBias: false,")
        .replace("{ useBias: false, {", "{ useBias: false,"),
    );
    const changed = await succeed(sweep, at());
    expect(changed.stdout).not.toContain("finished before");
    expect(runs("points-sweep")).toHaveLength(2);
  });
});

describe("a file that is not sound is refused with its place", () => {
  const head = points.slice(0, points.indexOf("export default"));
  const unsound: readonly (readonly [what: string, text: string, pattern: RegExp])[] = [
    ["a syntax error", "\n\nconst = 3;\n", /own\d\.ts:3: syntax error: /],
    [
      "no export",
      "const a = 3;",
      /declares no experiment: write `export default defineExperiment.*It exports nothing/,
    ],
    ["another export", "export const other = 3;", /It exports other\./],
    ["an error of its own", "\nthrow new Error('no luck');", /own\d\.ts:2: no luck/],
    [
      "a missing field",
      `${head}export const experiment = { dataset: "mnist", loss: "mse" };`,
      /network must be a function/,
    ],
    ["an error in network", points.replace("Input([2])", "\nInput([-2])"), /own\d\.ts:\d+: network: .*-2/],
    [
      "a misspelt loss",
      points.replace("loss: distance", 'loss: "categorial_crossentropy"'),
      /own\d\.ts: .*did you mean "categorical_crossentropy"/,
    ],
    [
      "an option that a loss has not",
      points.replace("loss: distance", 'loss: "huber(dleta=2)"'),
      /own\d\.ts: .*did you mean "delta"/,
    ],
  ];

  /** What comes of reading experiments, all in one process. */
  async function findAll(names: readonly string[]): Promise<{ error?: string; message: string }[]> {
    const script = fileURLToPath(new URL("support/find-experiments.mjs", import.meta.url));
    const { stdout, stderr } = await start(process.execPath, [script, ...names], at()).finished;
    expect(stderr).toBe("");
    return JSON.parse(stdout);
  }

  it("when it is read", async () => {
    for (const [i, [, text]] of unsound.entries()) writeFileSync(join(folder(), `own${i}.ts`), text);
    const found = await findAll(unsound.map((_, i) => `./own${i}.ts`));
    for (const [i, [what, , pattern]] of unsound.entries()) {
      expect(found[i]!.message, what).toMatch(pattern);
      expect(found[i]!.error, what).toBe("FileError");
    }
    await fail(["train", "./own0.ts", ...words], 1, /own0\.ts:3: syntax error: /, at());
  });

  it.each<[string, string, RegExp]>([
    [
      "an error in a callback",
      points.replace(
        "epochs: 2,",
        "epochs: 2,\n  callbacks: () => [{ name: 'x', onEpochEnd: () => [].a.b }],",
      ),
      /own\.ts:\d+: TypeError: /,
    ],
    [
      "data that contradict themselves",
      points.replace("[n, 2], y", "[n, 3], y"),
      /own\.ts: dataset: train\.shape is \[120,3\]/,
    ],
    [
      "a loss of another shape",
      points.replace("mean(square(sub(yTrue, yPred)), { axes: 1 })", "square(sub(yTrue, yPred))"),
      /the loss distance must return a number for each sample/,
    ],
  ])("when it runs: %s", async (_, text, pattern) => {
    writeFileSync(join(folder(), "own.ts"), text);
    await fail(["train", "./own.ts", ...words], 1, pattern, at());
  });

  it("and so is one that is not there, has another ending, or the name of an experiment", async () => {
    writeFileSync(join(folder(), "points.cts"), points);
    writeFileSync(join(folder(), "points.ts"), points);
    writeFileSync(join(folder(), "svhn-c.ts"), points);
    const found = await findAll(["./none.ts", "./points.cts", "./svhn-c.ts"]);
    expect(found.map(({ error }) => error)).toEqual(["UsageError", "UsageError", "UsageError"]);
    expect(found[0]!.message).toBe("There is no file ./none.ts.");
    expect(found[1]!.message).toMatch(/its name ends in \.ts/);
    expect(found[2]!.message).toMatch(/"svhn-c" is an experiment of wgrad/);
    await fail(["train", "points"], 2, /Did you mean the file \.\/points\.ts\?/, at());
  });
});

describe("new", () => {
  it("writes a file that runs, and never over another one", async () => {
    const npm = { npm_lifecycle_script: "node cli/wgrad.mjs new", npm_command: "run-script" };
    const { stdout } = await succeed(["new", "digits"], at(npm));
    expect(stdout).toContain("Run it with: npm run train -- ./digits.ts");
    const { stdout: told } = await succeed(
      ["train", "digits.ts", "--epochs", "1", "--limit", "40", "--test-limit", "20", ...words],
      at({ npm_lifecycle_script: "", npm_command: "exec" }),
    );
    expect(told).toContain("in full: npx wgrad train ./digits.ts --profile full");
    expect(existsSync(join(folder(), "runs", "digits"))).toBe(true);
    const again = () => newExperiment(join(folder(), "digits"));
    expect(again).toThrow(UsageError);
    expect(again).toThrow(/digits\.ts is there already/);
    expect(() => newExperiment(join(folder(), "svhn-c"))).toThrow(/is an experiment of wgrad/);
  });

  it("--version", async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, "../../package.json"), "utf8"));
    expect((await succeed(["--version"])).stdout.trim()).toBe(version);
  });
});
