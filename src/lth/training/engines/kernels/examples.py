"""Examples as sparse rows: four of five MNIST pixels are zero."""

from typing import NamedTuple

import numpy as np


class Examples(NamedTuple):
    """N examples; read-only, so that all networks of a process share them.

    first: uint64 [N + 1], where each example's non-zero features start. feature: uint16 [non-zeros]. value: float32
    [non-zeros]. label: uint8 [N].
    """

    first: np.ndarray
    feature: np.ndarray
    value: np.ndarray
    label: np.ndarray


def sparse_examples(features: np.ndarray, labels: np.ndarray) -> Examples:
    """The non-zeros of float32 features [N, in], in at most 65,536, and labels [N], below 256."""
    example, feature = np.nonzero(features)
    first = np.searchsorted(example, np.arange(len(features) + 1)).astype(np.uintp)
    return Examples(first, feature.astype(np.uint16), features[example, feature].astype(np.float32), labels.astype(np.uint8))


def aligned_zeros(*shape: int) -> np.ndarray:
    """float32 zeros that start on a cache line: a register of values never straddles two."""
    size, line = int(np.prod(shape)), 16
    raw = np.zeros(size + line, np.float32)
    skip = -(raw.ctypes.data // raw.itemsize) % line
    return raw[skip : skip + size].reshape(shape)


def with_biases(mask: np.ndarray) -> np.ndarray:
    """bool [out, in + 1]: the survivors of a mask [out, in], and the biases, which always are."""
    return np.pad(mask, ((0, 0), (0, 1)), constant_values=True)
