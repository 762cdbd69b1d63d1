/** @file What the report of transfer says besides: the network that it began with, and the other way of using one. */
import { join } from "node:path";
import { History } from "../../models/fit/history.ts";
import type { FreeSection } from "../../report/run-report.ts";
import { command } from "../command.ts";
import { curvesOfTwo, testCurves } from "../compare/curves-of-two.ts";
import type { TrainingExperiment } from "../experiment.ts";
import type { RunContext } from "../run.ts";
import { describeImages, findRuns } from "../store/runs.ts";
import { backboneOption } from "./backbone-names.ts";
import { backbones, describeBackbone } from "./backbones.ts";

/** None for an experiment that begins with no backbone. */
export async function transferSections(
  context: RunContext<TrainingExperiment>,
  history: History,
): Promise<FreeSection[]> {
  const { experiment, settings, backbone: loaded } = context;
  const { backbone } = settings;
  const { transfer } = experiment;
  if (!transfer || !backbone) return [];
  const use =
    transfer.trains === "head"
      ? `It stays as it is: its averaged features of each photograph were computed once, in inference mode, and the head alone was trained.`
      : "It was trained together with the head from the first step, batch normalisation on the statistics of each batch.";
  const rate = transfer.trains === "whole" ? backbones[backbone].wholeLearningRate : undefined;
  const slower = rate
    ? ` Without batch normalisation it does not survive the practical's learning rate of 0.01: unless the run says otherwise, ${rate} is used.`
    : "";
  const words = [`${describeBackbone(backbone)}. ${use}${slower}`, ...(loaded?.notes ?? [])];
  const section = { title: "Backbone", blocks: [{ kind: "text" as const, text: words.join("\n\n") }] };
  return [section, ...(await besideSection(context, history))];
}

/** The curves of the newest run of the experiment that belongs beside this one, on the same backbone and photographs. */
async function besideSection(
  { experiment, settings, dataset, folder }: RunContext<TrainingExperiment>,
  history: History,
): Promise<FreeSection[]> {
  const { backbone = "resnet50" } = settings;
  const { beside } = experiment.transfer ?? {};
  if (beside === undefined) return [];
  const [found] = findRuns(beside, {
    experiment: beside,
    images: describeImages(dataset),
    settings: { backbone, profile: settings.profile },
    holds: ["history.json", "result.json"],
  });
  if (found) {
    const theirs = await History.load(join(found.folder, "history.json"));
    const own = { experiment: experiment.id, folder, history };
    return [curvesOfTwo(own, { experiment: beside, folder: found.folder, history: theirs }, testCurves)];
  }
  const way = command("train", `${beside} --profile ${settings.profile} ${backboneOption(backbone)}`);
  const text =
    `The curves of ${beside} belong beside these: there is no finished run of it on these photographs that begins with ` +
    `${backbones[backbone].title}. ${way} makes one; after that, this report has both if the experiment is run again.`;
  return [{ title: `Comparison with ${beside}`, blocks: [{ kind: "text", text }] }];
}
