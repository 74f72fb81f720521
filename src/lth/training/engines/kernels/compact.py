"""Sparse networks: each unit lists its surviving connections, and 64 examples are the vector axis.

A step costs a few nanoseconds a connection plus a fixed part, mostly scattering the batch's pixels into lanes.
"""

from typing import NamedTuple

import numpy as np

from .arithmetic import LANES, ONE, cross_entropy, entry, kernel, part, step_scales, update
from .examples import aligned_zeros, with_biases

STRIDE = LANES + np.uintp(16)  # floats from an activation row to the next: a power of two would crowd into few cache sets


class Compact(NamedTuple):
    """A network as units in topological order, layer by layer, biases as connections from a row of ones.

    Activations are rows of 64 lanes: `pixels` rows of the pixels that live connections read, the row of ones, the units,
    and a spare row. A unit is live if its output can reach the network's; the others get no gradient.

    source: uint32 [connections], the row each reads; a unit's bias comes last. first: uint64 [units + 1], where each
    unit's connections start. weight, first_moment, second_moment: float32 [connections]. live: uint64 [live units].
    row: uint32 [in], where each pixel's row starts, the spare one's where nobody reads it. shallow: units fed by pixels.
    outputs: classes.
    """

    source: np.ndarray
    first: np.ndarray
    weight: np.ndarray
    first_moment: np.ndarray
    second_moment: np.ndarray
    live: np.ndarray
    row: np.ndarray
    pixels: np.uintp
    shallow: np.uintp
    outputs: np.uintp


class Workspace(NamedTuple):
    """activation: [rows * STRIDE]; logits, delta [units * 64]; gradient: [connections]; block, best, total: [64]."""

    activation: np.ndarray
    logits: np.ndarray
    delta: np.ndarray
    gradient: np.ndarray
    block: np.ndarray
    best: np.ndarray
    total: np.ndarray


def workspace(network: Compact) -> Workspace:
    units, ones = len(network.first) - 1, int(network.pixels)
    activation = aligned_zeros(ones + units + 2, int(STRIDE))
    activation[ones] = 1
    sizes = (int(network.outputs) * 64, units * 64, len(network.weight), 64, 64, 64)
    return Workspace(activation.ravel(), *map(aligned_zeros, sizes))


@part  # as a kernel, LLVM would make it scatter instructions, which are slower
def _load(activation, row, pixels, examples, batch, start, count):
    """Fill the pixel rows with examples batch[start : start + count], one a lane."""
    for t in range(pixels * STRIDE):
        activation[t] = np.float32(0)
    for lane in range(count):
        example = np.uintp(batch[start + lane])
        for k in range(examples.first[example], examples.first[example + ONE]):
            activation[np.uintp(row[examples.feature[k]]) + lane] = examples.value[k]


@kernel
def _weighted_sum(total, activation, source, weight, start, end):
    """total [64] = sum of weight * activation[source] over connections start..end."""
    for t in range(LANES):
        total[t] = np.float32(0)
    for c in range(start, end):
        row = np.uintp(source[c]) * STRIDE
        for t in range(LANES):
            total[t] += weight[c] * activation[row + t]


@kernel
def _correlate(gradient, activation, delta, source, start, end):
    """gradient += <activation[source], delta [64]> for connections start..end."""
    for c in range(start, end):
        row = np.uintp(source[c]) * STRIDE
        g = np.float32(0)
        for t in range(LANES):
            g += activation[row + t] * delta[t]
        gradient[c] += g


@kernel
def _propagate(deltas, delta, source, weight, start, end, hidden):
    """Send a unit's delta [64] back along its connections start..end; the units' rows begin at row `hidden`."""
    for c in range(start, end):
        below = (np.uintp(source[c]) - hidden) * LANES
        for t in range(LANES):
            deltas[below + t] += weight[c] * delta[t]


@part
def _forward(network, work):
    """Activations of the live units from the pixel rows, and the logits [outputs, 64]."""
    hidden, units = network.pixels + ONE, np.uintp(len(network.first)) - ONE
    for u in network.live:
        _weighted_sum(work.block, work.activation, network.source, network.weight, network.first[u], network.first[u + ONE])
        if u < units - network.outputs:
            row = (hidden + u) * STRIDE
            for t in range(LANES):  # `not <=` rather than `>`, so that NaN passes
                work.activation[row + t] = work.block[t] if not work.block[t] <= 0 else np.float32(0)
        else:
            row = (u + network.outputs - units) * LANES
            for t in range(LANES):
                work.logits[row + t] = work.block[t]


