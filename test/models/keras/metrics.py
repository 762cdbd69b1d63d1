"""Writes metrics.json: weighted metrics, lists of thresholds, ways to add up areas, hinges, as Keras 3 computes them.

    KERAS_BACKEND=jax python test/models/keras/metrics.py
"""
import json
import pathlib

import keras
import numpy as np

random = np.random.default_rng(17)
listed = lambda array: np.asarray(array, np.float64).ravel().tolist()
M = keras.metrics
count, classes = 21, 4

scores = np.float32(np.round(random.uniform(0, 1, (count, classes)), 3))
scores[0, 0], scores[1, 1], scores[2, 2] = 0, 1, 0.5
one_hot = np.eye(classes, dtype=np.float32)[random.integers(0, classes, count)]
yes_no = np.float32(scores + random.normal(size=(count, classes)) * 0.5 > 0.55)
weights = np.float32(np.round(random.uniform(0, 3, count), 2))
weights[[3, 9]] = 0


def evaluated(targets, metrics, weighted):
    """Results of evaluate() in batches of 8, by Keras's names."""
    model = keras.Sequential([keras.Input((classes,)), keras.layers.Activation("linear")])
    model.compile(loss="mse", metrics=metrics(), weighted_metrics=weighted())
    results = model.evaluate(scores, targets, sample_weight=weights, batch_size=8, verbose=0, return_dict=True)
    return {name: listed(value) for name, value in results.items() if name != "loss"}


thresholds = [0.9, 0.25, 0.5]
areas = lambda: [
    M.AUC(curve=curve, summation_method=way, num_thresholds=50, name=f"{curve}_{way}")
    for curve in ["ROC", "PR"]
    for way in ["interpolation", "minoring", "majoring"]
] + [
    M.AUC(thresholds=[0.3, 0.31, 0.7], name="uneven"),
    M.AUC(thresholds=[0.25, 0.5, 0.75], curve="PR", name="even"),
]
counts = lambda: [
    M.Precision(thresholds=thresholds, name="precision"),
    M.Recall(thresholds=thresholds, class_id=2, name="recall"),
    *areas(),
]
means = lambda: ["accuracy", "mse", "hinge", "squared_hinge", "cosine_similarity", M.TopKCategoricalAccuracy(k=2, name="top_2")]
none = lambda: []
hinges = lambda: ["hinge", "squared_hinge", "categorical_hinge"]
signs = np.float32(2 * yes_no - 1)
mixed = yes_no.copy()
mixed[20, 0] = -1  # in the last batch alone: the others hold nothing but 0 and 1

cases = {
    "counts": evaluated(yes_no, counts, none),
    "weighted counts": evaluated(yes_no, none, counts),
    "means beside weighted means": evaluated(one_hot, means, means),
    "hinges of 0 and 1": evaluated(yes_no, hinges, none),
    "hinges of -1 and 1": evaluated(signs, hinges, hinges),
    "hinges of -1, 0 and 1": evaluated(mixed, hinges, none),
}
content = {
    "origin": f"keras {keras.__version__}, {keras.backend.backend()}, by metrics.py",
    "classes": classes,
    "scores": listed(scores),
    "weights": listed(weights),
    "targets": {"one-hot": listed(one_hot), "0 and 1": listed(yes_no), "-1 and 1": listed(signs), "-1, 0 and 1": listed(mixed)},
    "cases": cases,
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(content) + "\n")
