"""The steps of Adam and momentum on a GPU, each one kernel of Triton: decay, mask, moments and parameters [R, P] in a single pass.

A step is as fast as memory here. Adam reads five numbers a parameter and writes three; torch's ten operations read and write 25. The formulas
and their order are those of `lth.training.optimisers`, each operation rounded by itself (`enable_fp_fusion`), with divisions and square roots
exact to the last bit; torch's own kernels join some multiplications with additions, so that both differ in the last bits.
"""

import triton
import triton.language as tl
from torch import Tensor
from triton.language import constexpr

from lth.training import optimisers

BETA1, BETA2, EPSILON, MOMENTUM = map(constexpr, (optimisers.BETA1, optimisers.BETA2, optimisers.EPSILON, optimisers.MOMENTUM))

BLOCK = 1024
"""Parameters of one network that a program of a kernel moves."""


class FusedAdam(optimisers.Adam):
    def step(self, parameters, gradient, mask, scales):
        mean, square = self.moments["mean"], self.moments["square"]
        _launch(adam, self.decay, parameters, gradient, mask, mean, square, scales)


class FusedMomentum(optimisers.Momentum):
    def step(self, parameters, gradient, mask, scales):
        _launch(momentum, self.decay, parameters, gradient, mask, self.moments["velocity"], scales)


@triton.jit
def adam(parameters, gradient, mask, mean, square, scales, size, decay: constexpr, block: constexpr):
    """scales: [R, 2], rate and correction."""
    network = tl.program_id(1).to(tl.int64)
    column = tl.program_id(0) * block + tl.arange(0, block)
    place, inside = network * size + column, column < size
    rate, correction = tl.load(scales + 2 * network), tl.load(scales + 2 * network + 1)
    value = tl.load(parameters + place, mask=inside)
    slope = tl.load(gradient + place, mask=inside)
    if decay != 0.0:
        slope += value * decay
    slope *= tl.load(mask + place, mask=inside)
    first = tl.load(mean + place, mask=inside)
    first += (slope - first) * (1 - BETA1)
    second = tl.load(square + place, mask=inside) * BETA2 + slope * slope * (1 - BETA2)
    denominator = tl.div_rn(tl.sqrt_rn(second), correction) + EPSILON
    tl.store(mean + place, first, mask=inside)
    tl.store(square + place, second, mask=inside)
    tl.store(parameters + place, value - tl.div_rn(first, denominator) * rate, mask=inside)


@triton.jit
def momentum(parameters, gradient, mask, velocity, scales, size, decay: constexpr, block: constexpr):
    """scales: [R, 1], the rate."""
    network = tl.program_id(1).to(tl.int64)
    column = tl.program_id(0) * block + tl.arange(0, block)
    place, inside = network * size + column, column < size
    value = tl.load(parameters + place, mask=inside)
    slope = tl.load(gradient + place, mask=inside)
    if decay != 0.0:
        slope += value * decay
    slope *= tl.load(mask + place, mask=inside)
    moved = tl.load(velocity + place, mask=inside) * MOMENTUM + slope
    tl.store(velocity + place, moved, mask=inside)
    tl.store(parameters + place, value - moved * tl.load(scales + network), mask=inside)


def _launch(kernel, decay: float, parameters: Tensor, *tensors: Tensor) -> None:
    """One kernel over all parameters [R, P]; all tensors are contiguous."""
    networks, size = parameters.shape
    kernel[triton.cdiv(size, BLOCK), networks](parameters, *tensors, size, decay, BLOCK, enable_fp_fusion=False)
