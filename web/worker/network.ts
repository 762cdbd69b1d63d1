/** @file A visitor's own network: checked as it is built, made an experiment to be trained, and the images of a folder. */
import { proxyMarker } from "comlink";
import { ArgumentError } from "../../engine/errors.ts";
import type { ProfileName, TrainingExperiment } from "../../runner/experiment.ts";
import type { PageExperiment } from "../../runner/lab/page-run.ts";
import { type DataName, type Design, readDesign } from "../design.ts";
import { networkTexts } from "../text/en/network.ts";
import { type FolderFile, type FolderImages, readFolder } from "./folder-images.ts";
import { checkDesign, experimentOf } from "./network-build.ts";
import { typescriptOf } from "./network-code.ts";
import type {
  CheckedDesign,
  DesignProblem,
  ExportedFile,
  FirstDesign,
  FolderFacts,
} from "./network-protocol.ts";
import { designFrom } from "./network-start.ts";

/** Of the experiments' data sets. */
const classCounts: Readonly<Record<Exclude<DataName, "folder">, number>> = {
  svhn: 10,
  cifar10: 10,
  cifar25: 25,
  cifar100: 100,
};
const setShape = [32, 32, 3];

export class OwnNetwork {
  /** the page asks for its methods, not for a copy */
  readonly [proxyMarker] = true as const;
  readonly #experiments: readonly TrainingExperiment[];
  #folder: FolderImages | undefined;

  /** Of the experiments the networks that sort colour images can be begun with. */
  constructor(experiments: readonly PageExperiment[]) {
    this.#experiments = experiments.filter(({ study }) => !study);
  }

  /** A design like the network of an experiment; of one that the lab does not have, like that of its first. */
  begin(experiment: string, profile: ProfileName): FirstDesign {
    const found = this.#experiments.find(({ id }) => id === experiment) ?? this.#experiments[0]!;
    return designFrom(found, profile);
  }

  /** What the engine says of each layer, and whether the design can be trained. */
  check(text: string): CheckedDesign {
    const design = parsed(text);
    const checked = checkDesign(design, this.#classesOf(design.data));
    return { ...checked, problem: this.#dataProblem(design) ?? checked.problem };
  }

  /** Reads the images of a folder at the size that the design takes; they are its data from now on. */
  async readFolder(
    text: string,
    files: readonly FolderFile[],
    tell: (done: number, of: number) => void,
  ): Promise<FolderFacts> {
    this.#folder = await readFolder(files, parsed(text).input, tell);
    return this.#folder.facts;
  }

  /** The design as the TypeScript that `wgrad train` takes. */
  code(text: string): ExportedFile {
    return { name: "network.ts", content: typescriptOf(parsed(text), this.#folder?.name) };
  }

  /** The design as an experiment. Throws ArgumentError for one that cannot be trained. */
  experiment(text: string): TrainingExperiment {
    const design = parsed(text);
    const { problem, layers } = this.check(text);
    const wrong = layers.find((layer) => "problem" in layer);
    const words = problem
      ? networkTexts.problem(problem)
      : wrong && "problem" in wrong
        ? wrong.problem
        : undefined;
    if (words !== undefined) throw new ArgumentError(words);
    const { facts, data } = this.#folder ?? {};
    const isFolder = design.data === "folder";
    const id = `own-${hashOf(isFolder ? text + JSON.stringify(facts) : text)}`;
    const dataset = isFolder ? { load: async () => data! } : (design.data as Exclude<DataName, "folder">);
    return experimentOf(id, design, dataset);
  }

  #classesOf(data: DataName): number {
    return data === "folder" ? (this.#folder?.facts.classes.length ?? 0) : classCounts[data];
  }

  #dataProblem({ data, input }: Design): DesignProblem | undefined {
    const shape = data === "folder" ? this.#folder?.shape : setShape;
    if (!shape) return { kind: "no folder" };
    return shape.join() === input.join() ? undefined : { kind: "shape", images: shape, input };
  }
}

function parsed(text: string): Design {
  const design = readDesign(text);
  if (design) return design;
  throw new ArgumentError("This text is no network of the lab.");
}

/** Tells designs apart where their checkpoints lie (FNV-1a, 32 bits twice). */
function hashOf(text: string): string {
  const half = (start: number) => {
    let hash = start;
    for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  };
  return half(0x811c9dc5) + half(0x9dc5811c);
}
