"""Convolutional networks in memory: surviving weights as lists of connections, and back."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from . import features
from .arithmetic import LANES
from .connections import NONE, Connections, Lists, firsts, from_blocks, in_blocks, joined, listed
from .convolution import GROUP, plane_length, row_length
from .examples import aligned_zeros
from .target import WIDE

PAIRED_FROM = 0.75  # the density from which two channels are faster together, though each then reads what the other does


class Network(NamedTuple):
    """Flat values: a layer's surviving weights, its biases, then the next layer's. Convolutions come first.

    connections: of all layers. read: what the channels of convolutions sum; send: what their input channels do, of gradients. into, out, side, pooled: uint64 [layers]; side: of a convolution's outputs before pooling.
    convolutions: how many. flat: how many values are theirs.
    """

    connections: Connections
    read: Lists
    send: Lists
    into: np.ndarray
    out: np.ndarray
    side: np.ndarray
    pooled: np.ndarray
    weight: np.ndarray
    first_moment: np.ndarray
    second_moment: np.ndarray
    convolutions: np.uintp
    flat: np.uintp


def lay_out(masks: list[np.ndarray], sides: list[int], weights: list[np.ndarray], biases: list[np.ndarray]) -> Network:
    """An untrained network. masks: bool [out, in, 3, 3] or [out, in] a layer; sides: of each convolution's outputs, multiples of 8.

    A convolution is pooled where the next one is half as wide; the last one always is.
    """
    convolutions, at = len(sides), 0
    connections, read, send = [], [], []
    for layer, (mask, reads) in enumerate(zip(masks, _reads(masks, sides), strict=True)):
        size, kept = _block_size(mask), int(mask.sum())
        offsets = np.append(listed(reads, mask, size), np.zeros(len(mask)))
        connections.append((offsets, firsts(mask, size, at), -(-mask.shape[1] // size)))
        if layer < convolutions:
            places = np.full(in_blocks(mask, size).shape, NONE)
            places[in_blocks(mask, size)] = np.arange(at, at + kept)
            places = from_blocks(places, mask.shape[1])
            read.append((places, reads[0]))
            back = places.swapaxes(0, 1)[:, :, ::-1, ::-1] if layer else np.full((1, 1, 3, 3), NONE)  # images get no gradient
            send.append((back, next(_reads([back], [sides[layer]]))[0]))
        at += kept + len(mask)
    shapes = np.array([mask.shape[:2] for mask in masks], np.uintp)
    side = np.array([*sides, *[0] * (len(masks) - convolutions)], np.uintp)
    return Network(
        joined(connections),
        _lists(read),
        _lists(send),
        shapes[:, 1].copy(),
        shapes[:, 0].copy(),
        side,
        np.append(side[1:] < side[:-1], False).astype(np.uintp),
        _packed(masks, weights, biases),
        aligned_zeros(at),
        aligned_zeros(at),
        np.uintp(convolutions),
        np.uintp(sum(int(mask.sum()) + len(mask) for mask in masks[:convolutions])),
    )


def _packed(masks, weights, biases) -> np.ndarray:
    layers = [np.append(listed(values, mask, _block_size(mask)), bias) for mask, values, bias in zip(masks, weights, biases, strict=True)]
    flat = aligned_zeros(sum(map(len, layers)))
    np.concatenate(layers, out=flat)
    return flat


def dense(flat: np.ndarray, masks: list[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Weights and biases, or their moments, of each layer, in new arrays; zero where pruned."""
    weights, biases, at = [], [], 0
    for mask in masks:
        kept = in_blocks(mask, _block_size(mask))
        values, end = np.zeros(kept.shape, np.float32), at + int(kept.sum())
        values[kept] = flat[at:end]
        weights.append(from_blocks(values, mask.shape[1]).copy())
        biases.append(flat[end : end + len(mask)].copy())
        at = end + len(mask)
    return weights, biases


def _lists(layers: list[tuple[np.ndarray, np.ndarray]]) -> Lists:
    """layers: of each, where its weights lie, uint32 [out, in, 3, 3], NONE where pruned, and where they read, [in, 3, 3]."""
    connections, sources, together, at = [], [], [], 0
    for places, reads in layers:
        size, paired = _block_size(places != NONE), WIDE and (places != NONE).mean() >= PAIRED_FROM
        odd = np.full((len(places) % 2, *places.shape[1:]), NONE)
        channels = [*np.concatenate([places, odd]).reshape(-1, 2, *places.shape[1:]).swapaxes(0, 1)] if paired else [places]
        kept = np.any([channel != NONE for channel in channels], axis=0)
        offsets = listed(np.broadcast_to(reads, kept.shape), kept, size)
        connections.append((offsets, firsts(kept, size, at), -(-kept.shape[1] // size)))
        sources.append(np.stack([listed(channel, kept, size) for channel in (channels[0], channels[-1])]))
        together.append(len(channels))
        at += len(offsets)
    flat = joined(connections)
    source = np.concatenate(sources, axis=1).astype(np.uint32)
    return Lists(flat.offset, source, flat.first, flat.segment, flat.blocks, np.array(together, np.uintp))


def _reads(masks: list[np.ndarray], sides: list[int]) -> Iterator[np.ndarray]:
    """Where each connection of each layer reads: [out, in, …]."""
    for layer, mask in enumerate(masks):
        if layer < len(sides):
            side = np.uintp(sides[layer])
            reads = _grid(mask.shape[1:], plane_length(side), row_length(side), GROUP)
        elif layer == len(sides):
            channels = len(masks[layer - 1])
            positions = mask.shape[1] // channels
            reads = _grid((channels, positions), features.unit_plane(np.uintp(sides[-1] // 2)), LANES).ravel()
        else:
            reads = _grid(mask.shape[1:], LANES)
        yield np.broadcast_to(reads, mask.shape)


def _grid(shape: tuple[int, ...], *steps: int) -> np.ndarray:
    return sum(
        np.arange(n).reshape(-1, *[1] * after) * int(step) for n, step, after in zip(shape, steps, range(len(shape))[::-1], strict=True)
    )


def _block_size(mask: np.ndarray) -> int:
    """Inputs a block, by density alone: few stay in a nearer cache, many leave each sum something to add."""
    density = mask.mean()
    if mask.ndim == 4:
        return 16 if density >= 0.06 else 32
    return 128 if density >= 0.15 else 512 if density >= 0.03 else 2048
