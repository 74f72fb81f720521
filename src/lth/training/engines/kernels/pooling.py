"""What follows a convolution, and comes before its gradient, while a block of its sums is at hand: ReLU and 2x2 max pooling."""

import numpy as np

from .arithmetic import LANES, kernel, part
from .convolution import BLOCK, GROUP

COLUMNS = LANES // GROUP  # that unpooling takes at once
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
def collect(gradients, at, step, sums):
    """sums[:64]: four neighbouring columns, one every `step` floats, side by side."""
    for k in range(COLUMNS):
        for t in range(GROUP):
            sums[k * GROUP + t] = gradients[at + k * step + t]


@kernel
def _choose(gradients, at, places, place, which, chosen):
    """chosen[:64]: the gradients of the maxima that were at one of four places, zeros for the others."""
    for t in range(LANES):
        g, p = gradients[at + t], places[place + t]
        chosen[t] = g if p == which else np.float32(0)


@kernel
def _lay(chosen, delta, target):
    for k in range(COLUMNS):
        for t in range(GROUP):
            delta[target + np.uintp(2) * k * GROUP + t] = chosen[k * GROUP + t]


@part
def unpool(gradients, at, columns, places, place, delta, target, row, chosen):
    """Gradients of so many neighbouring maxima, a multiple of four, back to where the maxima were; zeros elsewhere. chosen: [64], scratch.

    64 at a time for one of the four places, and then laid out: as one loop, the same is not vectorised and takes several times as long.
    """
    for k in range(np.uintp(0), columns, COLUMNS):
        first, maxima, d = at + k * GROUP, place + k * GROUP, target + np.uintp(2) * k * GROUP
        _choose(gradients, first, places, maxima, np.uint8(0), chosen)
        _lay(chosen, delta, d)
        _choose(gradients, first, places, maxima, np.uint8(1), chosen)
        _lay(chosen, delta, d + GROUP)
        _choose(gradients, first, places, maxima, np.uint8(2), chosen)
        _lay(chosen, delta, d + row)
        _choose(gradients, first, places, maxima, np.uint8(3), chosen)
        _lay(chosen, delta, d + row + GROUP)
