/** @file `wgrad explain RUN --at ADDRESS`: a number of a trained network as the sums that made it, in the next step of its training. */
import { join } from "node:path";
import { UsageError } from "../engine/errors.ts";
import { listPlaces } from "../lessons/microscope/address.ts";
import { addressPage } from "../lessons/microscope/address-page.ts";
import { explainAddress } from "../lessons/microscope/explain-address.ts";
import { Microscope } from "../lessons/microscope/microscope.ts";
import { paletteFor } from "../lessons/text.ts";
import { hasCheckpoint, readCheckpoint } from "../models/checkpoint/checkpoint.ts";
import { Batches } from "../models/data/batches.ts";
import { shuffled } from "../models/data/order.ts";
import { checkMoments } from "../models/fit/resume.ts";
import type { Session } from "../models/fit/session.ts";
import { StepRecord } from "../models/fit/step-record.ts";
import { command, quoted } from "../runner/command.ts";
import type { ExplainOptions } from "./options.ts";
import { locateWeights, openSavedNetwork } from "./saved-network.ts";

/** Without an address it lists what there is. Throws UsageError for one that names nothing. */
export async function explainRun(run: string, options: ExplainOptions): Promise<void> {
  const { at, batch = 0, terms = 12 } = options;
  const palette = paletteFor(process.stdout, process.env.NO_COLOR);
  const network = await openSavedNetwork(await locateWeights(run, options), options);
  const { model, data, dataset, experiment, settings, engine } = network;
  const { session } = model;
  const { trained } = data;
  const batches = Batches.open(engine, data.resident, session.objective.oneHot);
  const batchSize = Math.min(settings.batch, trained.length);
  const last = Math.ceil(trained.length / batchSize) - 1;
  if (batch > last)
    throw new UsageError(`--batch ${batch}: an epoch has batches 0 to ${last}, of ${batchSize} images.`);
  const state = await goOn(session, network.folder);
  const order = settings.shuffle ? shuffled(trained, settings.seed, 0) : trained;
  const step = await StepRecord.take(session, batches, { batchSize, batch, order });
  const about = `${experiment.id}, batch ${batch} of the first epoch's order (${batchSize} images, ${dataset.note}); ${state}`;
  if (at === undefined) {
    console.log(`${palette.title(run)}: ${about}\n`);
    for (const line of listPlaces(step)) console.log(`  ${line}`);
    console.log(`\nAsk with: ${command("explain", `${quoted(run)} --at loss`)}`);
  } else {
    const microscope = new Microscope(step.launches, step.places);
    const explanation = await explainAddress(step, microscope, at, { terms });
    if (options.json)
      console.log(JSON.stringify({ run, experiment: experiment.id, batch, ...explanation }, null, 2));
    else {
      const page = addressPage(explanation);
      console.log(
        [
          ...page.lines(palette),
          "",
          palette.faint(`${about}, ${engine.adapter.description || engine.adapter.device}`),
        ].join("\n"),
      );
    }
  }
  for (const owner of [step, batches, data, model]) owner.dispose();
  await dataset.close?.();
}

/** Gives the optimizer its moments and its step, if the run has a checkpoint; says in words where it stands. */
async function goOn(session: Session, folder: string | undefined): Promise<string> {
  const checkpoint = folder && join(folder, "checkpoint");
  const { name } = session.optimizer;
  if (!checkpoint || !(await hasCheckpoint(checkpoint))) return `${name} at its first step`;
  const snapshot = await readCheckpoint(checkpoint);
  checkMoments(snapshot, session);
  const { step, seed, learningRate } = snapshot.position;
  session.state.write(snapshot.slots);
  session.step.set({ step, seed });
  session.learningRate = learningRate;
  return `${name} after ${step.toLocaleString("en")} steps`;
}
