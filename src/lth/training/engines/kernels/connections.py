"""Surviving weights as lists: each unit or channel names the values it reads, in blocks of inputs that stay in the cache."""

from typing import NamedTuple

import numpy as np

from .arithmetic import kernel, part


class Connections(NamedTuple):
    """Connections of several layers, block of inputs after block of inputs, and in a block unit after unit.

    offset: uint32 [connections], where each reads, from a place that its kernel knows. first: uint64, where the connections of
    each (block, unit) of a layer start, and last where they end. segment, blocks: uint64 [layers], where a layer's part of
    `first` starts and how many blocks it has.
    """

    offset: np.ndarray
    first: np.ndarray
    segment: np.ndarray
    blocks: np.ndarray


class Lists(NamedTuple):
    """What each channel of several convolutions sums, in the same order, for one channel at a time or for two that share each load.

    offset: uint32 [n]. source: uint32 [2, n], where the weight of the channel, and of the second of two, lies; NONE where it has
    none. first, segment, blocks: as those of Connections, of channels or pairs. together: uint64 [layers], 1 or 2.
    """

    offset: np.ndarray
    source: np.ndarray
    first: np.ndarray
    segment: np.ndarray
    blocks: np.ndarray
    together: np.ndarray


NONE = np.uint32(2**32 - 1)


def accumulator(width):
    """A kernel that adds weights times `width` neighbouring values, as many as fit into registers, for one unit's connections."""

    @kernel
    def accumulate(sums, at, values, base, offset, weight, start, end):
        for c in range(start, end):
            read = base + np.uintp(offset[c])
            for t in range(width):
                sums[at + t] += weight[c] * values[read + t]

    return accumulate


@kernel
def gather(gathered, weight, source):
    """The weights of Lists [2, n], from a network's flat weights."""
    for row in range(np.uintp(2)):
        for k in range(np.uintp(source.shape[1])):
            gathered[row, k] = weight[source[row, k]] if source[row, k] != NONE else np.float32(0)


@part
def connections_end(connections, layer, units):
    """Where a layer's connections end: its biases follow."""
    return connections.first[connections.segment[layer] + connections.blocks[layer] * units]


def in_blocks(values: np.ndarray, size: int) -> np.ndarray:
    """[out, in, …] as [blocks, out, size, …], with zeros after the last input."""
    blocks = -(-values.shape[1] // size)
    padded = np.pad(values, ((0, 0), (0, blocks * size - values.shape[1]), *((0, 0),) * (values.ndim - 2)))
    return padded.reshape(len(values), blocks, size, *values.shape[2:]).swapaxes(0, 1)


def from_blocks(values: np.ndarray, inputs: int) -> np.ndarray:
    """The inverse of in_blocks()."""
    together = values.swapaxes(0, 1)
    return together.reshape(len(together), -1, *together.shape[3:])[:, :inputs]


def listed(values: np.ndarray, mask: np.ndarray, size: int) -> np.ndarray:
    """The entries of `values` [out, in, …] where bool `mask` is, in the order of Connections with blocks of so many inputs."""
    return in_blocks(values, size)[in_blocks(mask, size)]


def joined(layers: list[tuple[np.ndarray, np.ndarray, int]]) -> Connections:
    """The lists of several layers. layers: offsets of each; where its connections begin, by block and unit, and end; its blocks."""
    offsets, begins, blocks = zip(*layers, strict=True)
    segment = np.cumsum([0, *map(len, begins[:-1])])
    return Connections(
        np.concatenate(offsets).astype(np.uint32),
        np.concatenate(begins).astype(np.uintp),
        segment.astype(np.uintp),
        np.array(blocks, np.uintp),
    )


def firsts(mask: np.ndarray, size: int, at: int) -> np.ndarray:
    """Where the connections of each (block, unit) begin, the first at `at`, and where the last end. mask: bool [out, in, …]."""
    kept = in_blocks(mask, size)
    return at + np.insert(kept.reshape(kept.shape[0] * kept.shape[1], -1).sum(axis=1).cumsum(), 0, 0)
