/** @file Fuzzes layers and their options, initialisers, regularisers, schedules, and how models are put together. */
import { describe, it } from "vitest";
import {
  Add,
  Concatenate,
  constant,
  constantRate,
  cosine,
  Dense,
  Flatten,
  glorotNormal,
  halving,
  heNormal,
  Input,
  initializer,
  input,
  l1,
  l1l2,
  l2,
  lecunNormal,
  model,
  optimizer,
  orthogonal,
  piecewise,
  randomNormal,
  randomUniform,
  regularizer,
  sequential,
  timeDecay,
  truncatedNormal,
  warmup,
} from "../../models/index.ts";
import { layerExamples } from "../models/layers/examples.ts";
import { attack, type Target } from "./attack.ts";
import { useSurroundings } from "./surroundings.ts";

const shared = { trainable: true, activityRegularizer: l2(0.01) };

/** Layers of one input; their errors begin with their class, as they have no name yet. */
const layers: readonly Target[] = layerExamples
  .filter(({ inputs }) => inputs.length === 1)
  .map(({ name, make, args, options, inputs }) => ({
    name,
    sound: () => [...args(), { ...options, ...shared }],
    call: (...given: never[]) => void make(...given).apply(input(inputs[0]!)),
  }));

const graphs: readonly Target[] = [
  {
    name: "Input",
    sound: () => [[4, 5], shared],
    call: (...args: Parameters<typeof Input>) => void Input(...args),
  },
  {
    name: "Input",
    sound: () => [[4, 5], shared],
    call: (...args: Parameters<typeof input>) => void input(...args),
  },
  { name: "Add", sound: () => [[input([4]), input([4])]], call: (inputs) => void Add().apply(inputs) },
  {
    name: "Concatenate",
    sound: () => [{ ...shared, axis: 1 }, [input([4]), input([5])]],
    call: (options, inputs) => void Concatenate(options).apply(inputs),
  },
  { name: "Dense", sound: () => [input([4])], call: (x) => void Dense(3).apply(x) },
  {
    name: "sequential|Dense",
    sound: () => [[Input([4]), Dense(3), Flatten()], { ...shared, name: "net" }],
    call: (...args: Parameters<typeof sequential>) => void sequential(...args),
  },
  {
    name: "model",
    sound: () => {
      const x = input([4]);
      return [{ inputs: [x], outputs: [Dense(3).apply(x)], ...shared, name: "net" }];
    },
    call: (...args: Parameters<typeof model>) => void model(...args),
  },
];

const random = { seed: 1, stream: 2 };
type Make = (...args: never[]) => ReturnType<typeof constant>;
const draw = (name: string, make: Make, args: readonly unknown[]): Target => ({
  name,
  sound: () => args,
  call: (...given: never[]) => make(...given)([2, 3], random),
});

const rules: readonly Target[] = [
  draw("constant", constant, [1]),
  draw("randomUniform", randomUniform, [-1, 1]),
  draw("randomNormal", randomNormal, [0, 1]),
  draw("truncatedNormal", truncatedNormal, [0, 1]),
  draw("glorotNormal", glorotNormal, ["normal"]),
  draw("heNormal", heNormal, ["truncated_normal_uncorrected"]),
  draw("lecunNormal", lecunNormal, ["normal"]),
  draw("orthogonal", orthogonal, [2]),
  {
    name: "initializer",
    sound: () => [{ name: "heNormal", rule: "normal" }],
    call: (name) => void initializer(name),
  },
  {
    name: "regularizer",
    sound: () => [{ class_name: "L2", config: { l2: 0.1 } }],
    call: (choice) => void regularizer(choice),
  },
  {
    name: "optimizer|sgd",
    sound: () => [{ name: "sgd", momentum: 0.5 }],
    call: (choice) => void optimizer(choice),
  },
  ...Object.entries({ l1, l2 }).map(([name, call]) => ({ name, call, sound: () => [0.1] })),
  { name: "l1l2", call: l1l2, sound: () => [0.1, 0.2] },
  { name: "constantRate", sound: () => [0.1], call: (rate) => constantRate(rate)(3) },
  {
    name: "halving",
    sound: () => [{ initial: 1, every: 2, floor: 0.1 }],
    call: (options) => halving(options)(3),
  },
  { name: "timeDecay", sound: () => [{ initial: 1, decay: 0.1 }], call: (options) => timeDecay(options)(3) },
  {
    name: "cosine",
    sound: () => [{ initial: 1, length: 10, floor: 0.1 }],
    call: (options) => cosine(options)(3),
  },
  { name: "warmup", sound: () => [5, constantRate(1)], call: (length, after) => warmup(length, after)(3) },
  {
    name: "piecewise",
    sound: () => [
      [1, 2],
      [0.1, 0.2, 0.3],
    ],
    call: (at, rates) => piecewise(at, rates)(1),
  },
];

describe.each([
  { family: "layers", targets: layers },
  { family: "graphs", targets: graphs },
  { family: "initialisers, regularisers and schedules", targets: rules },
])("$family", ({ targets }) => {
  const surroundings = useSurroundings();

  it.each(targets)("$name says what is wrong", async (target) => {
    await attack(target, surroundings());
  });
});
