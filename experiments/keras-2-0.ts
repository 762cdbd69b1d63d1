/**
 * @file What Keras 2.0 had by default, in which the assignment (INF-477, 2017) and the notebook on its question 3.3 are
 * written. The articles of later years use 2.1.3 or newer, whose defaults are those of wgrad's optimizers.
 */

/** Of RMSprop, Adagrad, Adadelta and Adam; 1e-7 from Keras 2.1.3 on. */
export const epsilon = 1e-8;
