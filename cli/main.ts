/** @file The command line: its commands and options, and what becomes of errors. */
import { Command, CommanderError, Option } from "commander";
import { resizeFilters } from "../datasets/formats/images/resize.ts";
import { FileError, WgradError } from "../engine/errors.ts";
import { precisions } from "../models/fit/precision.ts";
import { command } from "../runner/command.ts";
import { versions } from "../runner/versions.ts";
import {
  adapterOption,
  backboneOption,
  collect,
  factor,
  memoryLimitOption,
  nonNegativeInteger,
  positiveInteger,
  pretrainOption,
  profileOption,
  typedOptions,
} from "./arguments.ts";
import { endWithNpm } from "./orphan.ts";
import { missingOutput, surviveLostOutput } from "./output.ts";

/** Parses the arguments, runs the command and ends the process with the documented exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  surviveLostOutput();
  endWithNpm();
  let code = 0;
  try {
    await program().parseAsync(argv);
  } catch (error) {
    code = report(error);
  }
  await new Promise(setImmediate); // what became of the last write
  const missing = missingOutput();
  if (missing && code === 0) code = report(new FileError(missing));
  process.exit(code); // Dawn's threads would keep the process alive
}

function program(): Command {
  const root = new Command("wgrad")
    .description("Trains small vision networks on the GPU with hand-written WGSL kernels.")
    .version(versions().wgrad!)
    .showHelpAfterError("(add --help for the options)")
    .exitOverride();
  addTrain(root);
  addNew(root);
  addSweep(root);
  addShow(root);
  addList(root);
  addDoctor(root);
  addEvaluate(root);
  addPredict(root);
  addGradcheck(root);
  addExplain(root);
  addCompare(root);
  addConvert(root);
  addBook(root);
  addResults(root);
  addLab(root);
  return root;
}

function addTrain(root: Command): void {
  const train = root
    .command("train")
    .argument(
      "<experiment>",
      `id of an experiment, see \`${command("list")}\`; or a file that declares one, e.g. ./my-experiment.ts`,
    )
    .description("run an experiment and write its report")
    .option("--epochs <n>", "passes over the training data", positiveInteger)
    .option("--batch <n>", "images per update", positiveInteger)
    .option("--limit <n>", "training images used, chosen by the seed", positiveInteger)
    .option("--test-limit <n>", "test images used, chosen by the seed", positiveInteger)
    .option("--seed <n>", "decides initial weights, order and every other draw", nonNegativeInteger, 1)
    .option("--data <folder>", "where the data sets are (default: WGRAD_DATA, else ~/.cache/wgrad/data)")
    .option("--out <folder>", "the run folder (default: runs/<experiment>/<time>)")
    .addOption(adapterOption())
    .addOption(profileOption())
    .option(
      "--resume",
      "continue the run in --out, or the newest unfinished one; only more --epochs may be asked for",
    )
    .option("--save-initial", "also write initial.safetensors, the weights before training")
    .addOption(
      new Option(
        "--noise <kind>",
        "of denoising: fixed, one draw for all epochs (default), or fresh",
      ).choices(["fresh", "fixed"]),
    )
    .addOption(
      new Option(
        "--validation <part>",
        "of the experiments on MNIST: hold out the first or the last images (default: as the source)",
      ).choices(["first", "last"]),
    )
    .option("--trial <name>", "of a sweep: run this one trial only")
    .option("--set <name=value>", "change a setting, e.g. lr=1e-3; may be given several times", collect)
    .option("--trace", "time every command of one training step instead of training; writes trace.json")
    .option("--json", "print the result as JSON on standard output, progress on standard error");
  addTraining(train).action(async (id, options, command) =>
    options.trace
      ? (await import("./trace.ts")).trace(id, options)
      : (await import("./train.ts")).train(id, { ...options, typed: typedOptions(command, options) }),
  );
}

/** How `train` and `sweep` train, and on which images. */
function addTraining(command: Command): Command {
  return command
    .option("--no-shuffle", "visit the images in the order of the file")
    .option("--eager", "run every step anew instead of replaying a recording: slower, same results")
    .option("--recompute", "compute activations again instead of storing them: less memory, same results")
    .addOption(memoryLimitOption())
    .addOption(
      new Option(
        "--precision <name>",
        "mixed: activations in 16 bits, on adapters with shader-f16 (default: float32)",
      ).choices(precisions),
    )
    .option("--literal", "follow the source's code where it contradicts its text")
    .option(
      "--data-set <kind...>",
      "photographs of your own: `--data-set folder DIR` with train/CLASS/, or lists/ and images/, or CLASS/",
    )
    .addOption(
      new Option("--resize <filter>", "of photographs (default: nearest, as Keras)").choices(resizeFilters),
    )
    .option("--skip-broken", "leave out photographs that cannot be decoded; each is named")
    .option(
      "--stream",
      "leave the training images in main memory, photographs on disk, and copy each batch to the GPU",
    )
    .addOption(backboneOption())
    .addOption(pretrainOption());
}

