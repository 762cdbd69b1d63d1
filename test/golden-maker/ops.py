"""Golden ops drawn anew: values and gradients in float64."""
import numpy as np
import torch
import torch.nn.functional as F

import windows
from golden_files import tolerance
from layers import upsampling, zero_padding


def reduction(function):
    return lambda attrs, x: function(x, attrs["axes"], attrs["keepdims"])


def moment(x, mean, variance, attrs, gamma, beta):
    return gamma * (x - mean) / torch.sqrt(variance + attrs["epsilon"]) + beta


def batch_norm_train(attrs, x, gamma, beta, moving_mean, moving_variance):
    axes = tuple(range(x.ndim - 1))
    mean, variance = x.mean(axes), x.var(axes, unbiased=False)
    keep = attrs["momentum"]
    return {
        "y": moment(x, mean, variance, attrs, gamma, beta),
        "moving_mean_new": keep * moving_mean + (1 - keep) * mean,
        "moving_variance_new": keep * moving_variance + (1 - keep) * variance,
    }


def layer_norm(attrs, x, gamma, beta):
    mean, variance = x.mean(-1, keepdim=True), x.var(-1, unbiased=False, keepdim=True)
    return moment(x, mean, variance, attrs, gamma, beta)


def matmul(attrs, a, b):
    turned = [m.transpose(-1, -2) if attrs[f"transpose_{name}"] else m for name, m in (("a", a), ("b", b))]
    return torch.matmul(*turned)


def cut(attrs, x):
    lists = zip(attrs["begin"], attrs["size"], attrs["strides"])
    return x[tuple(slice(begin, begin + size, step) for begin, size, step in lists)]


def pad(attrs, x):
    sides = [side for pair in reversed(attrs["paddings"]) for side in pair]
    return F.pad(x, sides, value=attrs["value"])


def first_largest(attrs, x):
    return torch.tensor(np.argmax(x.detach().numpy(), attrs["axis"]).astype(np.int32))


OPS = {
    **{name: getattr(windows, name) for name in ("conv2d", "depthwise_conv2d", "conv2d_transpose", "max_pool2d", "avg_pool2d")},
    "global_avg_pool2d": lambda attrs, x: x.mean((1, 2)),
    "global_max_pool2d": lambda attrs, x: x.amax((1, 2)),
    "upsample2d": lambda attrs, x: upsampling(attrs, None, x),
    "zero_padding2d": lambda attrs, x: zero_padding(attrs, None, x),
    "dense": lambda attrs, x, kernel, bias=None: x @ kernel + (0 if bias is None else bias),
    "matmul": matmul,
    "add": lambda attrs, a, b: a + b,
    "sub": lambda attrs, a, b: a - b,
    "mul": lambda attrs, a, b: a * b,
    "div": lambda attrs, a, b: a / b,
    "maximum": lambda attrs, a, b: torch.maximum(a, b),
    "minimum": lambda attrs, a, b: torch.minimum(a, b),
    "pow_tensor": lambda attrs, a, b: a**b,
    "pow": lambda attrs, x: x ** attrs["exponent"],
    "relu": lambda attrs, x: torch.relu(x),
    "leaky_relu": lambda attrs, x: F.leaky_relu(x, attrs["alpha"]),
    "elu": lambda attrs, x: F.elu(x, attrs["alpha"]),
    "selu": lambda attrs, x: torch.selu(x),
    "sigmoid": lambda attrs, x: torch.sigmoid(x),
    "tanh": lambda attrs, x: torch.tanh(x),
    "softplus": lambda attrs, x: torch.logaddexp(x, torch.zeros_like(x)),
    "exp": lambda attrs, x: x.exp(),
    "abs": lambda attrs, x: x.abs(),
    "square": lambda attrs, x: x * x,
    "neg": lambda attrs, x: -x,
    "log": lambda attrs, x: x.log(),
    "sqrt": lambda attrs, x: x.sqrt(),
    "softmax": lambda attrs, x: torch.softmax(x, attrs["axis"]),
    "log_softmax": lambda attrs, x: torch.log_softmax(x, attrs["axis"]),
    "reduce_sum": reduction(torch.sum),
    "reduce_mean": reduction(torch.mean),
    "reduce_max": reduction(torch.amax),
    "reduce_min": reduction(torch.amin),
    "reduce_variance": lambda attrs, x: x.var(attrs["axes"], unbiased=False, keepdim=attrs["keepdims"]),
    "argmax": first_largest,
    "reshape": lambda attrs, x: x.reshape(attrs["shape"]),
    "transpose": lambda attrs, x: x.permute(attrs["perm"]),
    "concat": lambda attrs, *inputs, **named: torch.cat([*inputs, *named.values()], attrs["axis"]),
    "slice": cut,
    "pad": pad,
    "gather": lambda attrs, x, indices: x.index_select(attrs["axis"], indices),
    "one_hot": lambda attrs, indices: F.one_hot(indices.long(), attrs["depth"]).double(),
    "batch_norm_train": batch_norm_train,
    "batch_norm_infer": lambda attrs, x, gamma, beta, moving_mean, moving_variance: moment(
        x, moving_mean, moving_variance, attrs, gamma, beta
    ),
    "layer_norm": layer_norm,
    "dropout": lambda attrs, x, mask: x * mask / (1 - attrs["rate"]),
}

