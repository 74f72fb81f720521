"""What follows a convolution, and comes before its gradient, while a block of its sums is at hand: ReLU and 2x2 max pooling."""

import numpy as np

from .arithmetic import kernel
from .convolution import BLOCK, GROUP

OFF = np.uint8(4)  # the place of a maximum that ReLU turns off


@kernel
def rectify(sums, at, values, target):
    """ReLU of a block of sums. `not <=` rather than `>`, so that NaN passes."""
    for t in range(BLOCK):
        values[target + t] = sums[at + t] if not sums[at + t] <= 0 else np.float32(0)


@kernel
def pool(sums, upper, lower, values, target, step, places, at):
    """ReLU of 2x2 maxima of two rows of sums, a column every `step` floats, and where each maximum was: 0 … 3, or OFF.

    The first of equals is the maximum, and the last NaN, as in torch.
    """
    for k in range(BLOCK // GROUP // np.uintp(2)):
        for t in range(GROUP):
            s = np.uintp(2) * k * GROUP + t
            best, place = sums[upper + s], np.uint8(0)
            v = sums[upper + s + GROUP]
            if v > best or v != v:
                best, place = v, np.uint8(1)
            v = sums[lower + s]
            if v > best or v != v:
                best, place = v, np.uint8(2)
            v = sums[lower + s + GROUP]
            if v > best or v != v:
                best, place = v, np.uint8(3)
            on = not best <= 0
            values[target + k * step + t] = best if on else np.float32(0)
            places[at + k * GROUP + t] = place if on else OFF


@kernel
def rectify_gradient(sums, at, values, output, delta, target):
    """A block of gradients, zero where ReLU's outputs, values[output :], are."""
    for t in range(BLOCK):
        delta[target + t] = sums[at + t] if not values[output + t] <= 0 else np.float32(0)


@kernel
def unpool(gradients, at, step, columns, places, place, delta, target, row):
    """Gradients of so many neighbouring maxima, a column every `step` floats, back to where the maxima were; zeros elsewhere."""
    for k in range(columns):
        for t in range(GROUP):
            g, p = gradients[at + k * step + t], places[place + k * GROUP + t]
            d = target + np.uintp(2) * k * GROUP + t
            delta[d] = g if p == np.uint8(0) else np.float32(0)
            delta[d + GROUP] = g if p == np.uint8(1) else np.float32(0)
            delta[d + row] = g if p == np.uint8(2) else np.float32(0)
            delta[d + row + GROUP] = g if p == np.uint8(3) else np.float32(0)
