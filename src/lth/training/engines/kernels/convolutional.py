"""Training and evaluation of sparse convolutional networks on one CPU thread, for networks whose masks stay fixed.

    network = lay_out(masks, sides, weights, biases)
    losses = advance(network, images, labels, batches, rates, adam(), iteration)
    loss, correct = evaluate(network, images, labels, validation)
    weights, biases = dense(network.weight, masks)

3x3 convolutions with ReLU, some followed by 2x2 max pooling, the last one always; then fully connected layers. A step costs
what its surviving weights cost, and some traffic of values. As those of `lth.training.engines.kernels`, a call runs without the
interpreter's lock, touches only its own network, and does the same however iterations are split and whatever else runs.
"""

from typing import NamedTuple

import numpy as np

from . import connected, features
from .arithmetic import LANES, ONE, Optimiser, cross_entropy, entry, part, step_scales, update
from .connections import gather
from .convolution import GROUP, layer_length, sums_length
from .examples import aligned_zeros
from .layout import Network, dense, lay_out

__all__ = ["Network", "advance", "dense", "evaluate", "lay_out"]


class Workspace(NamedTuple):
    """Scratch for slots of 16 images and chunks of 64.

    values: the convolutions' inputs, layer after layer from at [convolutions] on, slot after slot; from `units` on, chunk after
    chunk of `chunk` floats, the rows [64] of the fully connected layers, whose inputs start at rows [layers], and the logits.
    unit_delta: the gradients of those. delta: of one slot's convolutions, from delta_at on. places: uint8, of maxima, from
    places_at on. read, send: the weights of those lists. sums: of a block of columns, or of a layer's units. block, best, total: [64].
    """

    slots: np.uintp
    values: np.ndarray
    at: np.ndarray
    units: np.uintp
    chunk: np.uintp
    rows: np.ndarray
    unit_delta: np.ndarray
    delta: np.ndarray
    delta_at: np.ndarray
    places: np.ndarray
    places_at: np.ndarray
    read: np.ndarray
    send: np.ndarray
    gradient: np.ndarray
    sums: np.ndarray
    block: np.ndarray
    best: np.ndarray
    total: np.ndarray