function addNew(root: Command): void {
  root
    .command("new")
    .argument("<name>", "of the file, e.g. my-experiment")
    .description("write a file with an experiment of your own to begin with")
    .action(async (name) => (await import("./new.ts")).newExperiment(name));
}

function addSweep(root: Command): void {
  const sweep = root
    .command("sweep")
    .argument(
      "<experiment>",
      `id of a training experiment or of a sweep, see \`${command("list")}\`; or a file that declares one`,
    )
    .description("train variations of an experiment and compare them; finished ones are not run again")
    .option(
      "--set <name=values>",
      "a setting with its values, e.g. lr=1e-3,1e-4; may be given several times",
      collect,
    )
    .option("--seeds <n>", "training runs per variation, for mean and deviation", positiveInteger)
    .option("--epochs <n>", "passes over the training data", positiveInteger)
    .option("--batch <n>", "images per update", positiveInteger)
    .option("--limit <n>", "training images used, chosen by the seed", positiveInteger)
    .option("--test-limit <n>", "test images used, chosen by the seed", positiveInteger)
    .option("--seed <n>", "the first seed", nonNegativeInteger, 1)
    .option("--data <folder>", "where the data sets are (default: WGRAD_DATA, else ~/.cache/wgrad/data)")
    .option(
      "--out <folder>",
      "the sweep's folder (default: the newest of these settings, else a new one in runs/)",
    )
    .addOption(adapterOption())
    .addOption(profileOption())
    .option("--json", "print the result as JSON on standard output, progress on standard error");
  addTraining(sweep).action(async (id, options) => (await import("./sweep.ts")).sweep(id, options));
}

function addShow(root: Command): void {
  root
    .command("show")
    .argument("<topic>", "augmentation: images and what ImageDataGenerator makes of them")
    .description("draw a picture")
    .option("--dataset <name>", "whose images", "cifar10")
    .option("--seed <n>", "chooses the images and variants", nonNegativeInteger, 1)
    .option("--data <folder>", "where the data sets are")
    .option("--out <folder>", "where the files go (default: runs/show/<topic>)")
    .addOption(adapterOption())
    .action(async (topic, options) => (await import("./show.ts")).show(topic, options));
}

function addLab(root: Command): void {
  root
    .command("lab")
    .description("open the lab: a page that trains, and shows how, on your GPU")
    .option(
      "--port <n>",
      "where it listens, on this machine alone (default: a free one)",
      nonNegativeInteger,
      0,
    )
    .option("--open", "open it in the browser")
    .option(
      "--run <folder>",
      "a run of this machine: its network in the microscope, its training to go on from",
    )
    .option("--data <folder>", "where the data sets are (default: WGRAD_DATA, else ~/.cache/wgrad/data)")
    .action(async (options) => (await import("./lab.ts")).lab(options));
}

function addList(root: Command): void {
  root
    .command("list")
    .description("show all experiments")
    .option("--json", "as JSON")
    .action(async (options) => (await import("./list.ts")).list(options));
}

function addDoctor(root: Command): void {
  root
    .command("doctor")
    .description("show the adapter, its limits and speed, and how to get a faster one")
    .addOption(adapterOption())
    .option("--json", "as JSON")
    .action(async (options) => (await import("./doctor.ts")).doctor(options));
}

function addEvaluate(root: Command): void {
  root
    .command("evaluate")
    .argument("<run>", "a run folder, or a .safetensors file together with --experiment")
    .description("loss and accuracy of saved weights on the test set; of a study, of each of its parts")
    .option(
      "--experiment <id>",
      "id or file of the experiment the weights belong to (default: what config.json says)",
    )
    .option("--data <folder>", "where the data sets are")
    .option("--batch <n>", "images at a time", positiveInteger)
    .option("--set <name>", "test or train", "test")
    .addOption(adapterOption())
    .option("--json", "as JSON")
    .action(async (run, options) => (await import("./evaluate.ts")).evaluate(run, options));
}

