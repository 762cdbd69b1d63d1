"""Golden losses drawn anew: value, value per sample and gradient in float64."""
import numpy as np
import torch
import torch.nn.functional as F

from golden_files import tolerance
from training import HIGH, LOW


def cross_entropy(p, target):
    """-sum t log p of rows that are divided by their sum and clipped."""
    return -(target * (p / p.sum(-1, keepdim=True)).clamp(LOW, HIGH).log()).sum(-1)


def binary(p, target):
    p = p.clamp(LOW, HIGH)
    return -(target * p.log() + (1 - target) * (1 - p).log()).mean(-1)


PER_ROW = {
    "softmax_crossentropy": lambda x, t: -(t * torch.log_softmax(x, -1)).sum(-1),
    "categorical_crossentropy": cross_entropy,
    "sparse_categorical_crossentropy": cross_entropy,
    "binary_crossentropy": binary,
    "binary_crossentropy_logits": lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none").mean(-1),
    "mse": lambda x, t: ((x - t) ** 2).mean(-1),
    "mae": lambda x, t: (x - t).abs().mean(-1),
}


def draw_target(random, op, tensor):
    shape = tensor["shape"]
    if op.startswith("binary"):
        return np.float32(random.integers(0, 2, shape) if random.random() < 0.5 else random.random(shape))
    if op in ("mse", "mae"):
        return np.float32(random.normal(size=shape))
    return np.float32(np.eye(shape[-1])[random.integers(0, shape[-1], shape[:-1])])


def compute(op, attrs, x, target, dtype):
    x = torch.tensor(x, dtype=dtype, requires_grad=True)
    if op == "l1_l2_penalty":
        loss, found = attrs["l1"] * x.abs().sum() + attrs["l2"] * (x * x).sum(), {}
    else:
        rows = PER_ROW[op](x, target if target.dtype == torch.long else target.to(dtype))
        loss, found = rows.mean(), {"per_sample": rows}
    found.update(loss=loss, grad=torch.autograd.grad(loss, x)[0])
    return {name: value.detach().numpy() for name, value in found.items()}


def remake(random, folder, case):
    op, tensors = case["op"], case["tensors"]
    name = next(key for key, tensor in tensors.items() if tensor["role"] == "input")
    shape = tensors[name]["shape"]
    x = random.normal(size=shape) * (3 if name == "logits" else 1)
    if name == "probs":
        x = random.uniform(0.01, 0.99, shape)
        x = x if op.startswith("binary") else x / x.sum(-1, keepdims=True)
    x = np.float32(x)
    made, target = {name: ("input", x, None)}, None
    if "target" in tensors:
        if tensors["target"]["dtype"] == "I32":
            labels = random.integers(0, shape[-1], tensors["target"]["shape"]).astype(np.int32)
            made["target"], target = ("const", labels, None), F.one_hot(torch.tensor(labels).long(), shape[-1])
        else:
            values = draw_target(random, op, tensors["target"])
            made["target"], target = ("const", values, None), torch.tensor(values)
        target = target.double()
    exact, twin = (compute(op, case["attrs"], x, target, dtype) for dtype in (torch.float64, torch.float32))
    for key, value in exact.items():
        full, role = (f"grad.{name}", "grad") if key == "grad" else (key, "output")
        if full in tensors:
            wide = value.reshape(tensors[full]["shape"])
            made[full] = (role, wide, tolerance(value, [twin[key]]))
    folder.add("loss", op, case["attrs"], made)
