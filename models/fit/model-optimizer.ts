/** @file A model's optimizer as its user sees it: what it is, and the learning rate, which may change between fits. */
import { ArgumentError } from "../../engine/errors.ts";
import { checkOption } from "../../engine/options.ts";
import type { OptimizerConfig } from "../../kernels/optimizers/index.ts";
import type { Session } from "./session.ts";

export class ModelOptimizer {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  /** sgd, rmsprop, adagrad, adadelta, adam, adamw, adamax, nadam */
  get name(): string {
    return this.#session.optimizer.name;
  }

  /** the options it was made with */
  get config(): OptimizerConfig {
    return this.#session.optimizer.config;
  }

  /** Of the next step, before decay. */
  get learningRate(): number {
    return this.#session.learningRate;
  }

  /** Throws ArgumentError for a rate that is none, or if the optimizer's rate is a function of the step. */
  set learningRate(value: number) {
    checkOption("optimizer", "learningRate", value, () => value >= 0, "0 or more");
    if (this.#session.optimizer.schedule) {
      throw new ArgumentError("optimizer: the learning rate is a function of the step, so it cannot be set.");
    }
    this.#session.learningRate = value;
  }
}
