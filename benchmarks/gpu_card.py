"""What a card can do at most, measured, and how much of it a training step needs at least."""

import time

import torch

from lth.config import Experiment
from lth.networks import build

MATMUL, COPY = 8192, 2**28  # side of the matrices; floats copied
TIMES = 20


class Card:
    """The card's ceilings in float32, at the precision that torch multiplies matrices with by default."""

    def matmul_flops(self) -> float:
        """Operations a second of a large matrix product."""
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
    """Floating-point operations of one network's iteration in its matrix products and convolutions: forward, and back to weights and inputs.

    Images have 32x32 pixels, halved after every second convolution; the first layer needs no gradient of its inputs.
    """
    total, convolutions = 0, 0
    for position, layer in enumerate(build(experiment.network).layers):
        places = (32 // 2 ** (convolutions // 2)) ** 2 if layer.kind == "conv" else 1
        convolutions += layer.kind == "conv"
        total += 2 * layer.size * places * (3 if position else 2)
    return total * experiment.training.batch_size


def parameter_bytes(experiment: Experiment) -> float:
    """Bytes that an iteration moves at least for Adam: weights, gradient, mask and two moments read; gradient, weights, moments written."""
    return 9 * 4 * build(experiment.network).weight_count
