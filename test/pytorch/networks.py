"""The image networks in PyTorch, written from the texts of the sources and not from wgrad's code.

A network is a line of words; the numbers of filters and units come from the weights. Images are [n, c, h, w] here, wgrad's
and Keras's are [n, h, w, c].
"""
import json
import struct

import numpy as np
import torch
from torch import nn

SAME, VALID = "same relu", "valid relu"
TAIL = "flatten dense relu drop.5 dense"


def improved(before="", after=""):
    """The practical's network: words put before and after the relu of each convolution."""
    first, second = (f"{padding} {before} relu {after}" for padding in ("same", "valid"))
    return f"{first} {second} pool drop.25 {first} {second} pool drop.25 {TAIL}"


NETWORKS = {
    "cifar10-b": f"{SAME} pool {SAME} pool flatten dense relu dense",
    "cifar10-e": f"{SAME} {SAME} pool drop.25 {SAME} {SAME} pool drop.25 {TAIL}",
    "cifar10-f": f"{SAME} {SAME} stride2 relu {SAME} {SAME} stride2 relu flatten dense relu dense",
    "cifar25-base": f"{VALID} pool {VALID} pool flatten dense relu dense",
    "cifar25-improved": improved(),
    "cifar25-bn-before": improved(before="norm"),
    "cifar25-bn-after": improved(after="norm"),
    "cifar100-nn": "flatten dense relu dense relu dense",
    "cifar100-cnn": f"{VALID} {VALID} pool {VALID} {VALID} {VALID} pool {VALID} pool {TAIL}",
}
SAME_NETWORK = {
    "cifar10-c": "cifar10-b",
    "cifar10-d": "cifar10-b",
    "svhn-c": "cifar10-b",
    "svhn-i": "cifar10-b",
    "cifar25-base-aug": "cifar25-base",
}


class MaskedDropout(nn.Module):
    """Dropout with wgrad's masks: what stays is decided by a hash of element, step, stream and seed."""

    def __init__(self, rate, stream, counter):
        super().__init__()
        self.rate, self.stream, self.counter = rate, stream, counter

    def forward(self, x):
        if not self.training:
            return x
        bits = pcg4d(x.numel(), self.counter["step"], self.stream, self.counter["seed"])
        keep = (bits >> np.uint32(8)).astype(np.float32) / np.float32(2**24) >= np.float32(self.rate)
        if x.ndim == 4:
            n, c, h, w = x.shape
            keep = keep.reshape(n, h, w, c).transpose(0, 3, 1, 2)
        return x * torch.from_numpy(np.ascontiguousarray(keep.reshape(x.shape))) / (1 - self.rate)


def pcg4d(count, step, stream, seed):
    """The hash of Jarzynski and Olano (JCGT 9(3), 2020): bits of `count` elements, four from each block."""
    with np.errstate(over="ignore"):
        blocks = np.arange((count + 3) // 4, dtype=np.uint32)
        rest = [np.full_like(blocks, value) for value in (step, stream, seed)]
        x, y, z, w = (v * np.uint32(1664525) + np.uint32(1013904223) for v in (blocks, *rest))
        for turn in range(2):
            x += y * w
            y += z * x
            z += x * y
            w += y * z
            if turn == 0:
                x, y, z, w = (v ^ (v >> np.uint32(16)) for v in (x, y, z, w))
    return np.stack([x, y, z, w], axis=1).reshape(-1)[:count]


class FlattenChannelsLast(nn.Module):
    """In the order of [h, w, c], which is the order of the rows of the dense kernel behind it."""

    def forward(self, x):
        return (x.permute(0, 2, 3, 1) if x.ndim == 4 else x).flatten(1)


class Weights:
    """A safetensors file, read in its order."""

    def __init__(self, path):
        with open(path, "rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            header = json.loads(file.read(size))
            data = file.read()
        entries = [(name, entry) for name, entry in header.items() if name != "__metadata__"]
        entries.sort(key=lambda pair: pair[1]["data_offsets"][0])
        self.left = [(name, array_of(entry, data)) for name, entry in entries]

    def take(self, kind):
        name, values = self.left.pop(0)
        if name.split("/")[1] != kind:
            raise ValueError(f"The weights have {name} where the network has a {kind}.")
        return values


def array_of(entry, data):
    first, end = entry["data_offsets"]
    return torch.from_numpy(np.frombuffer(data[first:end], dtype=np.float32).reshape(entry["shape"]).copy())


def convolution(word, weights):
    kernel, bias = weights.take("kernel"), weights.take("bias")  # [kh, kw, c, k]
    side, _, channels, filters = kernel.shape
    options = {"padding": "same"} if word == "same" else {"stride": 2 if word == "stride2" else 1}
    layer = nn.Conv2d(channels, filters, side, **options)
    layer.weight.data, layer.bias.data = kernel.permute(3, 2, 0, 1).contiguous(), bias
    return layer


def dense(weights):
    kernel, bias = weights.take("kernel"), weights.take("bias")  # [in, out]
    layer = nn.Linear(*kernel.shape)
    layer.weight.data, layer.bias.data = kernel.t().contiguous(), bias
    return layer


def batch_norm(weights):
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    gamma, beta, mean, variance = (weights.take(name) for name in names)
    layer = nn.BatchNorm2d(len(gamma), eps=1e-3, momentum=0.01)  # Keras's momentum is .99 of the old value
    layer.weight.data, layer.bias.data = gamma, beta
    layer.running_mean, layer.running_var = mean, variance
    return layer


def build(experiment, path, dropout_streams, counter):
    """The network of an experiment up to its logits, with the weights of a file."""
    words = NETWORKS[SAME_NETWORK.get(experiment, experiment)].split()
    weights, streams = Weights(path), iter(dropout_streams)
    simple = {"relu": nn.ReLU, "pool": lambda: nn.MaxPool2d(2), "flatten": FlattenChannelsLast}
    layers = []
    for word in words:
        if word.startswith("drop"):
            layers.append(MaskedDropout(float(word[4:]), next(streams), counter))
        elif word == "dense":
            layers.append(dense(weights))
        elif word == "norm":
            layers.append(batch_norm(weights))
        else:
            layers.append(simple[word]() if word in simple else convolution(word, weights))
    if weights.left:
        raise ValueError(f"The network has no {weights.left[0][0]}.")
    return nn.Sequential(*layers)