function addPredict(root: Command): void {
  root
    .command("predict")
    .argument("<run>", "a run folder, or a model: .safetensors of model.save(), .keras, .h5, .onnx")
    .argument("<pictures...>", "JPEG, PNG or WebP files, or folders of them")
    .description("the classes of pictures, with the pixels and places that speak for them")
    .option("--top <n>", "classes shown of each picture", positiveInteger, 5)
    .option("--class <name>", "explain this class instead of each picture's first")
    .option("--no-figures", "print the classes only: no saliency, no Grad-CAM, no page")
    .option("--out <folder>", "where page, figures and predictions.json go (default: runs/predict/<time>)")
    .option("--skip-broken", "leave out pictures that cannot be decoded; each is named")
    .option(
      "--scale <factor>",
      "of a model, or of samples that were floats: what bytes are multiplied by, e.g. 1/255",
      factor,
    )
    .option("--classes <file>", "of a model: names of its classes, one a line")
    .option("--data <folder>", "where the data sets are, for runs that need theirs")
    .addOption(new Option("--lang <language>", "of page and figures").choices(["en", "es"]).default("en"))
    .addOption(adapterOption())
    .option("--json", "as JSON")
    .action(async (run, pictures, options) => (await import("./predict.ts")).predict(run, pictures, options));
}

function addGradcheck(root: Command): void {
  root
    .command("gradcheck")
    .argument("[op]", "name of an op, or all; without one the ops are listed")
    .description("hold the gradients of an op against numeric ones")
    .option("--seed <n>", "decides the inputs", nonNegativeInteger, 1)
    .option("--samples <n>", "elements shown of each gradient; all are checked", positiveInteger, 4)
    .addOption(adapterOption())
    .option("--json", "as JSON, with every element")
    .action(async (op, options) => (await import("./gradcheck.ts")).gradcheck(op, options));
}

function addExplain(root: Command): void {
  root
    .command("explain")
    .argument(
      "[what]",
      "name of a lesson, or a run folder or weights file; without one the lessons are listed",
    )
    .description("work a tiny example through, or a number of a trained network, with every sum")
    .option("--at <address>", "of a run: conv2d_1/kernel[2,1,0,7], conv2d_1[0,4,5,7], input[0,4,5,2], loss")
    .option(
      "--batch <i>",
      "number of the training batch in the first epoch's order, from 0",
      nonNegativeInteger,
    )
    .option("--terms <n>", "terms shown of each sum, the largest (default: 12)", positiveInteger)
    .option("--experiment <id>", "what the weights file belongs to")
    .option("--data <folder>", "where the data sets are")
    .addOption(adapterOption())
    .option("--json", "the number with its sums as JSON")
    .action(async (what, options) => (await import("./explain.ts")).explain(what, options));
}

function addCompare(root: Command): void {
  root
    .command("compare")
    .argument("<runs...>", "run folders, two or more")
    .description("write one report on several runs: curves, settings that differ, final figures, time")
    .option("--out <folder>", "where the report goes (default: runs/compare/<time>)")
    .action(async (runs, options) => (await import("./compare.ts")).compare(runs, options));
}

function addConvert(root: Command): void {
  root
    .command("convert")
    .argument("<in>", "a model or weights: .safetensors, .keras, .h5, .weights.h5, .onnx, or a run folder")
    .argument(
      "<out>",
      "what to write, by its ending: .safetensors, .torch.safetensors, .keras, .h5, .weights.h5, .onnx, .py",
    )
    .description("write a model in the format of another framework")
    .option("--model <file>", "for weights alone: a file or run folder with the model that they belong to")
    .addOption(adapterOption())
    .action(async (from, to, options) => (await import("./convert.ts")).convert(from, to, options));
}

function addBook(root: Command): void {
  root
    .command("book")
    .description("write one document with the newest finished run of every experiment")
    .addOption(new Option("--lang <language>", "of the texts").choices(["en", "es"]).default("en"))
    .option("--runs <folder>", "where the runs are", "runs")
    .option("--out <file>", "the document (default: book.<language>.html in the folder of the runs)")
    .action(async (options) => (await import("./book.ts")).book(options));
}

function addResults(root: Command): void {
  root
    .command("results")
    .argument("[runs...]", "run folders whose results are to be added")
    .description("write the table of results from the JSON files beside it")
    .option("--folder <folder>", "where they are", "docs/results")
    .option("--readme <file>", "also write the table of results in this file, between its two comments")
    .action(async (runs, options) => (await import("./results.ts")).results(runs, options));
}

/** Prints an error the way its reader needs it; returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed it
  if (error instanceof WgradError) {
    console.error(`\nwgrad: ${error.message}`);
    if (process.env.WGRAD_DEBUG) console.error(error);
    return error.exitCode;
  }
  console.error("\nwgrad: this is a defect of wgrad, please report it.");
  console.error(error);
  return 1;
}
