/** @file The book says how the run that its figures are of opens in the lab, where it does. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { experiments } from "../../../experiments/registry.ts";
import { checkpointPath } from "../../../models/checkpoint/checkpoint.ts";
import { readChapters } from "../../../report/book/chapter.ts";
import { renderBook } from "../../../report/book/document.ts";
import type { Language } from "../../../report/language.ts";
import { command } from "../../../runner/command.ts";
import { newestOfEach } from "../../../runner/store/runs.ts";
import { useTemporaryFolder } from "../../datasets/support/temporary-folder.ts";
import { threeEpochs, writeRunFolder } from "../../runner/support/run-folder.ts";

const folder = useTemporaryFolder();

async function sectionOf(id: string, language: Language = "en"): Promise<string> {
  const runs = newestOfEach(folder());
  const chapters = readChapters(language);
  const html = await renderBook({ chapters, experiments, runs, language, made: new Date(0), maker: "wgrad" });
  return html.slice(html.indexOf(`<section id="${id}">`)).split("</section>")[0]!;
}

const settings = { testLimit: null, shuffle: true, eager: false, literal: false };

it("names the command, in both languages, of a run with its checkpoint", async () => {
  const run = writeRunFolder(join(folder(), "svhn-c", "a"), { settings, history: threeEpochs });
  expect(await sectionOf("svhn-c")).not.toContain("--run");
  mkdirSync(join(run, "checkpoint"));
  writeFileSync(checkpointPath(join(run, "checkpoint")), "");
  const section = await sectionOf("svhn-c");
  expect(section).toContain("of the last step of that run");
  expect(section).toContain(`<pre class="command">${command("lab", `--run ${run}`)}</pre>`);
  expect(await sectionOf("svhn-c", "es")).toContain("último paso de esa ejecución");
});

it("names none for a run of what the lab's page cannot train", async () => {
  const run = writeRunFolder(join(folder(), "svhn-i", "a"), {
    experiment: "svhn-i",
    settings,
    history: threeEpochs,
  });
  mkdirSync(join(run, "checkpoint"));
  writeFileSync(checkpointPath(join(run, "checkpoint")), "");
  expect(await sectionOf("svhn-i")).not.toContain("--run");
});
