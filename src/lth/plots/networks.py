"""What figures call the networks and the ways in which they are trained."""

from lth.config import Experiment
from lth.config.architectures import ARCHITECTURES

LENET, CONV, DEEP = (
    {name: ARCHITECTURES[name].title for name in names} for names in (["lenet"], ["conv2", "conv4", "conv6"], ["resnet18", "vgg19"])
)
NETWORKS = LENET | CONV | DEEP
"""By their experiment's name, and their own."""

LOOKS = {"conv2": ("blue", "o"), "conv4": ("orange", "s"), "conv6": ("green", "^")}
"""Colour and marker where the three share a panel."""

SCHEDULES = {"": ("blue", "o"), "-low": ("orange", "s"), "-warmup": ("green", "^")}
"""The ways to train a deep network, by what its experiment's name ends in: the rate of its kind, a low one, a warmup; their colours and markers."""


def schedule(plan: Experiment) -> str:
    """How fast a network learns: `rate 0.03, warmup 20,000`."""
    optimiser = plan.training.optimiser
    return f"rate {optimiser.learning_rate:g}" + (f", warmup {optimiser.warmup:,}" if optimiser.warmup else "")


def title(plan: Experiment) -> str:
    """A network and what sets it apart: `Conv-2 with dropout`, `Resnet-18, rate 0.01`."""
    name = ARCHITECTURES[plan.network.name].title + (" with dropout" if plan.network.dropout else "")
    return f"{name}, {schedule(plan)}" if plan.network.deep else name
