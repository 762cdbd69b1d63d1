"""Repeats a wgrad run in PyTorch. Run as: repeat.py FOLDER, where job.ts has put job.json and the images.

Evaluates the run's final weights; with "train" in the job it also trains from the initial ones, on the same images in the
same order. Prints what it found as one line of JSON.
"""
import json
import os
import sys

import numpy as np
import torch
from torch.nn import functional as F

import networks

folder = sys.argv[1]
EVALUATED_AT_ONCE = 250


def read_job():
    with open(f"{folder}/job.json", encoding="utf-8") as file:
        return json.load(file)


def read_images(job, name):
    """float32 [n, c, h, w] and labels [n]."""
    height, width, channels = job["shape"]
    pixels = np.fromfile(f"{folder}/{name}.images.u8", dtype=np.uint8).reshape(-1, height, width, channels) / 255
    if job["standardize"]:
        every = np.fromfile(f"{folder}/all.images.u8", dtype=np.uint8).reshape(-1, channels) / 255
        pixels = pixels - every.mean(axis=0)
        if job["standardize"] == "deviation":
            pixels = pixels / (every.std(axis=0) + 1e-6)
    labels = np.fromfile(f"{folder}/{name}.labels.u8", dtype=np.uint8).astype(np.int64)
    images = torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), dtype=np.float32))
    return images, torch.from_numpy(labels)


def losses_of(job, logits, labels):
    """One for each image."""
    if job["loss"] == "categorical_crossentropy":
        return F.cross_entropy(logits, labels, reduction="none")
    target = F.one_hot(labels, logits.shape[1]).float()
    probabilities = torch.softmax(logits, 1).clamp(1e-7, 1 - 1e-7)  # as Keras clips them
    return F.binary_cross_entropy(probabilities, target, reduction="none").mean(1)


def tally(job, logits, labels):
    right = (logits.argmax(1) == labels).sum().item()
    return np.array([losses_of(job, logits, labels).double().sum().item(), right])


def evaluate(job, network, images, labels):
    network.eval()
    totals = np.zeros(2)
    with torch.no_grad():
        for x, y in zip(images.split(EVALUATED_AT_ONCE), labels.split(EVALUATED_AT_ONCE)):
            totals += tally(job, network(x), y)
    loss, accuracy = totals / len(labels)
    return {"loss": loss, "accuracy": accuracy}


def make_optimizer(given, parameters):
    rate = {"lr": given["learningRate"]}
    if given["name"] == "sgd":
        momentum, nesterov = given.get("momentum", 0), given.get("nesterov", False)
        return torch.optim.SGD(parameters, **rate, momentum=momentum, nesterov=nesterov)
    if given["name"] == "rmsprop":
        return torch.optim.RMSprop(parameters, **rate, alpha=given["rho"], eps=given["epsilon"])
    if given["name"] == "adagrad":
        return torch.optim.Adagrad(parameters, **rate, eps=given["epsilon"])
    raise ValueError(f"There is no {given['name']} here.")


def train(job, disturb):
    """By epoch what wgrad's history has. `disturb`: relative size of changes of the initial weights."""
    counter = {"seed": job["seed"], "step": 0}
    network = networks.build(job["network"], job["initial"], job["dropoutStreams"], counter)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter *= 1 + disturb * torch.randn_like(parameter)
    optimizer = make_optimizer(job["optimizer"], network.parameters())
    decay = job["optimizer"].get("decay", 0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + decay * step))
    sets = {name: read_images(job, name) for name in ["all", "test"]}
    if job["held"]:
        sets["val"] = tuple(part[job["held"]] for part in sets["all"])
    images, labels = sets.pop("all")
    history = {}
    for epoch, order in enumerate(np.fromfile(f"{folder}/orders.u32", dtype=np.uint32).reshape(job["epochs"], -1)):
        network.train()
        totals = np.zeros(2)
        for batch in torch.from_numpy(order.astype(np.int64)).split(job["batch"]):
            optimizer.zero_grad(set_to_none=True)
            logits = network(images[batch])
            losses_of(job, logits, labels[batch]).mean().backward()
            optimizer.step()
            schedule.step()
            counter["step"] += 1
            totals += tally(job, logits.detach(), labels[batch])
        loss, accuracy = totals / len(order)
        logs = {"loss": loss, "accuracy": accuracy}
        for name, (x, y) in sets.items():
            logs.update({f"{name}_{key}": value for key, value in evaluate(job, network, x, y).items()})
        for key, value in logs.items():
            history.setdefault(key, []).append(value)
        print(f"  PyTorch, epoch {epoch + 1}/{job['epochs']}  loss {loss:.4f}", file=sys.stderr, flush=True)
    return history


def main():
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    torch.manual_seed(1)
    job = read_job()
    network = networks.build(job["network"], job["weights"], job["dropoutStreams"], {})
    found = {"versions": {"torch": torch.__version__, "numpy": np.__version__}}
    found["evaluated"] = evaluate(job, network, *read_images(job, "test"))
    if job["train"]:
        found["history"] = train(job, 0)
        found["twins"] = [train(job, 1e-6) for _ in range(job["twins"])]
    print(json.dumps(found))


try:
    main()
except Exception as error:  # the parent says it
    print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
    sys.exit(1)
