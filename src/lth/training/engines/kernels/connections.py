"""Surviving weights as lists: each unit or channel names the values it reads, in blocks of inputs that stay in the cache."""

from typing import NamedTuple

import numpy as np

from .arithmetic import ONE, kernel, part


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


def weighted_sums(width):
    """A kernel that sums, for each unit of a layer, its connections' weights times `width` neighbouring values.

    width: as many as fit into registers, so that a sum goes to memory once a block of inputs.
    """

    @kernel
    def accumulate(sums, at, values, base, offset, weight, start, end):
        for c in range(start, end):
            read = base + np.uintp(offset[c])
            for t in range(width):
                sums[at + t] += weight[c] * values[read + t]

    @part
    def add(sums, at, values, base, connections, weight, layer, units):
        """sums[at :] [units, width] += weights times values, read from `base` on."""
        segment = connections.segment[layer]
        for _ in range(connections.blocks[layer]):
            for unit in range(units):
                start, end = connections.first[segment + unit], connections.first[segment + unit + ONE]
                if start < end:
                    accumulate(sums, at + unit * width, values, base, connections.offset, weight, start, end)
            segment += units

    return add


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
    offsets, firsts, blocks = zip(*layers, strict=True)
    segment = np.cumsum([0, *map(len, firsts[:-1])])
    return Connections(
        np.concatenate(offsets).astype(np.uint32),
        np.concatenate(firsts).astype(np.uintp),
        segment.astype(np.uintp),
        np.array(blocks, np.uintp),
    )


def firsts(mask: np.ndarray, size: int, at: int) -> np.ndarray:
    """Where the connections of each (block, unit) begin, the first at `at`, and where the last end. mask: bool [out, in, …]."""
    kept = in_blocks(mask, size)
    return at + np.insert(kept.reshape(kept.shape[0] * kept.shape[1], -1).sum(axis=1).cumsum(), 0, 0)
