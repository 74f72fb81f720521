"""Denser networks: weights in dense panels of 64 units, the vector axis; zeros among pixels and activations are skipped.

A step costs about the same at any density of the mask.
"""

from typing import NamedTuple

import numpy as np

from .arithmetic import LANES, ONE, cross_entropy, entry, kernel, part, step_scales, update
from .examples import aligned_zeros, with_biases

SLAB = np.uintp(96)  # rows of a panel, 24 KiB


class Panels(NamedTuple):
    """A layer is a run of panels, each [in + 1, 64]: the weights out of each input into 64 units, and last their biases.

    widths: uint64 [layers + 1]. mask: bool; weight, first_moment, second_moment: float32; flat, layer after layer.
    """

    widths: np.ndarray
    mask: np.ndarray
    weight: np.ndarray
    first_moment: np.ndarray
    second_moment: np.ndarray


class Workspace(NamedTuple):
    """Scratch for a batch of `count` examples.

    Non-zero inputs of each layer, bias included, by example: first uint64 [layers, count + 1], unit uint32 and value
    float32 [layers, most]. One layer's, by unit: t_first, t_example, t_value. z, delta: float32 [layers, panels * count *
    64]. logits, logits_delta: [classes * 64]. block, best, total: [64].
    """

    first: np.ndarray
    unit: np.ndarray
    value: np.ndarray
    cursor: np.ndarray
    t_first: np.ndarray
    t_example: np.ndarray
    t_value: np.ndarray
    z: np.ndarray
    delta: np.ndarray
    logits: np.ndarray
    logits_delta: np.ndarray
    block: np.ndarray
    best: np.ndarray
    total: np.ndarray


def workspace(network: Panels, count: int) -> Workspace:
    layers, widest, classes = len(network.widths) - 1, int(max(network.widths)) + 1, int(network.widths[-1])
    most, outputs = count * widest, _panels(int(max(network.widths[1:]))) * count * 64
    by_example = np.zeros((layers, count + 1), np.uintp), np.zeros((layers, most), np.uint32), aligned_zeros(layers, most)
    cursor = np.zeros(count, np.uintp)
    by_unit = np.zeros(widest + 1, np.uintp), np.zeros(most, np.uint32), aligned_zeros(most)
    values = aligned_zeros(layers, outputs), aligned_zeros(layers, outputs)
    return Workspace(*by_example, cursor, *by_unit, *values, *map(aligned_zeros, (classes * 64, classes * 64, 64, 64, 64)))


@kernel
def _load(first, unit, value, features, examples, batch, start, count):
    """The inputs of the first layer: examples batch[start : start + count] and, as unit `features`, the bias."""
    n = np.uintp(0)
    for b in range(count):
        first[b] = n
        example = np.uintp(batch[start + b])
        for k in range(examples.first[example], examples.first[example + ONE]):
            unit[n], value[n] = examples.feature[k], examples.value[k]
            n += ONE
        unit[n], value[n] = features, np.float32(1)
        n += ONE
    first[count] = n


@kernel
def _activate(first, unit, value, z, width, count):
    """The inputs of the next layer: the units of z that ReLU leaves on, and the bias. NaN stays on."""
    n = np.uintp(0)
    for b in range(count):
        first[b] = n
        for i0 in range(np.uintp(0), width, LANES):
            at = i0 * count + b * LANES
            for t in range(min(LANES, width - i0)):
                a = z[at + t]
                unit[n], value[n] = i0 + t, a
                n += np.uintp(not a <= 0)
        unit[n], value[n] = width, np.float32(1)
        n += ONE
    first[count] = n


@kernel
def _transpose(first, unit, value, rows, count, t_first, t_example, t_value):
    """The same entries grouped by unit, examples in order: a counting sort."""
    for i in range(rows + ONE):
        t_first[i] = np.uintp(0)
    for k in range(first[count]):
        t_first[np.uintp(unit[k])] += ONE
    end = np.uintp(0)
    for i in range(rows + ONE):
        end += t_first[i]
        t_first[i] = end
    for back in range(count):
        b = count - ONE - back
        for k in range(first[b], first[b + ONE]):
            n = t_first[np.uintp(unit[k])] - ONE
            t_first[np.uintp(unit[k])] = n
            t_example[n], t_value[n] = b, value[k]


