/** @file Section 3.2 of the assignment: denoising autoencoders. */
import type { Answer, Evidence, Sentence } from "../evidence.ts";
import { listed, versus } from "../run-sentences.ts";

export const denoising: Readonly<Record<string, Answer>> = {
  "dae-a": { shown: (run) => [run.say("dae-a.kept", { shares: listed(run, /kept_([\d.]+)/) })] },
  "dae-b": { shown: (run) => noiseSentences(run, "masking", "p") },
  "dae-c": {
    shown: (run) => [run.say("dae-c.deviation", { deviations: listed(run, /deviation_([\d.]+)/) })],
  },
  "dae-d": { shown: (run) => noiseSentences(run, "gaussian", "σ") },
  "dae-e": {
    shown: (run) => {
      const codes = run.family(/code_(\d+)_keep_[\d.]+_mse/).map(({ groups }) => Number(groups[0]));
      return [...new Set(codes)].sort((a, b) => a - b).flatMap((code) => codeSentences(run, code));
    },
  },
};

/** What remains of a kind of noise, and whether a network that saw none does better. */
function noiseSentences(run: Evidence, noise: string, parameter: string): Sentence[] {
  const errors = new RegExp(`${noise}-([\\d.]+)_mse`);
  return [
    run.say("phrases.noise-errors", {
      errors: listed(run, errors),
      noise: listed(run, new RegExp(`${noise}-([\\d.]+)_noise_mse`)),
    }),
    versus(run, errors, new RegExp(`${noise}-([\\d.]+)_plain_mse`), {
      own: run.say("phrases.denoising-network"),
      other: run.say("phrases.trained-clean"),
      parameter,
    }),
  ];
}

function codeSentences(run: Evidence, code: number): Sentence[] {
  const errors = (what: string) => listed(run, new RegExp(`code_${code}_keep_([\\d.]+)_${what}`));
  return [
    run.say("dae-e.neighbours", { code: String(code), errors: errors("knn_error") }),
    run.say("dae-e.errors", { errors: errors("mse") }),
  ];
}
