"""Draws test/models/layers/keras-layers.json: outputs and gradients of layers, computed by Keras on TensorFlow.

  python -m venv venv && venv/bin/pip install keras tensorflow-cpu torch
  venv/bin/python test/golden-maker/keras_layers.py

L = sum(dy * y) is differentiated by the inputs and by the weights, in inference mode.
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np
import tensorflow as tf
import torch

image = [2, 4, 3, 4]
cases = [
    ("Multiply", {}, [[2, 3, 4]] * 3),
    ("Average", {}, [[2, 3, 4]] * 3),
    ("Maximum", {}, [[2, 3, 4]] * 3),
    ("Minimum", {}, [[2, 3, 4]] * 2),
    ("Subtract", {}, [[2, 3, 4]] * 2),
    ("Add", {}, [[2, 7]] * 3),
    ("LeakyReLU", {}, [[3, 7]]),
    ("LeakyReLU", {"negative_slope": 0.1}, [image]),
    ("PReLU", {}, [[3, 7]]),
    ("PReLU", {"shared_axes": [1, 2]}, [image]),
    ("ReLU", {}, [[3, 7]]),
    ("ReLU", {"max_value": 0.5, "threshold": 0.2}, [[3, 7]]),
    ("ReLU", {"max_value": 0.6, "negative_slope": 0.25, "threshold": 0.3}, [image]),
    ("ReLU", {"negative_slope": 0.25}, [[3, 7]]),
    ("Softmax", {}, [[3, 7]]),
    ("Softmax", {"axis": 1}, [[3, 5, 4]]),
    ("Rescaling", {"scale": 0.25, "offset": -1.0}, [[3, 7]]),
    ("SeparableConv2D", {"filters": 3, "kernel_size": 3}, [image]),
    (
        "SeparableConv2D",
        {"filters": 4, "kernel_size": [3, 2], "strides": 2, "padding": "same", "depth_multiplier": 2, "activation": "tanh"},
        [image],
    ),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 2, "dilation_rate": 2, "use_bias": False}, [image]),
    ("SpatialDropout2D", {"rate": 0.5}, [image]),
    ("GroupNormalization", {"groups": 2}, [image]),
    ("GroupNormalization", {"groups": -1, "epsilon": 0.1, "scale": False}, [image]),
    ("GroupNormalization", {"groups": 2, "center": False}, [[3, 8]]),
    ("RepeatVector", {"n": 3}, [[2, 5]]),
    ("Permute", {"dims": [3, 1, 2]}, [image]),
    ("LayerNormalization", {}, [[3, 7]]),
    ("Conv2DTranspose", {"filters": 3, "kernel_size": 3, "strides": 2}, [image]),
]


def listed(array):
    # nine digits are a float32 exactly
    return {"shape": list(array.shape), "values": [float(f"{v:.9g}") for v in np.asarray(array).ravel().tolist()]}


def draw(random, shape):
    return random.uniform(-1, 1, shape).astype(np.float32)


def run(index, class_name, config, shapes):
    random = np.random.default_rng(1000 + index)
    keras.backend.clear_session()
    layer = getattr(keras.layers, class_name)(**config)
    inputs = [tf.constant(draw(random, shape)) for shape in shapes]
    given = inputs if len(inputs) > 1 else inputs[0]
    layer(given)
    layer.set_weights([draw(random, w.shape) for w in layer.weights])
    with tf.GradientTape() as tape:
        for x in inputs:
            tape.watch(x)
        y = layer(given, training=False)
        dy = draw(random, y.shape)
        loss = tf.reduce_sum(y * dy)
    weights = layer.trainable_variables
    gradients = tape.gradient(loss, inputs + [w.value for w in weights])
    return {
        "class_name": class_name,
        "config": config,
        "automatic_name": layer.name,
        "inputs": [listed(x) for x in inputs],
        "weights": {w.name: listed(w) for w in weights},
        "dy": listed(dy),
        "output": listed(y),
        "input_gradients": [listed(g) for g in gradients[: len(inputs)]],
        "weight_gradients": {w.name: listed(g) for w, g in zip(weights, gradients[len(inputs) :])},
    }


def run_optimizers():
    """Twenty steps of three parameters whose gradients are given."""
    random = np.random.default_rng(7)
    start = draw(random, [3])
    gradients = 2 * draw(random, [20, 3])
    result = {"start": listed(start), "gradients": listed(gradients), "after": {}}
    makers = {
        "Adamax": lambda: keras.optimizers.Adamax(learning_rate=0.01),
        "Nadam": lambda: keras.optimizers.Nadam(learning_rate=0.01),
        "Adam": lambda: keras.optimizers.Adam(learning_rate=0.01),
    }
    for name, make in makers.items():
        optimizer = make()
        parameter = keras.Variable(start)
        rows = []
        for g in gradients:
            optimizer.apply([tf.constant(g)], [parameter])
            rows.append(parameter.numpy().copy())
        result["after"][name] = listed(np.stack(rows))
    result["after"]["NAdam of PyTorch"] = listed(torch_nadam(start, gradients))
    return result


def torch_nadam(start, gradients):
    parameter = torch.nn.Parameter(torch.tensor(start))
    optimizer = torch.optim.NAdam([parameter], lr=0.01, momentum_decay=0.004)
    rows = []
    for g in gradients:
        parameter.grad = torch.tensor(g)
        optimizer.step()
        rows.append(parameter.detach().numpy().copy())
    return np.stack(rows)


origin = f"test/golden-maker/keras_layers.py, Keras {keras.__version__}, TensorFlow {tf.__version__}, PyTorch {torch.__version__}"
layers = [run(i, *case) for i, case in enumerate(cases)]
folder = pathlib.Path(__file__).parent.parent
(folder / "models/layers/keras-layers.json").write_text(json.dumps({"origin": origin, "layers": layers}) + "\n")
optimizers = {"origin": origin, **run_optimizers()}
(folder / "kernels/optimizers/keras-optimizers.json").write_text(json.dumps(optimizers) + "\n")
