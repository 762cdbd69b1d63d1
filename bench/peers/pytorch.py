"""PyTorch's rows: eager, on the CPU or on CUDA. Run as: pytorch.py FOLDER SECONDS BACKEND; prints one line of JSON."""
import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

folder, seconds, backend = sys.argv[1], float(sys.argv[2]), sys.argv[3]
device = torch.device(backend.split("-")[0])
CHECKED_STEPS = 4


def flat_classifier():
    return nn.Sequential(nn.Linear(784, 1000), nn.Sigmoid(), nn.Linear(1000, 1000), nn.Sigmoid(), nn.Linear(1000, 10))


def deep_autoencoder():
    sizes = [784, 1000, 500, 250, 32, 250, 500, 1000]
    hidden = [layer for m, n in zip(sizes, sizes[1:]) for layer in (nn.Linear(m, n), nn.ReLU())]
    return nn.Sequential(*hidden, nn.Linear(1000, 784))


def convolutional_autoencoder():
    def convolution(channels, filters):
        return [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU()]

    return nn.Sequential(
        *convolution(1, 16), nn.MaxPool2d(2),
        *convolution(16, 8), nn.MaxPool2d(2),
        *convolution(8, 8), nn.Upsample(scale_factor=2),
        *convolution(8, 16), nn.Upsample(scale_factor=2),
        nn.Conv2d(16, 1, 3, padding=1),
    )


def two_convolutions(filters, windows, hidden):
    (first, second), (window1, window2) = filters, windows
    return [
        nn.Conv2d(3, first, window1, padding="same"), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(first, second, window2, padding="same"), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * second, hidden), nn.ReLU(), nn.Linear(hidden, 10),
    ]


def normalized_network():
    def normalized(channels, filters, padding):
        norm = nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)
        return [nn.Conv2d(channels, filters, 3, padding=padding), norm, nn.ReLU()]

    def block(channels, filters):
        layers = normalized(channels, filters, "same") + normalized(filters, filters, "valid")
        return layers + [nn.MaxPool2d(2), nn.Dropout(0.25)]

    return nn.Sequential(
        *block(3, 32), *block(32, 64),
        nn.Flatten(), nn.Linear(64 * 36, 512), nn.ReLU(), nn.Dropout(0.5), nn.Linear(512, 25),
    )


def unpadded_network():
    sizes = [3, 32, 64, 128, 256, 512, 1024]
    layers = []
    for channels, filters in zip(sizes, sizes[1:]):
        layers += [nn.Conv2d(channels, filters, 3), nn.ReLU()]
        if filters in (64, 512, 1024):
            layers.append(nn.MaxPool2d(2))
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Linear(1024, 500), nn.ReLU(), nn.Dropout(0.5), nn.Linear(500, 100),
    )


def clipped_binary_cross_entropy(probabilities, target):
    """Clips as Keras does; torch alone would cut the logarithm at -100."""
    return F.binary_cross_entropy(probabilities.clamp(1e-7, 1 - 1e-7), target)


def sgd(rate, **options):
    return lambda parameters: torch.optim.SGD(parameters, lr=rate, **options)


# network up to its logits (svhn-c: probabilities), loss, optimizer
WORKLOADS = {
    "svhn-c": (
        lambda: nn.Sequential(*two_convolutions((16, 512), (5, 7), 20), nn.Softmax(1)),
        clipped_binary_cross_entropy,
        lambda parameters: torch.optim.Adagrad(parameters, lr=0.01, eps=1e-8),
    ),
    "cifar10-b": (
        lambda: nn.Sequential(*two_convolutions((64, 64), (3, 3), 512)), F.cross_entropy, sgd(1e-3)
    ),
    "cifar25-bn": (normalized_network, F.cross_entropy, sgd(0.01, momentum=0.9, nesterov=True)),
    "cifar100-cnn": (unpadded_network, F.cross_entropy, sgd(0.01)),
    "mlp": (flat_classifier, F.cross_entropy, sgd(0.01)),
    "ae32": (
        lambda: nn.Sequential(nn.Linear(784, 32), nn.Sigmoid(), nn.Linear(32, 784)),
        F.binary_cross_entropy_with_logits,
        sgd(1),
    ),
    "deep-ae": (deep_autoencoder, F.binary_cross_entropy_with_logits, sgd(1)),
    "conv-ae": (
        convolutional_autoencoder,
        F.binary_cross_entropy_with_logits,
        lambda parameters: torch.optim.Adadelta(parameters, lr=1, rho=0.95, eps=1e-7),
    ),
}


