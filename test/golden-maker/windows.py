"""Keras's convolutions and poolings on PyTorch tensors [n, h, w, c], from the texts of test/golden/README.md."""
import torch
import torch.nn.functional as F

from layers import channels_first, channels_last, padded


def reach(size, dilation):
    """Pixels from the first to the last of a window, for each axis."""
    return [(side - 1) * gap + 1 for side, gap in zip(size, dilation)]


def sliding(x, weight, bias, attrs, groups):
    """weight [k, c / groups, kh, kw]"""
    x = padded(channels_first(x), attrs, reach(weight.shape[2:], attrs["dilation"]))
    y = F.conv2d(x.contiguous(), weight.contiguous(), bias, attrs["strides"], 0, attrs["dilation"], groups)
    return channels_last(y)


def conv2d(attrs, x, kernel, bias=None):
    return sliding(x, kernel.permute(3, 2, 0, 1), bias, attrs, attrs["groups"])


def depthwise_conv2d(attrs, x, kernel, bias=None):
    height, width, channels, multiplier = kernel.shape
    weight = kernel.permute(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
    return sliding(x, weight, bias, attrs, channels)


def conv2d_transpose(attrs, x, kernel, bias=None):
    """Of the full result 'same' keeps n * s pixels behind those that conv2d would pad; what is beyond it is 0."""
    weight = kernel.permute(3, 2, 0, 1)  # [kh, kw, OUT, IN] to [IN, OUT, kh, kw]
    full = channels_last(F.conv_transpose2d(channels_first(x).contiguous(), weight.contiguous(), stride=attrs["strides"]))
    for axis, (window, stride) in enumerate(zip(kernel.shape[:2], attrs["strides"]), 1):
        more = max(window - stride, 0)
        before = more // 2 if attrs["padding"] == "same" else 0
        length = x.shape[axis] * stride + (0 if attrs["padding"] == "same" else more)
        missing = max(length - (full.shape[axis] - before), 0)
        full = F.pad(full, (0, 0) * (3 - axis) + (0, missing)).narrow(axis, before, length)
    return full if bias is None else full + bias


def max_pool2d(attrs, x):
    x = padded(channels_first(x), attrs, attrs["pool_size"], float("-inf")).contiguous()
    return channels_last(F.max_pool2d(x, attrs["pool_size"], attrs["strides"]))


def avg_pool2d(attrs, x):
    """'same' divides by the number of real pixels."""
    x = channels_first(x)
    mean = [
        F.avg_pool2d(padded(values, attrs, attrs["pool_size"]), attrs["pool_size"], attrs["strides"])
        for values in (x, torch.ones_like(x))
    ]
    return channels_last(mean[0] / mean[1])
