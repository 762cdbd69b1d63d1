"""Keras's layers on PyTorch tensors [n, h, w, c], from the texts of test/golden/README.md and not from wgrad's code."""
import torch
import torch.nn.functional as F

ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": torch.relu,
    "selu": torch.selu,
    "sigmoid": torch.sigmoid,
    "softmax": lambda x: torch.softmax(x, -1),
}


def activated(x, layer):
    return ACTIVATIONS[layer.get("activation", "linear")](x)


def same(size, window, stride):
    """Padding before and behind, so that ceil(size / stride) windows fit."""
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


def padded(x, layer, window, value=0.0):
    """x [n, c, h, w]"""
    if layer["padding"] == "valid":
        return x
    (top, bottom), (left, right) = (same(x.shape[2 + i], window[i], layer["strides"][i]) for i in range(2))
    return F.pad(x, (left, right, top, bottom), value=value)


def channels_first(x):
    return x.permute(0, 3, 1, 2)


def channels_last(x):
    return x.permute(0, 2, 3, 1)


def convolution(layer, weights, x):
    kernel = weights["kernel"].permute(3, 2, 0, 1).contiguous()  # [kh, kw, c, k] to [k, c, kh, kw]
    x = padded(channels_first(x), layer, layer["kernel_size"])
    return activated(channels_last(F.conv2d(x.contiguous(), kernel, weights["bias"], layer["strides"])), layer)


def max_pooling(layer, _, x):
    x = padded(channels_first(x), layer, layer["pool_size"], float("-inf"))
    return channels_last(F.max_pool2d(x, layer["pool_size"], layer["strides"]))


def upsampling(layer, _, x):
    return x.repeat_interleave(layer["size"][0], 1).repeat_interleave(layer["size"][1], 2)


def zero_padding(layer, _, x):
    (top, bottom), (left, right) = layer["padding"]
    return F.pad(x, (0, 0, left, right, top, bottom))


LAYERS = {
    "Conv2D": convolution,
    "Dense": lambda layer, weights, x: activated(x @ weights["kernel"] + weights["bias"], layer),
    "MaxPooling2D": max_pooling,
    "UpSampling2D": upsampling,
    "ZeroPadding2D": zero_padding,
    "GlobalAveragePooling2D": lambda layer, weights, x: x.mean((1, 2)),
    "Flatten": lambda layer, weights, x: x.flatten(1),
    "Dropout": lambda layer, weights, x: x,  # disabled in the cases
    "Activation": lambda layer, weights, x: activated(x, layer),
    "Add": lambda layer, weights, *inputs: sum(inputs[1:], inputs[0]),
}


def batch_normalization(layer, weights, x, training):
    axes = tuple(range(x.ndim - 1))
    if training:
        mean, variance = x.mean(axes), x.var(axes, unbiased=False)
        keep = layer["momentum"]
        for name, value in (("moving_mean", mean), ("moving_variance", variance)):
            weights[name] = (keep * weights[name] + (1 - keep) * value).detach()
    else:
        mean, variance = weights["moving_mean"], weights["moving_variance"]
    return weights["gamma"] * (x - mean) / torch.sqrt(variance + layer["epsilon"]) + weights["beta"]


def run(layers, weights, x, training):
    """The output of the last layer; weights by layer and name. Training moves the statistics in `weights`."""
    values = {"input": x}
    for layer in layers:
        inputs = [values[name] for name in layer["inputs"]]
        own = weights.get(layer["name"], {})
        if layer["type"] == "BatchNormalization":
            y = batch_normalization(layer, own, inputs[0], training)
        elif layer["type"] == "DenseTranspose":
            y = activated(inputs[0] @ weights[layer["tied"]]["kernel"].t() + own["bias"], layer)
        else:
            y = LAYERS[layer["type"]](layer, own, *inputs)
        values[layer["name"]] = y
    return values[layers[-1]["name"]]
