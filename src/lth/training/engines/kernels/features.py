"""All convolutions of one slot of 16 images, forwards and backwards; what is what in `network` and `work` is told there."""

import numpy as np

from .arithmetic import LANES, ONE, kernel, part
from .connections import connections_end
from .convolution import BLOCK, GROUP, convolve, inner, layer_length, plane_length, row_length, sums_length, weight_gradients
from .pooling import COLUMNS, collect, pool, rectify, rectify_gradient, unpool

ZERO = np.uintp(0)


@kernel
def load(values, start, images, batch, first, count, channels, side):
    """Images batch[first : first + count], one a lane; images: [N, channels * side * side]."""
    for lane in range(count):
        image = np.uintp(batch[first + lane])
        for channel in range(channels):
            for y in range(side):
                at, pixel = start + inner(channel, y, side) + lane, (channel * side + y) * side
                for x in range(side):
                    values[at + x * GROUP] = images[image, pixel + x]


@kernel
def _begin(sums, at, weight, biases, channels):
    """A block's sums [channels, BLOCK] begin with the biases."""
    for channel in range(channels):
        for t in range(BLOCK):
            sums[at + channel * BLOCK + t] = weight[biases + channel]


@kernel
def _begin_with_zeros(sums, size):
    for t in range(size):
        sums[t] = np.float32(0)


@part
def unit_plane(side):
    """Floats from one channel of the first fully connected layer's inputs to the next: not a power of two, which would crowd into few cache sets."""
    return side * side * LANES + GROUP


@part
def _inputs(network, work, layer, slot):
    """Where a convolution's inputs start."""
    return work.at[layer] + slot * layer_length(network.into[layer], network.side[layer])


@part
def _places(network, work, layer, slot):
    """Where the places of a pooled convolution's maxima [channel, row, column, 16] start."""
    narrow = network.side[layer] >> ONE
    return work.places_at[layer] + slot * network.out[layer] * narrow * narrow * GROUP


@part
def _outputs(network, work, layer, slot, lane):
    """Where a convolution's outputs go: the first, and floats from one channel, row and column to the next."""
    side = network.side[layer] >> network.pooled[layer]
    if layer + ONE < network.convolutions:
        return _inputs(network, work, layer + ONE, slot) + inner(ZERO, ZERO, side), plane_length(side), row_length(side), GROUP
    return work.units + lane, unit_plane(side), side * LANES, LANES


@part
def forward(network, work, slot, lane):
    """The convolutions; the last one's outputs go to lanes lane … lane + 15 of the fully connected layers' inputs."""
    for layer in range(network.convolutions):
        side, out, pooled = network.side[layer], network.out[layer], network.pooled[layer]
        narrow, row = side >> ONE, row_length(side)
        inputs, places = _inputs(network, work, layer, slot), _places(network, work, layer, slot)
        target, plane_step, row_step, column_step = _outputs(network, work, layer, slot, lane)
        biases = connections_end(network.connections, layer, out)
        for y in range(ZERO, side, ONE + pooled):
            for x in range(ZERO, side, BLOCK // GROUP):
                for lower in range(ONE + pooled):
                    _begin(work.sums, lower * sums_length(out), network.weight, biases, out)
                    window = inputs + (y + lower) * row + x * GROUP
                    convolve(work.sums, lower * sums_length(out), work.values, window, network.read, work.read, layer, out)
                first = target + (y >> pooled) * row_step + (x >> pooled) * column_step
                for channel in range(out):
                    upper, at = channel * BLOCK, first + channel * plane_step
                    if pooled:
                        place = places + ((channel * narrow + (y >> ONE)) * narrow + (x >> ONE)) * GROUP
                        pool(work.sums, upper, upper + sums_length(out), work.values, at, column_step, work.places, place)
                    else:
                        rectify(work.sums, upper, work.values, at)


@part
def backward(network, work, slot, lane):
    """Add to the gradients of all convolutions, given those of the fully connected layers' inputs."""
    _unpool_last(network, work, slot, lane)
    for back in range(network.convolutions):
        layer = network.convolutions - ONE - back
        side, out, delta = network.side[layer], network.out[layer], work.delta_at[layer]
        biases = connections_end(network.connections, layer, out)
        inputs = _inputs(network, work, layer, slot)
        weight_gradients(work.gradient, work.values, inputs, work.delta, delta, network.connections, layer, out, side, biases)
        if layer > ZERO:
            _send_back(network, work, layer, slot)


@part
def _unpool_last(network, work, slot, lane):
    """The gradient of the last convolution, from that of its pooled outputs."""
    layer = network.convolutions - ONE
    side, narrow, places = network.side[layer], network.side[layer] >> ONE, _places(network, work, layer, slot)
    for channel in range(network.out[layer]):
        for y in range(narrow):
            for x in range(ZERO, narrow, COLUMNS):
                place = places + ((channel * narrow + y) * narrow + x) * GROUP
                target = work.delta_at[layer] + inner(channel, y + y, side) + (x + x) * GROUP
                collect(work.unit_delta, lane + channel * unit_plane(narrow) + (y * narrow + x) * LANES, LANES, work.sums)
                unpool(work.sums, ZERO, COLUMNS, work.places, place, work.delta, target, row_length(side), work.block)


@part
def _send_back(network, work, layer, slot):
    """The gradient of the convolution below, from that of `layer`: a convolution back along the same connections, then pooling or ReLU."""
    side, channels, below = network.side[layer], network.into[layer], layer - ONE
    row, wide, delta = row_length(side), network.side[below], work.delta_at[below]
    inputs, places = _inputs(network, work, layer, slot), _places(network, work, below, slot)
    for y in range(side):
        for x in range(ZERO, side, BLOCK // GROUP):
            _begin_with_zeros(work.sums, channels * BLOCK)
            window = work.delta_at[layer] + y * row + x * GROUP
            convolve(work.sums, ZERO, work.delta, window, network.send, work.send, layer, channels)
            for channel in range(channels):
                at = channel * BLOCK
                if network.pooled[below]:
                    place = places + ((channel * side + y) * side + x) * GROUP
                    target = delta + inner(channel, y + y, wide) + (x + x) * GROUP
                    unpool(work.sums, at, BLOCK // GROUP, work.places, place, work.delta, target, row_length(wide), work.block)
                else:
                    here = inner(channel, y, side) + x * GROUP
                    rectify_gradient(work.sums, at, work.values, inputs + here, work.delta, delta + here)