@kernel
def _weighted_sum(total, start, values, base, row, scale, first, end):
    """total[start : start + 64] = sum over k in first..end of scale[k] * values[base + row[k] * 64 :][:64]."""
    for t in range(LANES):
        total[start + t] = np.float32(0)
    for k in range(first, end):
        at = base + np.uintp(row[k]) * LANES
        for t in range(LANES):
            total[start + t] += scale[k] * values[at + t]


@kernel
def _forward(first, unit, value, weight, base, rows, panels, count, z, cursor):
    """z = inputs times weights, by slabs of a panel that stay in the first-level cache for the whole batch."""
    for panel in range(panels):
        for b in range(count):
            cursor[b] = first[b]
        for slab in range(np.uintp(0), rows, SLAB):
            for b in range(count):
                at, k, end = (panel * count + b) * LANES, cursor[b], first[b + ONE]
                if slab == 0:
                    for t in range(LANES):
                        z[at + t] = np.float32(0)
                while k < end and np.uintp(unit[k]) < slab + SLAB:
                    row = base + (panel * rows + np.uintp(unit[k])) * LANES
                    for t in range(LANES):
                        z[at + t] += value[k] * weight[row + t]
                    k += ONE
                cursor[b] = k


@kernel
def _propagate(first, unit, weight, base, rows, panels, count, delta, below):
    """The delta of the layer below, zeros at first: weights times delta, for the units that are on."""
    for b in range(count):
        for k in range(first[b], first[b + ONE] - ONE):
            i = np.uintp(unit[k])
            d = np.float32(0)
            for panel in range(panels):
                row, at = base + (panel * rows + i) * LANES, (panel * count + b) * LANES
                for t in range(LANES):
                    d += weight[row + t] * delta[at + t]
            below[((i // LANES) * count + b) * LANES + i % LANES] = d


@kernel
def _learn(
    t_first, t_example, t_value, weight, first_moment, second_moment, mask, base, rows, panels, count, delta, block, optimiser, scales
):
    """Gradient and update of each block of 64 weights while it is at hand."""
    for panel in range(panels):
        for i in range(rows):
            at = base + (panel * rows + i) * LANES
            _weighted_sum(block, np.uintp(0), delta, panel * count * LANES, t_example, t_value, t_first[i], t_first[i + ONE])
            for t in range(LANES):
                block[t] = block[t] if mask[at + t] else np.float32(0)
            update(weight, first_moment, second_moment, at, LANES, block, optimiser, scales)


@part
def _shape(network, layer):
    """Rows and panels of a layer."""
    return network.widths[layer] + ONE, (network.widths[layer + 1] + LANES - ONE) // LANES


@part
def _predict(network, examples, batch, start, count, work):
    """z of all layers for the examples batch[start : start + count]; returns the end of the last layer's weights."""
    base, layers = np.uintp(0), len(network.widths) - 1
    _load(work.first[0], work.unit[0], work.value[0], network.widths[0], examples, batch, start, count)
    for layer in range(layers):
        rows, panels = _shape(network, layer)
        if layer > 0:
            _activate(work.first[layer], work.unit[layer], work.value[layer], work.z[layer - 1], network.widths[layer], count)
        _forward(
            work.first[layer], work.unit[layer], work.value[layer], network.weight, base, rows, panels, count, work.z[layer], work.cursor
        )
        base += rows * panels * LANES
    return base


@part
def _loss(network, examples, batch, start, count, size, work):
    """Summed loss and number correct of `count` examples whose z are there; the deltas of the last layer."""
    classes, loss, correct = network.widths[-1], 0.0, 0
    z, delta = work.z[-1], work.delta[-1]
    for b0 in range(np.uintp(0), count, LANES):
        lanes = min(LANES, count - b0)
        for b in range(lanes):
            for c in range(classes):
                work.logits[c * LANES + b] = z[((c // LANES) * count + b0 + b) * LANES + c % LANES]
        part, hits = cross_entropy(
            work.logits, classes, examples.label, batch, start + b0, lanes, size, work.logits_delta, work.best, work.total
        )
        for b in range(lanes):
            for c in range(classes):
                delta[((c // LANES) * count + b0 + b) * LANES + c % LANES] = work.logits_delta[c * LANES + b]
        loss += part
        correct += hits
    return loss, correct


@part
def _backward(network, optimiser, scales, base, count, work):
    """Deltas, gradients and updates from the last layer down; a layer's delta is sent down before its weights change."""
    layers = len(network.widths) - 1
    for layer in range(layers - 1, -1, -1):
        rows, panels = _shape(network, layer)
        base -= rows * panels * LANES
        first, unit, value = work.first[layer], work.unit[layer], work.value[layer]
        if layer > 0:
            work.delta[layer - 1] = 0
            _propagate(first, unit, network.weight, base, rows, panels, count, work.delta[layer], work.delta[layer - 1])
        _transpose(first, unit, value, rows, count, work.t_first, work.t_example, work.t_value)
        _learn(
            work.t_first,
            work.t_example,
            work.t_value,
            network.weight,
            network.first_moment,
            network.second_moment,
            network.mask,
            base,
            rows,
            panels,
            count,
            work.delta[layer],
            work.block,
            optimiser,
            scales,
        )


@entry
def advance(network, examples, batches, rates, optimiser, iteration, work, losses):
    """Train for len(rates) iterations after the first `iteration` ones; losses: float64 [steps], filled."""
    size = np.uintp(batches.shape[1])
    for step in range(len(rates)):
        end = _predict(network, examples, batches[step], np.uintp(0), size, work)
        loss, _ = _loss(network, examples, batches[step], np.uintp(0), size, size, work)
        losses[step] = loss / size
        _backward(network, optimiser, step_scales(optimiser, rates[step], iteration + step + 1), end, size, work)


@entry
def evaluate(network, examples, chosen, work):
    """Summed cross-entropy and number correct of the examples `chosen` (int32 [n])."""
    loss, correct, size = 0.0, 0, np.uintp(len(chosen))
    for start in range(np.uintp(0), size, LANES):
        count = min(LANES, size - start)
        _predict(network, examples, chosen, start, count, work)
        part, hits = _loss(network, examples, chosen, start, count, size, work)
        loss += part
        correct += hits
    return loss, correct


def _panels(width: int) -> int:
    return -(-width // 64)


def lay_out(masks: list[np.ndarray], values: list[list[np.ndarray]]) -> Panels:
    """masks: bool [out, in] a layer; values: weights and two moments, each a list of [out, in + 1], the bias last."""
    widths = np.array([masks[0].shape[1], *map(len, masks)], np.uintp)
    return Panels(widths, _pack([with_biases(mask) for mask in masks]).astype(bool), *map(_pack, values))


def _pack(layers):
    blocks = []
    for layer in layers:
        padded = np.pad(layer, ((0, -len(layer) % 64), (0, 0)))
        blocks.append(padded.reshape(-1, 64, layer.shape[1]).swapaxes(1, 2).ravel())
    packed = aligned_zeros(sum(map(len, blocks)))
    np.concatenate(blocks, out=packed)
    return packed


def unpack(masks: list[np.ndarray], flat: np.ndarray) -> list[np.ndarray]:
    """The inverse of packing: [out, in + 1] a layer, zero where pruned."""
    layers, start = [], 0
    for mask in masks:
        out, rows, panels = len(mask), mask.shape[1] + 1, _panels(len(mask))
        end = start + panels * rows * 64
        layer = flat[start:end].reshape(panels, rows, 64).swapaxes(1, 2).reshape(-1, rows)[:out]
        layers.append(np.where(with_biases(mask), layer, np.float32(0)))
        start = end
    return layers