def advance(
    network: Network,
    images: np.ndarray,
    labels: np.ndarray,
    batches: np.ndarray,
    rates: np.ndarray,
    optimiser: Optimiser,
    iteration: int,
    keep: float = 1.0,
    numbers: np.ndarray | None = None,
) -> np.ndarray:
    """Train the network in place. Returns each iteration's mean loss before its update, float64 [steps].

    images: float32 [N, pixels]; labels: uint8 [N]. batches: int32 [steps, batch]. rates: float64 [steps]. iteration: how many
    are already done. Hidden fully connected units stay on where numbers, float32 [steps, batch * units] with each layer's
    [batch, units] one after the other, are below `keep`, and are divided by it.
    """
    losses, size = np.zeros(len(rates)), batches.shape[1]
    work = _workspace(network, slots=-(-size // 16), chunks=-(-size // 64))
    drawn = np.zeros((len(rates), 0), np.float32) if numbers is None else numbers
    _advance(network, images, labels, batches, rates, optimiser, iteration, np.float32(keep), drawn, work, losses)
    return losses


def evaluate(network: Network, images: np.ndarray, labels: np.ndarray, chosen: np.ndarray) -> tuple[float, int]:
    """Mean cross-entropy and number correct of the images `chosen`, int32 [n]."""
    loss, correct = _evaluate(network, images, labels, chosen, _workspace(network, slots=1, chunks=1))
    return loss / len(chosen), correct


@part
def _classify(network, work, chunk, lanes, size, numbers, keep):
    """The fully connected layers of a chunk of 64 images. numbers: drawn for a batch of `size`."""
    layers, start, drawn = np.uintp(len(network.out)), work.units + chunk * work.chunk, np.uintp(0)
    for layer in range(network.convolutions, layers):
        units, hidden = network.out[layer], layer + ONE < layers
        inputs, outputs = start + work.rows[layer], start + work.rows[layer + ONE]
        connected.forward(work.sums, work.values, inputs, outputs, network.connections, network.weight, layer, units, hidden)
        if hidden and keep < np.float32(1):
            connected.drop(work.values, outputs, units, lanes, numbers, drawn + chunk * LANES * units, keep)
            drawn += size * units


@part
def _predict(network, images, labels, batch, start, count, size, numbers, keep, work, slot, chunk):
    """Forward, loss and the logits' deltas of batch[start : start + count], in one chunk and its slots from `slot` on."""
    classes, row = network.out[len(network.out) - 1], work.rows[len(network.out)]
    for first in range(np.uintp(0), count, GROUP):
        here = (slot + first // GROUP) % work.slots
        features.load(
            work.values,
            work.at[0] + here * layer_length(network.into[0], network.side[0]),
            images,
            batch,
            start + first,
            min(GROUP, count - first),
            network.into[0],
            network.side[0],
        )
        features.forward(network, work, here, chunk * work.chunk + first)
    _classify(network, work, chunk, count, size, numbers, keep)
    logits = chunk * work.chunk + row
    return cross_entropy(
        work.values[work.units + logits :], classes, labels, batch, start, count, size, work.unit_delta[logits:], work.best, work.total
    )


@entry
def _advance(network, images, labels, batches, rates, optimiser, iteration, keep, numbers, work, losses):
    """losses: float64 [steps] of zeros, filled."""
    size, layers = np.uintp(batches.shape[1]), np.uintp(len(network.out))
    chunks = (size + LANES - ONE) // LANES
    for step in range(len(rates)):
        gather(work.read, network.weight, network.read.source)
        for chunk in range(chunks):
            start = chunk * LANES
            loss, _ = _predict(
                network,
                images,
                labels,
                batches[step],
                start,
                min(LANES, size - start),
                size,
                numbers[step],
                keep,
                work,
                start // GROUP,
                chunk,
            )
            losses[step] += loss / size
        scales = step_scales(optimiser, rates[step], iteration + step + 1)
        for back in range(layers - network.convolutions):
            layer = layers - ONE - back
            connected.learn(network, work, layer, chunks, keep, optimiser, scales)
        gather(work.send, network.weight, network.send.source)
        work.gradient[: network.flat] = 0
        for first in range(np.uintp(0), size, GROUP):
            features.backward(network, work, first // GROUP, first // LANES * work.chunk + first % LANES)
        update(
            network.weight,
            network.first_moment,
            network.second_moment,
            np.uintp(0),
            network.flat,
            work.gradient,
            optimiser,
            scales,
        )


@entry
def _evaluate(network, images, labels, chosen, work):
    """Summed cross-entropy and number correct."""
    loss, correct, size = 0.0, 0, np.uintp(len(chosen))
    numbers = work.sums[:0]
    gather(work.read, network.weight, network.read.source)
    for start in range(np.uintp(0), size, LANES):
        count = min(LANES, size - start)
        part, hits = _predict(network, images, labels, chosen, start, count, size, numbers, np.float32(1), work, np.uintp(0), np.uintp(0))
        loss += part
        correct += hits
    return loss, correct


def _workspace(network: Network, slots: int, chunks: int) -> Workspace:
    convolutions = int(network.convolutions)
    into, out, side, pooled = (array.astype(int) for array in (network.into, network.out, network.side, network.pooled))
    inputs = [slots * int(layer_length(*layer)) for layer in zip(network.into[:convolutions], network.side, strict=False)]
    deltas = [int(layer_length(*layer)) for layer in zip(network.out[:convolutions], network.side, strict=False)]
    maxima = slots * int(GROUP) * out * (side // 2) ** 2 * pooled
    first = out[convolutions - 1] * int(features.unit_plane(network.side[convolutions - 1] >> ONE))
    rows = np.concatenate([np.zeros(convolutions, int), np.cumsum([0, first, *64 * into[convolutions + 1 :], 64 * out[-1]])])
    channels = np.uintp(max(out[:convolutions].max(), into[:convolutions].max()))
    sums = max(2 * int(sums_length(channels)), 64 * out[convolutions:].max())
    return Workspace(
        np.uintp(slots),
        aligned_zeros(sum(inputs) + chunks * rows[-1]),
        np.cumsum([0, *inputs[:-1]]).astype(np.uintp),
        np.uintp(sum(inputs)),
        np.uintp(rows[-1]),
        rows.astype(np.uintp),
        aligned_zeros(chunks * rows[-1]),
        aligned_zeros(sum(deltas)),
        np.cumsum([0, *deltas[:-1]]).astype(np.uintp),
        np.zeros(maxima.sum(), np.uint8),
        np.cumsum([0, *maxima[:-1]]).astype(np.uintp),
        aligned_zeros(*network.read.source.shape),
        aligned_zeros(*network.send.source.shape),
        aligned_zeros(max(int(network.flat), _widest_block(network))),
        aligned_zeros(sums),
        *map(aligned_zeros, (64, 64, 64)),
    )


def _widest_block(network: Network) -> int:
    """Connections of the largest block of a fully connected layer, or its biases."""
    most = 0
    for layer in range(int(network.convolutions), len(network.out)):
        units, start = int(network.out[layer]), int(network.connections.segment[layer])
        ends = network.connections.first[start : start + int(network.connections.blocks[layer]) * units + 1 : units]
        most = max(most, units, *np.diff(ends.astype(int)))
    return int(most)
