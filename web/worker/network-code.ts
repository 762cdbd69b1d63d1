/** @file A design as the TypeScript of an experiment, which `wgrad train ./network.ts` trains. */
import type { Design, DesignedLayer } from "../design.ts";
import { givenSettings, type Setting } from "../layer-kinds.ts";
import { testLimit } from "./network-build.ts";

/** The file's text; `folder` is the name of the folder of images, where the design learns from one. */
export function typescriptOf(design: Design, folder = "images"): string {
  const { input, layers, optimizer, learningRate, loss, batch, epochs, limit, data } = design;
  const names = ["defineExperiment", "Input", optimizer, "sequential", ...layers.map(({ kind }) => kind)];
  const imported = [...new Set(names)].sort((a, b) => a.localeCompare(b, "en"));
  const rate = learningRate === undefined ? "" : `{ learningRate: ${learningRate} }`;
  const isFolder = data === "folder";
  return `// A network from wgrad's lab. Train it with: wgrad train ./network.ts
${isFolder ? 'import { imageFolder } from "wgrad/datasets";\n' : ""}import {
${imported.map((name) => `  ${name},`).join("\n")}
} from "wgrad/experiment";

export default defineExperiment({
  title: "A network of one's own",
${isFolder ? folderData(input, folder) : `  dataset: "${data}",`}

  network: () =>
    sequential([
      Input([${input.join(", ")}]),
${layers.map((layer) => `      ${layerCode(layer)},`).join("\n")}
    ]),

  optimizer: () => ${optimizer}(${rate}),
  loss: "${loss}",
  metrics: { accuracy: "categorical_accuracy" },
  epochs: ${epochs},
  batch: ${batch},
${isFolder ? "" : `  limit: ${limit},\n  testLimit: ${testLimit},\n`}  validation: "test",
});
`;
}

/** Photographs of the folder beside the file, one folder within for each class. */
function folderData([height, width]: Design["input"], folder: string): string {
  return `
  // Another part of the photographs is kept for testing than in the lab.
  dataset: async () => {
    const { train, test, classes } = await imageFolder(${JSON.stringify(folder)}, {
      size: [${height}, ${width}],
      filter: "bilinear",
      orientation: "apply",
      skipBroken: true,
    });
    const samples = ({ images, labels, count }: typeof train) => ({
      x: images,
      shape: [count, ${height}, ${width}, 3],
      y: labels,
    });
    return { train: samples(train), test: samples(test), scale: 1 / 255, classes };
  },`;
}

function layerCode({ kind, settings }: DesignedLayer): string {
  const { positional, options } = givenSettings(kind, settings);
  const named = options.map(([name, value]) => `${name}: ${valueCode(value)}`);
  const args = [...positional.map(valueCode), ...(named.length > 0 ? [`{ ${named.join(", ")} }`] : [])];
  return `${kind}(${args.join(", ")})`;
}

function valueCode(value: Setting): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : JSON.stringify(value);
}
