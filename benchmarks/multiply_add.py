"""What a core could do at most: multiplications and additions of float32 that are in registers already."""

import time

import numpy as np

from lth.training.engines.kernels.arithmetic import entry, kernel
from lth.training.engines.kernels.convolution import BLOCK
from lth.training.engines.kernels.examples import aligned_zeros

ROUNDS = 1_000_000


@kernel
def _multiply_add(values, rounds):
    for _ in range(rounds):
        for t in range(BLOCK):
            values[t] = values[t] * np.float32(0.999) + np.float32(0.5)


@entry
def _run(values, rounds):
    _multiply_add(values, rounds)


def operations_per_second() -> float:
    """One core's, measured once: some 10 ms."""
    values = aligned_zeros(int(BLOCK))
    _run(values, np.uintp(1))
    started = time.process_time()
    _run(values, np.uintp(ROUNDS))
    return 2 * ROUNDS * int(BLOCK) / (time.process_time() - started)
