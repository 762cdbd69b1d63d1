"""Writes objective.json: activations, losses and metrics as Keras 3.15 computes them (TensorFlow 2, float32).

    KERAS_BACKEND=tensorflow python test/models/keras/objective.py
"""
import json
import pathlib

import keras
import numpy as np

random = np.random.default_rng(15)
listed = lambda array: np.asarray(array, np.float64).ravel().tolist()

x = np.float32([-7, -3, -2.5, -1, -0.3, 0, 0.2, 0.9, 2.7, 3, 6, 8])
names = (
    "linear relu sigmoid tanh selu elu softplus leaky_relu silu swish gelu relu6 hard_sigmoid hard_silu hard_swish "
    "softsign exponential softmax log_softmax"
).split()
activations = {name: listed(keras.activations.get(name)(x[None])) for name in names}
approximate = listed(keras.activations.gelu(x[None], approximate=True))

scores = np.float32(random.uniform(0.02, 0.98, (6, 4)))
probabilities = np.float32(scores / scores.sum(-1, keepdims=True))
logits = np.float32(random.normal(size=(6, 4)) * 2)
labels = random.integers(0, 4, 6)
one_hot = np.eye(4, dtype=np.float32)[labels]
yes_no = np.float32(random.integers(0, 2, (6, 4)))
soft = np.float32(random.dirichlet(np.ones(4), 6))
L = keras.losses
cases = [
    ("mse", L.MeanSquaredError(), logits, soft),
    ("mae", L.MeanAbsoluteError(), logits, soft),
    ("huber", L.Huber(), logits, soft),
    ("huber(delta=0.4)", L.Huber(delta=0.4), logits, soft),
    ("log_cosh", L.LogCosh(), logits, soft),
    ("hinge", L.Hinge(), logits, yes_no),
    ("squared_hinge", L.SquaredHinge(), logits, yes_no),
    ("kl_divergence", L.KLDivergence(), probabilities, soft),
    ("cosine_similarity", L.CosineSimilarity(), logits, soft),
    ("categorical_crossentropy", L.CategoricalCrossentropy(), probabilities, one_hot),
    ("categorical_crossentropy(labelSmoothing=0.1)", L.CategoricalCrossentropy(label_smoothing=0.1), probabilities, one_hot),
    (
        "categorical_crossentropy(fromLogits=true, labelSmoothing=0.2)",
        L.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2),
        logits,
        one_hot,
    ),
    ("binary_crossentropy", L.BinaryCrossentropy(), scores, yes_no),
    ("binary_crossentropy(labelSmoothing=0.1)", L.BinaryCrossentropy(label_smoothing=0.1), scores, yes_no),
    ("binary_crossentropy(fromLogits=true)", L.BinaryCrossentropy(from_logits=True), logits, yes_no),
    (
        "binary_crossentropy(fromLogits=true, labelSmoothing=0.3)",
        L.BinaryCrossentropy(from_logits=True, label_smoothing=0.3),
        logits,
        yes_no,
    ),
]
losses = [
    {"name": name, "prediction": listed(p), "target": listed(t), "value": float(loss(t, p))} for name, loss, p, t in cases
]

# one epoch of three batches, the last one smaller
count = 21
outputs = np.float32(np.round(random.uniform(0, 1, (count, 3)), 3))
outputs[0, 0], outputs[1, 1], outputs[2, 2] = 0, 1, 0.5
targets = np.float32(outputs + random.normal(size=(count, 3)) * 0.5 > 0.55)
M = keras.metrics
kinds = {
    "auc": M.AUC(),
    "auc(curve=PR)": M.AUC(curve="PR"),
    "auc(numThresholds=10)": M.AUC(num_thresholds=10),
    "precision": M.Precision(),
    "precision(thresholds=0.8)": M.Precision(thresholds=0.8),
    "recall": M.Recall(),
    "recall(thresholds=0.3, classId=1)": M.Recall(thresholds=0.3, class_id=1),
    "mean_squared_error": M.MeanSquaredError(),
}
for metric in kinds.values():
    for first in range(0, count, 8):
        metric.update_state(targets[first : first + 8], outputs[first : first + 8])
metrics = {
    "outputs": listed(outputs),
    "targets": listed(targets),
    "values": {name: float(metric.result()) for name, metric in kinds.items()},
}

content = {
    "origin": f"keras {keras.__version__}, {keras.backend.backend()}, by objective.py",
    "x": listed(x),
    "activations": activations,
    "approximateGelu": approximate,
    "losses": losses,
    "metrics": metrics,
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(content, indent=1) + "\n")
