"""One fully connected layer of 64 images on its surviving weights: [unit, 64] values, 64 images the innermost axis."""

import numpy as np

from .arithmetic import LANES, ONE, kernel, part, update
from .connections import accumulator, connections_end

_accumulate = accumulator(LANES)


@kernel
def _copy(source, start, target, at, size):
    for t in range(size):
        target[at + t] = source[start + t]


@kernel
def _rectify(values, at, size):
    for t in range(size):
        values[at + t] = values[at + t] if not values[at + t] <= 0 else np.float32(0)


@kernel
def drop(values, at, units, lanes, numbers, start, keep):
    """Inverted dropout of [units, 64], by the numbers [lanes, units] that were drawn for it: numbers[start :]."""
    for unit in range(units):
        for lane in range(lanes):
            here = at + unit * LANES + lane
            values[here] = values[here] / keep if numbers[start + lane * units + unit] < keep else np.float32(0)


@part
def forward(sums, values, inputs, outputs, connections, weight, layer, units, hidden):
    """values[outputs :] [units, 64] from values[inputs :]; ReLU where `hidden`."""
    biases = connections_end(connections, layer, units)
    for unit in range(units):
        for t in range(LANES):
            sums[unit * LANES + t] = weight[biases + unit]
    segment = connections.segment[layer]
    for _ in range(connections.blocks[layer]):
        for unit in range(units):
            start, end = connections.first[segment + unit], connections.first[segment + unit + ONE]
            if start < end:
                _accumulate(sums, unit * LANES, values, inputs, connections.offset, weight, start, end)
        segment += units
    _copy(sums, np.uintp(0), values, outputs, units * LANES)
    if hidden:
        _rectify(values, outputs, units * LANES)


@kernel
def _connect(gradient, shift, delta, below, block, values, inputs, offset, weight, start, end):
    """One unit's connections: add to their gradients, and send its delta, `block` [64], back along them."""
    for c in range(start, end):
        read, send = inputs + np.uintp(offset[c]), below + np.uintp(offset[c])
        g = np.float32(0)
        for t in range(LANES):
            g += values[read + t] * block[t]
            delta[send + t] += weight[c] * block[t]
        gradient[c - shift] += g


@kernel
def _total(gradient, place, block):
    """gradient[place] += the sum of block [64]."""
    g = np.float32(0)
    for t in range(LANES):
        g += block[t]
    gradient[place] += g


@kernel
def _unit_delta(block, delta, at, values, output, hidden, keep):
    """A unit's delta [64]: what came back to its output, through ReLU and dropout, which both leave zeros where they are off."""
    for t in range(LANES):
        on = not values[output + t] <= 0
        block[t] = delta[at + t] if not hidden else delta[at + t] / keep if on else np.float32(0)


@part
def learn(network, work, layer, chunks, keep, optimiser, scales):
    """Gradients, the deltas of the layer's inputs, and one step of the optimiser, while a block of weights is in the cache."""
    connections, units, hidden = network.connections, network.out[layer], layer + ONE < np.uintp(len(network.out))
    inputs, outputs = work.rows[layer], work.rows[layer + ONE]
    values, delta, gradient = work.values, work.unit_delta, work.gradient
    segment, biases = connections.segment[layer], connections_end(connections, layer, units)
    gradient[:units] = 0
    for chunk in range(chunks):
        shift = chunk * work.chunk
        delta[shift + inputs : shift + outputs] = 0
        for unit in range(units):
            at = shift + outputs + unit * LANES
            _unit_delta(work.block, delta, at, values, work.units + at, hidden, keep)
            _copy(work.block, np.uintp(0), delta, at, LANES)
            _total(gradient, unit, work.block)
    update(network.weight, network.first_moment, network.second_moment, biases, units, gradient, optimiser, scales)
    for _ in range(connections.blocks[layer]):
        start, end = connections.first[segment], connections.first[segment + units]
        gradient[: end - start] = 0
        for chunk in range(chunks):
            below = chunk * work.chunk + inputs
            read = work.units + below
            for unit in range(units):
                c, last = connections.first[segment + unit], connections.first[segment + unit + ONE]
                if c < last:
                    _copy(delta, chunk * work.chunk + outputs + unit * LANES, work.block, np.uintp(0), LANES)
                    _connect(gradient, start, delta, below, work.block, values, read, connections.offset, network.weight, c, last)
        update(network.weight, network.first_moment, network.second_moment, start, end - start, gradient, optimiser, scales)
        segment += units
