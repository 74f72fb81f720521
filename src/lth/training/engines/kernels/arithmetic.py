"""What both layouts share: how kernels are compiled, the loss, and the optimisers' arithmetic."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numba.core.compiler import Compiler

from .cache import KernelCache

# Values are handled in blocks of 64: four 512-bit or eight 256-bit registers. Indices into values are unsigned, because
# Numba lets a signed index count from the end and would check each for that.
LANES = np.uintp(64)
ONE = np.uintp(1)


class _Restrict(Compiler):
    """Numba's compiler, told that the array arguments of a kernel never overlap (C's `restrict`).

    LLVM then keeps a block of sums in registers over a whole loop of connections.
    """

    def __init__(self, typingctx, targetctx, library, args, return_type, flags, locals):
        flags.noalias = True
        super().__init__(typingctx, targetctx, library, args, return_type, flags, locals)


# Sums may be reordered, once, when compiled; NaN and infinity keep their meaning. Everything is inlined into the entries: a
# function called from several of them would be compiled in several ways, and which one runs would depend on what was loaded
# first. Kernels allocate nothing, so Numba's runtime, which would count references to arrays even in inner loops, stays out
# (_nrt).
_options = {"_nrt": False, "nogil": True, "error_model": "numpy", "fastmath": {"reassoc", "contract"}}
kernel = njit(**_options, pipeline_class=_Restrict, forceinline=True)
part = njit(**_options, forceinline=True)  # calls kernels; its arguments may overlap


def entry(function):
    """Compiles what Python calls, and with it all that is inlined: entries alone are kept on disk."""
    compiled = njit(**_options)(function)
    compiled._cache = KernelCache(function)
    return compiled


class Optimiser(NamedTuple):
    """PyTorch's Adam, or its SGD where not `adaptive`. Weight decay is added to the gradients of weights and biases."""

    adaptive: bool
    beta1: float  # SGD: the momentum
    beta2: float
    epsilon: float
    weight_decay: float


def adam(beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8, weight_decay: float = 0.0) -> Optimiser:
    return Optimiser(True, float(beta1), float(beta2), float(epsilon), float(weight_decay))


def sgd(momentum: float = 0.0, weight_decay: float = 0.0) -> Optimiser:
    return Optimiser(False, float(momentum), 0.0, 0.0, float(weight_decay))


@kernel
def step_scales(optimiser, rate, iteration):
    """The step size, and the factor of sqrt(second moment), of iteration 1, 2, …: Adam's bias corrections."""
    if not optimiser.adaptive:
        return np.float32(rate), np.float32(1)
    size = rate / (1 - optimiser.beta1**iteration)
    return np.float32(size), np.float32(1 / math.sqrt(1 - optimiser.beta2**iteration))


@kernel
def update(weight, first_moment, second_moment, start, size, gradient, optimiser, scales):
    """One step of the optimiser for weight[start : start + size] and its moments, given gradient[:size]."""
    step, correction = scales
    beta1, beta2 = np.float32(optimiser.beta1), np.float32(optimiser.beta2)
    rest1, rest2 = np.float32(1 - optimiser.beta1), np.float32(1 - optimiser.beta2)
    decay, epsilon = np.float32(optimiser.weight_decay), np.float32(optimiser.epsilon)
    if optimiser.adaptive:
        for t in range(size):
            g = gradient[t] + decay * weight[start + t]
            m = first_moment[start + t] + rest1 * (g - first_moment[start + t])
            v = beta2 * second_moment[start + t] + rest2 * (g * g)
            first_moment[start + t], second_moment[start + t] = m, v
            weight[start + t] -= step * m / (math.sqrt(v) * correction + epsilon)
    else:
        for t in range(size):
            g = gradient[t] + decay * weight[start + t]
            m = beta1 * first_moment[start + t] + g
            first_moment[start + t] = m
            weight[start + t] -= step * m


@kernel
def exp(x):
    """e**x of float32 x <= 0 by Cephes' polynomial, which vectorises; below -87 it stays at e**-87, NaN stays NaN."""
    x = x if not x < np.float32(-87) else np.float32(-87)
    n = math.floor(x * np.float32(1.44269504) + np.float32(0.5))
    r = x - np.float32(n) * np.float32(0.693359375) + np.float32(n) * np.float32(2.12194440e-4)
    p = np.float32(1.9875691500e-4)
    p = p * r + np.float32(1.3981999507e-3)
    p = p * r + np.float32(8.3334519073e-3)
    p = p * r + np.float32(4.1665795894e-2)
    p = p * r + np.float32(1.6666665459e-1)
    p = p * r + np.float32(5.0000001201e-1)
    power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23))  # the bits of 2**n
    return (p * r * r + r + np.float32(1)) * power.view(np.float32)


@kernel
def _reached(logits, best, start, end):
    """Does a class before `end` have the logit `best`? The first of equals is the prediction."""
    for c in range(start, end, LANES):
        if logits[c] == best:
            return True
    return False


@kernel
def cross_entropy(logits, classes, label, batch, start, count, size, delta, best, total):
    """Summed softmax cross-entropy and number correct of examples batch[start : start + count], the lanes of `logits`.

    logits: [classes, 64] flat. Leaves d(mean loss over `size` examples)/d(logits) in delta [classes, 64], zero in idle
    lanes. best, total: [64], scratch.
    """
    for t in range(LANES):
        best[t], total[t] = logits[t], np.float32(0)
    for c in range(LANES, classes * LANES, LANES):
        for t in range(LANES):
            best[t] = logits[c + t] if logits[c + t] > best[t] else best[t]
    for c in range(np.uintp(0), classes * LANES, LANES):
        for t in range(LANES):
            delta[c + t] = exp(logits[c + t] - best[t])
            total[t] += delta[c + t]
    loss, correct = 0.0, 0
    for t in range(count):
        truth = np.uintp(label[batch[start + t]]) * LANES + t
        loss += math.log(total[t]) - (logits[truth] - best[t])
        correct += logits[truth] == best[t] and not _reached(logits, best[t], t, truth)
        total[t] = np.float32(1) / (total[t] * np.float32(size))
    for c in range(np.uintp(0), classes * LANES, LANES):
        for t in range(LANES):
            delta[c + t] = delta[c + t] * total[t] if t < count else np.float32(0)
    for t in range(count):
        delta[np.uintp(label[batch[start + t]]) * LANES + t] -= np.float32(1) / np.float32(size)
    return loss, correct
