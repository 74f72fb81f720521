"""One 3x3 convolution of 16 images on its surviving weights.

Images are the innermost axis of all values, [channel, row, column, 16], with borders of zeros: one row above, one below, and
one column, which is the left border of its row and the right border of the row before. A connection then reads at a fixed
offset from any position, and a run of neighbouring columns is one run of floats.
"""

import numpy as np

from .arithmetic import ONE, kernel, part
from .connections import accumulator
from .target import WIDE

GROUP = np.uintp(16)  # images, a cache line
BLOCK = np.uintp(128 if WIDE else 64)  # floats of neighbouring columns: eight registers of sums
STRETCH = np.uintp(2048)  # floats of neighbouring rows in a gradient's sum, about: its end costs as much as some 60 floats
SLACK = np.uintp(64)  # zeros after a layer's last channel, which its last rows read

_accumulate = accumulator(BLOCK)


@kernel
def _accumulate2(sums, at, values, base, offset, weight, start, end):
    """For two channels, the sums of the second after those of the first."""
    for c in range(start, end):
        read = base + np.uintp(offset[c])
        for t in range(BLOCK):
            value = values[read + t]
            sums[at + t] += weight[0, c] * value
            sums[at + BLOCK + t] += weight[1, c] * value


@part
def sums_length(channels):
    """Floats of a block's sums of so many channels, and of one more that the last of an odd number is paired with."""
    return (channels + (channels & ONE)) * BLOCK


@part
def convolve(sums, at, values, base, lists, weight, layer, channels):
    """sums[at :] [channels, BLOCK] += weights [2, n] times values, read from `base` on."""
    segment, together = lists.segment[layer], lists.together[layer]
    groups = (channels + together - ONE) // together
    for _ in range(lists.blocks[layer]):
        for group in range(groups):
            start, end = lists.first[segment + group], lists.first[segment + group + ONE]
            here = at + group * together * BLOCK
            if start < end:
                if together == ONE:
                    _accumulate(sums, here, values, base, lists.offset, weight[0], start, end)
                else:
                    _accumulate2(sums, here, values, base, lists.offset, weight, start, end)
        segment += groups


@part
def row_length(side):
    """Floats from one row to the next."""
    return (side + ONE) * GROUP


@part
def plane_length(side):
    """Floats from one channel to the next."""
    return (side + ONE + ONE) * row_length(side)


@part
def layer_length(channels, side):
    """Floats of one layer's values."""
    return channels * plane_length(side) + SLACK


@part
def inner(channel, row, side):
    """Where a channel's row begins, after the border."""
    return channel * plane_length(side) + (row + ONE) * row_length(side) + GROUP


@kernel
def _correlate8(gradient, values, base, delta, at, length, offset, c):
    """gradient[k] += <values of connection k, delta> for eight connections of one channel, which share each load of delta."""
    g0 = g1 = g2 = g3 = g4 = g5 = g6 = g7 = np.float32(0)
    k0, k1, k2, k3 = c, c + np.uintp(1), c + np.uintp(2), c + np.uintp(3)
    k4, k5, k6, k7 = c + np.uintp(4), c + np.uintp(5), c + np.uintp(6), c + np.uintp(7)
    a0, a1, a2, a3 = (base + np.uintp(offset[k0]), base + np.uintp(offset[k1]), base + np.uintp(offset[k2]), base + np.uintp(offset[k3]))
    a4, a5, a6, a7 = (base + np.uintp(offset[k4]), base + np.uintp(offset[k5]), base + np.uintp(offset[k6]), base + np.uintp(offset[k7]))
    for t in range(length):
        d = delta[at + t]
        g0 += d * values[a0 + t]
        g1 += d * values[a1 + t]
        g2 += d * values[a2 + t]
        g3 += d * values[a3 + t]
        g4 += d * values[a4 + t]
        g5 += d * values[a5 + t]
        g6 += d * values[a6 + t]
        g7 += d * values[a7 + t]
    gradient[k0] += g0
    gradient[k1] += g1
    gradient[k2] += g2
    gradient[k3] += g3
    gradient[k4] += g4
    gradient[k5] += g5
    gradient[k6] += g6
    gradient[k7] += g7


@kernel
def _correlate4(gradient, values, base, delta, at, length, offset, c):
    """The same for four."""
    g0 = g1 = g2 = g3 = np.float32(0)
    k0, k1, k2, k3 = c, c + np.uintp(1), c + np.uintp(2), c + np.uintp(3)
    a0, a1, a2, a3 = (base + np.uintp(offset[k0]), base + np.uintp(offset[k1]), base + np.uintp(offset[k2]), base + np.uintp(offset[k3]))
    for t in range(length):
        d = delta[at + t]
        g0 += d * values[a0 + t]
        g1 += d * values[a1 + t]
        g2 += d * values[a2 + t]
        g3 += d * values[a3 + t]
    gradient[k0] += g0
    gradient[k1] += g1
    gradient[k2] += g2
    gradient[k3] += g3


@kernel
def _correlate(gradient, values, base, delta, at, length, offset, start, end):
    """The same for those that are left, one by one."""
    for c in range(start, end):
        read, g = base + np.uintp(offset[c]), np.float32(0)
        for t in range(length):
            g += delta[at + t] * values[read + t]
        gradient[c] += g


@kernel
def _total(gradient, place, delta, at, length):
    """gradient[place] += the sum of delta[at : at + length]."""
    g = np.float32(0)
    for t in range(length):
        g += delta[at + t]
    gradient[place] += g


@part
def weight_gradients(gradient, values, base, delta, start, connections, layer, channels, side, biases):
    """Add to the gradients of a convolution's weights, and to those of its biases, which lie at `biases`.

    values[base :]: the layer's inputs; delta[start :]: the gradient of its outputs [channels], whose borders are zero. Stretches
    of whole rows are summed, borders included: whatever the inputs hold there, it is multiplied by zeros.
    """
    row = row_length(side)
    rows = min(side, max(ONE, STRETCH // row + ONE))
    for y in range(np.uintp(0), side, rows):
        length = min(rows, side - y) * row
        for channel in range(channels):
            _total(gradient, biases + channel, delta, start + inner(channel, y, side), length)
        segment = connections.segment[layer]
        for _ in range(connections.blocks[layer]):
            for channel in range(channels):
                c, end = connections.first[segment + channel], connections.first[segment + channel + ONE]
                at, read = start + inner(channel, y, side), base + y * row
                while c + np.uintp(8) <= end:
                    _correlate8(gradient, values, read, delta, at, length, connections.offset, c)
                    c += np.uintp(8)
                if c + np.uintp(4) <= end:
                    _correlate4(gradient, values, read, delta, at, length, connections.offset, c)
                    c += np.uintp(4)
                _correlate(gradient, values, read, delta, at, length, connections.offset, c, end)
            segment += channels