POSITIVE = {("log", "x"), ("sqrt", "x"), ("pow", "x"), ("pow_tensor", "a")}
TIES = {"max_pool2d", "reduce_max", "reduce_min", "argmax"}  # where PyTorch's gradient of ties is Keras's


def draw(random, case, name):
    op, attrs, shape = case["op"], case["attrs"], case["tensors"][name]["shape"]
    if name == "indices":
        x = case["tensors"].get("x")
        return random.integers(0, x["shape"][attrs["axis"]] if x else attrs["depth"], shape).astype(np.int32)
    if name == "mask":
        return np.float32(random.random(shape) >= attrs["rate"])
    if name == "moving_variance" or (op, name) in POSITIVE:
        return np.float32(random.uniform(0.2, 3, shape))
    values = random.normal(size=shape) * (100 if attrs.get("extreme") else 1)
    if (op, name) == ("div", "b"):
        values = np.sign(values) * random.uniform(0.3, 3, shape)
    if "negative" in case["name"]:
        values = -np.abs(values)
    if "at_zero" in attrs:
        values = np.round(values)
    elif op in TIES and (attrs.get("ties") or random.random() < 0.5):
        values = np.round(2 * values) / 2
    return np.float32(values)


def compute(case, given, cotangent, dtype):
    """Outputs, and gradients as grad.<name>."""
    tensors = case["tensors"]
    wanted = [name for name in given if f"grad.{name}" in tensors]
    values = {
        name: torch.tensor(array) if array.dtype == np.int32 else torch.tensor(array, dtype=dtype, requires_grad=name in wanted)
        for name, array in given.items()
    }
    found = OPS[case["op"]](case["attrs"], **values)
    found = found if isinstance(found, dict) else {"y": found}
    if wanted:
        seed = torch.tensor(cotangent, dtype=dtype)
        slopes = torch.autograd.grad(found["y"], [values[name] for name in wanted], seed)
        found.update({f"grad.{name}": slope for name, slope in zip(wanted, slopes)})
    return {name: value.detach().numpy() for name, value in found.items()}


def remake(random, folder, case):
    tensors = case["tensors"]
    given = {name: draw(random, case, name) for name, t in tensors.items() if t["role"] in ("input", "param", "const")}
    cotangent = np.float32(random.normal(size=tensors["cotangent"]["shape"])) if "cotangent" in tensors else None
    exact, twin = (compute(case, given, cotangent, dtype) for dtype in (torch.float64, torch.float32))
    made = {name: (tensors[name]["role"], array, None) for name, array in given.items()}
    if cotangent is not None:
        made["cotangent"] = ("cotangent", cotangent, None)
    for name, value in exact.items():
        assert list(value.shape) == tensors[name]["shape"], (case["name"], name, value.shape)
        made[name] = (tensors[name]["role"], value, tolerance(value, [twin[name]]))
    folder.add("op", case["op"], case["attrs"], made)
