"""What a card can do at most, measured, and how much of it a training step needs at least."""

import time

import torch

from lth.config import Experiment, Precision
from lth.experiments.operations import step_operations
from lth.networks import build
from lth.training.engines.torch import set_precision

MATMUL, COPY = 8192, 2**28  # side of the matrices; floats copied
TIMES = 20


class Card:
    """The card's ceilings in float32."""

    def matmul_flops(self, precision: Precision) -> float:
        """Operations a second of a large matrix product."""
        set_precision(precision)
        a, b = (torch.randn(MATMUL, MATMUL, device="cuda") for _ in range(2))
        return 2 * MATMUL**3 / _seconds(lambda: a @ b)

    def bytes_a_second(self) -> float:
        """Bytes read and written a second by a large copy."""
        source = torch.zeros(COPY, device="cuda")
        target = torch.empty_like(source)
        return 2 * 4 * COPY / _seconds(lambda: target.copy_(source))


def _seconds(work) -> float:
    work()
    torch.cuda.synchronize()
    started = time.perf_counter()
    for _ in range(TIMES):
        work()
    torch.cuda.synchronize()
    return (time.perf_counter() - started) / TIMES


def training_operations(experiment: Experiment) -> float:
    """Floating-point operations of one network's iteration."""
    return step_operations(build(experiment.network), experiment.training.batch_size)


def parameter_bytes(experiment: Experiment) -> float:
    """Bytes that an iteration moves at least: weights, gradient, mask and moments, Adam's two or one, read; gradient, weights, moments written."""
    moments = 2 if experiment.training.optimiser.name == "adam" else 1
    return (5 + 2 * moments) * 4 * build(experiment.network).weight_count
