/** @file Section 3.1 of the assignment: autoencoders as dimensionality reduction on MNIST. */
import type { Answer, Evidence, Sentence } from "../evidence.ts";
import { duration } from "../phrases.ts";
import { listed, versus } from "../run-sentences.ts";

export const autoencoders: Readonly<Record<string, Answer>> = {
  "ae-a": {
    shown: (run) => [
      run.say("ae-a.cross-entropy", {
        sigmoid: listed(run, /sigmoid_(\d+)_loss/),
        relu: listed(run, /relu_(\d+)_loss/),
      }),
      run.say("ae-a.mean-image", { loss: run.written("mean_image_loss") }),
      versus(run, /relu_(\d+)_mse/, /sigmoid_(\d+)_mse/, {
        own: run.say("ae-a.relu-encoder"),
        other: run.say("ae-a.sigmoid-encoder"),
      }),
      reluDecoder(run),
    ],
  },
  "ae-b": {
    shown: (run) => [
      run.say("ae-b.errors", { errors: listed(run, /code_(\d+)_mse/) }),
      run.say("ae-b.loaded", { difference: run.written("loaded_difference") }),
    ],
  },
  "ae-c": {
    shown: (run) => [
      run.say("ae-c.errors", {
        pixels: run.written("pixels_error"),
        codes: listed(run, /code_(\d+)_error/),
      }),
      run.say("ae-c.times", {
        pixels: run.written("pixels_ms_per_prediction"),
        codes: listed(run, /code_(\d+)_ms_per_prediction/),
      }),
    ],
  },
  "ae-e": { shown: (run) => methodSentences(run, "ae", run.say("ae-e.basic")) },
  "ae-g": {
    shown: (run) => [
      ...["2", "3", "4"].flatMap((depth) =>
        methodSentences(run, `deep_${depth}`, run.say("ae-g.deep", { depth })),
      ),
      duration(run),
    ],
  },
  "ae-h": {
    shown: (run) => [
      run.say("ae-h.agreement", {
        tsne_code: run.written("tsne_code_agreement"),
        pca_code: run.written("pca_code_agreement"),
        tsne_pixels: run.written("tsne_pixels_agreement"),
        pca_pixels: run.written("pca_pixels_agreement"),
      }),
    ],
  },
  "ae-i": {
    shown: (run) => [
      run.say("ae-i.errors", {
        convolutional: run.written("convolutional_mse"),
        basic: run.written("basic_mse"),
        pca: run.written("pca_mse"),
      }),
      run.say("ae-i.neighbours", {
        convolutional: run.written("convolutional_knn_error"),
        basic: run.written("basic_knn_error"),
        pca: run.written("pca_knn_error"),
      }),
    ],
  },
};

/** A method against PCA: reconstruction and neighbours. */
function methodSentences(run: Evidence, key: string, method: Sentence): Sentence[] {
  const figure = (what: string) => new RegExp(`${key}_(\\d+)_${what}`);
  return [
    run.say("phrases.method-errors", {
      method,
      errors: listed(run, figure("mse")),
      pca: listed(run, /pca_(\d+)_mse/),
    }),
    versus(run, figure("mse"), /pca_(\d+)_mse/, { own: method, other: "PCA" }),
    run.say("phrases.method-neighbours", {
      errors: listed(run, figure("knn_error")),
      pca: listed(run, /pca_(\d+)_knn_error/),
    }),
  ];
}

/** What became of a ReLU in the decoder, beside the mean image. */
function reluDecoder(run: Evidence): Sentence {
  const [loss, mean] = [run.value("relu_decoder_loss"), run.value("mean_image_loss")];
  const worse = loss !== undefined && mean !== undefined && loss > mean;
  return run.say(worse ? "ae-a.relu-decoder-worse" : "ae-a.relu-decoder", {
    loss: run.written("relu_decoder_loss"),
    zeros: run.written("relu_decoder_zero_outputs"),
  });
}
