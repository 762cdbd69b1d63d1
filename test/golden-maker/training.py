"""Losses and optimizers by the formulas of test/golden/README.md."""
import math

import torch

LOW, HIGH = 1.0000000116860974e-07, 0.9999998807907104  # the float32 neighbours of 1e-7 and 1 - 1e-7


def loss_of(name, output, target):
    """Mean over the samples and whatever axes remain."""
    if name == "categorical_crossentropy":
        p = (output / output.sum(-1, keepdim=True)).clamp(LOW, HIGH)
        return -(target * p.log()).sum(-1).mean()
    if name == "binary_crossentropy":
        p = output.clamp(LOW, HIGH)
        return -(target * p.log() + (1 - target) * (1 - p).log()).mean()
    raise ValueError(f"There is no loss {name}.")


class Optimizer:
    """attrs as in a case; update() is one step, on a list of tensors."""

    def __init__(self, attrs, parameters):
        self.attrs, self.parameters, self.steps = attrs, parameters, 0
        self.slots = [[torch.zeros_like(p) for _ in range(2)] for p in parameters]

    def rate(self):
        schedule, decay = self.attrs.get("schedule"), self.attrs.get("decay") or 0
        rate = self.attrs["lr"]
        if schedule:
            epoch = self.steps // (self.attrs.get("steps_per_epoch") or 1)
            rate = max(schedule["initial"] * 0.5 ** (epoch // schedule["every"]), schedule["floor"])
        return rate / (1 + decay * self.steps)

    def update(self, gradients):
        step = getattr(self, self.attrs["name"])
        with torch.no_grad():
            for p, g, slots in zip(self.parameters, gradients, self.slots):
                step(p, g, slots, self.rate())
        self.steps += 1

    def sgd(self, p, g, slots, rate):
        momentum = self.attrs.get("momentum") or 0
        velocity = slots[0].mul_(momentum).sub_(rate * g)
        p.add_(momentum * velocity - rate * g if self.attrs.get("nesterov") else velocity)

    def rmsprop(self, p, g, slots, rate):
        squares = slots[0].mul_(self.attrs["rho"]).add_((1 - self.attrs["rho"]) * g * g)
        p.sub_(rate * g / (squares.sqrt() + self.attrs["epsilon"]))

    def adagrad(self, p, g, slots, rate):
        p.sub_(rate * g / (slots[0].add_(g * g).sqrt() + self.attrs["epsilon"]))

    def adadelta(self, p, g, slots, rate):
        rho, epsilon = self.attrs["rho"], self.attrs["epsilon"]
        squares = slots[0].mul_(rho).add_((1 - rho) * g * g)
        change = g * (slots[1] + epsilon).sqrt() / (squares + epsilon).sqrt()
        p.sub_(rate * change)
        slots[1].mul_(rho).add_((1 - rho) * change * change)

    def adam(self, p, g, slots, rate):
        first, second, t = self.attrs["beta_1"], self.attrs["beta_2"], self.steps + 1
        mean = slots[0].mul_(first).add_((1 - first) * g)
        squares = slots[1].mul_(second).add_((1 - second) * g * g)
        corrected = rate * math.sqrt(1 - second**t) / (1 - first**t)
        p.sub_(corrected * mean / (squares.sqrt() + self.attrs["epsilon"]))

    def adamw(self, p, g, slots, rate):
        p.sub_(rate * self.attrs["weight_decay"] * p)
        self.adam(p, g, slots, rate)


def clipped(attrs, gradients):
    """By the norm of all together, then each element."""
    norm, value = attrs.get("clipnorm"), attrs.get("clipvalue")
    if norm:
        length = torch.sqrt(sum((g * g).sum() for g in gradients))
        gradients = [g * norm / length if length >= norm else g for g in gradients]
    return [g.clamp(-value, value) for g in gradients] if value else gradients