def load_parameters(job):
    """The arrays of the weight file, in Keras's layer order and layout but with filters as [k, c, kh, kw]."""
    values = np.fromfile(f"{folder}/weights.channels-first.f32", dtype=np.float32)
    arrays, at = [], 0
    for parameter in job["parameters"]:
        shape = parameter["shape"]
        size = int(np.prod(shape))
        filters = [shape[3], shape[2], shape[0], shape[1]] if len(shape) == 4 else shape
        arrays.append(torch.from_numpy(values[at : at + size].reshape(filters)))
        at += size
    return arrays


def set_weights(network, arrays):
    """Returns the number of parameters, moving statistics included."""
    count, given = 0, iter(arrays)
    for layer in network:
        tensors = [layer.weight.data, layer.bias.data] if hasattr(layer, "weight") else []
        if isinstance(layer, nn.BatchNorm2d):
            tensors += [layer.running_mean, layer.running_var]
        for tensor in tensors:
            values = next(given)
            tensor.copy_(values.t() if isinstance(layer, nn.Linear) and values.ndim == 2 else values)
            count += tensor.numel()
    return count


def training_step(job):
    make_network, loss_of, make_optimizer = WORKLOADS[job["workload"]]
    network = make_network()
    count = set_weights(network, load_parameters(job))
    network.to(device).train()
    optimizer = make_optimizer(network.parameters())
    shape = job["inputShape"]
    pixels = np.fromfile(f"{folder}/inputs.channels-first.u8", dtype=np.uint8).astype(np.float32) / 255
    sample = [shape[2], shape[0], shape[1]] if len(shape) == 3 else shape
    x = torch.from_numpy(pixels.reshape([job["batch"], *sample])).to(device)
    y = x
    if "classes" in job:
        labels = torch.from_numpy(np.fromfile(f"{folder}/labels.u8", dtype=np.uint8).astype(np.int64)).to(device)
        y = F.one_hot(labels, job["classes"]).float() if job["workload"] == "svhn-c" else labels

    def run():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(network(x), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return run, count


def product(job):
    a, b = (matrix.to(device) for matrix in load_parameters(job))
    return lambda: torch.matmul(a, b)[-1].square().mean().item(), a.numel() + b.numel()


def time_steps(run):
    """As time-steps.ts does it: a few checked steps, then as many as fit."""
    losses = []

    def timed():
        start = time.perf_counter()
        losses.append(run())
        return time.perf_counter() - start

    once = timed()
    while len(losses) < 2 or (len(losses) < CHECKED_STEPS and once < seconds):
        once = timed()
    times = [once]
    if once <= 2 * seconds:
        times, end = [], time.perf_counter() + seconds
        while time.perf_counter() < end or len(times) < 5:
            times.append(timed())
    ms = sorted(1000 * each for each in times)
    spread = {"median": ms[len(ms) // 2], "min": ms[0], "max": ms[-1]}
    return {
        "ms": spread, "runs": len(ms), "losses": losses[:CHECKED_STEPS], "lastLoss": losses[-1], "steps": len(losses)
    }


def main():
    if device.type == "cuda":
        if not torch.cuda.is_available():
            raise RuntimeError("PyTorch finds no CUDA device.")
        torch.backends.cuda.matmul.allow_tf32 = False  # float32, as the others
        torch.backends.cudnn.allow_tf32 = False
    if backend.endswith("-threads"):
        torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.manual_seed(1)
    with open(f"{folder}/job.json", encoding="utf-8") as file:
        job = json.load(file)
    run, count = (product if job["workload"] == "product" else training_step)(job)
    outcome = time_steps(run)
    thread_count = torch.get_num_threads()
    threads = "one thread" if thread_count == 1 else f"{thread_count} threads"
    where = torch.cuda.get_device_name() if device.type == "cuda" else threads
    print(json.dumps({**outcome, "parameters": count, "versions": {"torch": torch.__version__}, "device": where}))


try:
    main()
except Exception as error:  # the parent makes a row of it
    print(json.dumps({"error": str(error)}))
    sys.exit(1)