@part
def _backward(network, work):
    """Add to the gradients of all connections, given the outputs' rows of work.delta and zeros in the others."""
    hidden, units = network.pixels + ONE, np.uintp(len(network.first)) - ONE
    for u in network.live[::-1]:
        start, end = network.first[u], network.first[u + ONE]
        row = (hidden + u) * STRIDE
        output = u >= units - network.outputs
        for t in range(LANES):
            active = output or not work.activation[row + t] <= 0
            work.block[t] = work.delta[u * LANES + t] if active else np.float32(0)
        _correlate(work.gradient, work.activation, work.block, network.source, start, end)
        if u >= network.shallow:
            _propagate(work.delta, work.block, network.source, network.weight, start, end - ONE, hidden)


@part
def _predict(network, examples, batch, start, count, size, work):
    """Forward, loss and the outputs' deltas for the examples batch[start : start + count]."""
    _load(work.activation, network.row, network.pixels, examples, batch, start, count)
    _forward(network, work)
    outputs = len(work.delta) - len(work.logits)
    work.delta[:outputs] = 0
    return cross_entropy(
        work.logits, network.outputs, examples.label, batch, start, count, size, work.delta[outputs:], work.best, work.total
    )


@entry
def advance(network, examples, batches, rates, optimiser, iteration, work, losses):
    """Train for len(rates) iterations after the first `iteration` ones; losses: float64 [steps] of zeros, filled."""
    size = np.uintp(batches.shape[1])
    for step in range(len(rates)):
        work.gradient[:] = 0
        for start in range(np.uintp(0), size, LANES):
            loss, _ = _predict(network, examples, batches[step], start, min(LANES, size - start), size, work)
            losses[step] += loss / size
            _backward(network, work)
        scales = step_scales(optimiser, rates[step], iteration + step + 1)
        update(
            network.weight,
            network.first_moment,
            network.second_moment,
            np.uintp(0),
            np.uintp(len(network.weight)),
            work.gradient,
            optimiser,
            scales,
        )


@entry
def evaluate(network, examples, chosen, work):
    """Summed cross-entropy and number correct of the examples `chosen` (int32 [n])."""
    loss, correct, size = 0.0, 0, np.uintp(len(chosen))
    for start in range(np.uintp(0), size, LANES):
        part, hits = _predict(network, examples, chosen, start, min(LANES, size - start), size, work)
        loss += part
        correct += hits
    return loss, correct


def _live_units(masks: list[np.ndarray]) -> list[np.ndarray]:
    """bool [units] a layer: those from which a path of survivors leads to the outputs, and the outputs."""
    live = [np.ones(len(masks[-1]), bool)]
    for mask in masks[:0:-1]:
        live.insert(0, mask[live[0]].any(axis=0))
    return live


def lay_out(masks: list[np.ndarray], values: list[list[np.ndarray]]) -> Compact:
    """masks: bool [out, in] a layer; values: weights and two moments, each a list of [out, in + 1], the bias last."""
    live = _live_units(masks)
    pixels = np.flatnonzero(masks[0][live[0]].any(axis=0))
    ones, units = len(pixels), sum(map(len, masks))
    rows = np.full(masks[0].shape[1], ones + 1 + units)
    rows[pixels] = np.arange(ones)
    pixel_rows, sources, hidden = rows, [], ones + 1
    for mask in masks:
        sources.append(np.broadcast_to(np.append(rows, ones), (len(mask), len(rows) + 1))[with_biases(mask)])
        rows = hidden + np.arange(len(mask))
        hidden += len(mask)
    fan_in = np.concatenate([with_biases(mask).sum(axis=1) for mask in masks])
    return Compact(
        np.concatenate(sources).astype(np.uint32),
        np.insert(fan_in.cumsum(), 0, 0).astype(np.uintp),
        *(_pack(masks, layers) for layers in values),
        np.flatnonzero(np.concatenate(live)).astype(np.uintp),
        (pixel_rows * STRIDE).astype(np.uint32),
        np.uintp(ones),
        np.uintp(len(masks[0])),
        np.uintp(len(masks[-1])),
    )


def _pack(masks, layers):
    flat = np.concatenate([layer[with_biases(mask)] for mask, layer in zip(masks, layers, strict=True)])
    packed = aligned_zeros(len(flat))
    packed[:] = flat
    return packed


def unpack(masks: list[np.ndarray], flat: np.ndarray) -> list[np.ndarray]:
    """The inverse of packing: [out, in + 1] a layer, zero where pruned."""
    layers, start = [], 0
    for mask in masks:
        layer, kept = np.zeros((len(mask), mask.shape[1] + 1), np.float32), with_biases(mask)
        end = start + int(kept.sum())
        layer[kept] = flat[start:end]
        layers.append(layer)
        start = end
    return layers
