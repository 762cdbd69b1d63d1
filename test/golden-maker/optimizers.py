"""Golden optimizers drawn anew: the parameters after each of the given gradients, in float64."""
import numpy as np
import torch

from golden_files import tolerance
from training import Optimizer, clipped


def compute(attrs, parameters, gradients, dtype):
    """parameters [...] and gradients [steps, ...] by number; the parameters after each step."""
    values = [torch.tensor(p, dtype=dtype) for p in parameters]
    given = [torch.tensor(g, dtype=dtype) for g in gradients]
    optimizer, after = Optimizer(attrs, values), []
    for step in range(attrs["steps"]):
        optimizer.update(clipped(attrs, [g[step] for g in given]))
        after.append([p.clone().numpy() for p in values])
    return [np.stack([step[i] for step in after]) for i in range(len(values))]


def remake(random, folder, case):
    attrs, tensors = case["attrs"], case["tensors"]
    numbers = range(attrs["count"])
    parameters = [np.float32(random.normal(size=tensors[f"param0.{i}"]["shape"])) for i in numbers]
    gradients = [np.float32(random.normal(size=tensors[f"grads.{i}"]["shape"])) for i in numbers]
    exact, twin = (compute(attrs, parameters, gradients, dtype) for dtype in (torch.float64, torch.float32))
    made = {}
    for i in numbers:
        made[f"param0.{i}"] = ("param", parameters[i], None)
        made[f"grads.{i}"] = ("input", gradients[i], None)
        made[f"params.{i}"] = ("output", exact[i], tolerance(exact[i], [twin[i]]))
    folder.add("optimizer", case["op"], attrs, made)
