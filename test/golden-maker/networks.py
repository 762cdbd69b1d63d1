"""Golden networks drawn anew: the graphs of an existing folder with other images, labels and weights."""
import numpy as np
import torch

from golden_files import tolerance
from layers import run
from training import Optimizer, loss_of

DISTURBANCE = 3e-7  # of a twin's weights: stands for other orders of summation
DISTURBED = 8  # such twins: a maximum of two values that are almost equal goes the other way in a few of them only
CHAOS = 1e-4  # rounding decides what a float32 twin has wrong by more than this part


def draw(random, attrs, shapes):
    """Images, labels (None: the target is the input) and weights, rounded to float32."""
    size = (attrs["batch"], *attrs["input_shape"])
    encodes = attrs["target"] == "x"
    x = random.uniform(0, 1, size) if encodes else random.normal(size=size)
    labels = None if encodes else random.integers(0, shapes["output"][-1], attrs["batch"]).astype(np.int32)
    weights = {}
    for name in attrs["params"]:
        shape, kind = shapes[f"w.{name}"], name.split(".")[-1]
        if kind == "kernel":
            fans = np.prod(shape[:-2], dtype=float) * (shape[-2] + shape[-1])
            weights[name] = random.uniform(-1, 1, shape) * np.sqrt(6 / fans)
        elif kind in ("gamma", "moving_variance"):
            weights[name] = random.uniform(0.7, 1.4, shape)
        else:
            weights[name] = 0.05 * random.normal(size=shape)
    return np.float32(x), labels, {name: np.float32(values) for name, values in weights.items()}


def disturb(random, weights):
    return {n: np.float32(w * (1 + DISTURBANCE * random.normal(size=w.shape))) for n, w in weights.items()}


def train(attrs, drawn, dtype):
    """What a case holds, computed in `dtype`."""
    x, labels, weights = drawn
    x = torch.tensor(x, dtype=dtype)
    target = x.flatten(1).reshape(x.shape) if labels is None else None
    nested = {}
    for name, values in weights.items():
        layer, kind = name.rsplit(".", 1)
        nested.setdefault(layer, {})[kind] = torch.tensor(values, dtype=dtype)
    trained = [nested[name.rsplit(".", 1)[0]][name.rsplit(".", 1)[1]].requires_grad_() for name in attrs["trainable"]]
    start = [p.detach().clone() for p in trained]
    classes = run(attrs["layers"], nested, x, False).shape[-1]
    if labels is not None:
        target = torch.nn.functional.one_hot(torch.tensor(labels).long(), classes).to(dtype)
    found = {"output_inference": run(attrs["layers"], nested, x, False)}
    optimizer, losses = Optimizer(attrs["optimizer"], trained), []
    for step in range(attrs["steps"]):
        output = run(attrs["layers"], nested, x, True)
        loss = loss_of(attrs["loss"], output, target)
        gradients = torch.autograd.grad(loss, trained)
        if step == 0:
            found.update(output=output, loss=loss)
            found.update({f"grad.{name}": g for name, g in zip(attrs["trainable"], gradients)})
        losses.append(loss.detach())
        optimizer.update(gradients)
    found["losses"] = torch.stack(losses)
    found["output_inference_after"] = run(attrs["layers"], nested, x, False)
    found["loss_after"] = loss_of(attrs["loss"], run(attrs["layers"], nested, x, True), target)
    found["final_sum"] = torch.stack([p.double().sum() for p in trained])
    found["final_l2"] = torch.stack([p.double().norm() for p in trained])
    found["delta_l2"] = torch.stack([(p.double() - q.double()).norm() for p, q in zip(trained, start)])
    return {name: value.detach().numpy() for name, value in found.items()}


def leaves(value, twins, least=1e-12):
    """Whether a twin is off by more than rounding explains, as a part of the largest value (or of `least`)."""
    scale = max(np.abs(value).max(), least)
    return max(np.abs(twin - value).max() for twin in twins) > CHAOS * scale


def first_step_of_chaos(exact, twins):
    """The first update whose outcome the twins' rounding decides; None if there is none. 0: the gradients already."""
    of_twins = {name: [twin[name] for twin in twins] for name in exact}
    gradients = {name: value for name, value in exact.items() if name.startswith("grad.")}
    least = 0.01 * max(np.abs(value).max() for value in gradients.values())  # a bias before a normalization has none
    if any(leaves(value, of_twins[name], least) for name, value in gradients.items()):
        return 0
    for step, loss in enumerate(exact["losses"]):
        if leaves(loss, [losses[step] for losses in of_twins["losses"]]):
            return step
    after = ("loss_after", "output_inference_after", "delta_l2")
    return len(exact["losses"]) if any(leaves(exact[name], of_twins[name]) for name in after) else None


def remake(random, folder, case):
    attrs = case["attrs"]
    shapes = {name: tensor["shape"] for name, tensor in case["tensors"].items()}
    x, labels, weights = drawn = draw(random, attrs, shapes)
    exact = train(attrs, drawn, torch.float64)
    starts = [weights, *(disturb(random, weights) for _ in range(DISTURBED))]
    twins = [train(attrs, (x, labels, start), torch.float32) for start in starts]
    tensors = {"x": ("input", x, None)}
    if labels is not None:
        tensors["labels"] = ("const", labels, None)
    tensors.update({f"w.{name}": ("param", values, None) for name, values in weights.items()})
    chaos = first_step_of_chaos(exact, twins)
    if chaos is not None:
        attrs = {**attrs, "steps": max(chaos, 1), "rounding_decides_from_step": chaos}
        exact["losses"] = exact["losses"][: max(chaos, 1)]
        twins = [{**twin, "losses": twin["losses"][: max(chaos, 1)]} for twin in twins]
    for name, value in exact.items():
        is_gradient, is_later = name.startswith("grad."), "after" in name or name[:5] in ("final", "delta")
        if chaos is not None and (is_later or (is_gradient and chaos == 0)):
            continue
        role = "grad" if is_gradient else "output"
        tensors[name] = (role, value, tolerance(value, [twin[name] for twin in twins]))
    folder.add("network", case["op"], attrs, tensors)
    return chaos
