"""A ticket's initial values without its mask: do they help by themselves? Survivors' values are bimodal, and larger (paper, Figures 15 and 16).

A control puts values of one kind on a structure of one kind: `gaussian-dense`, `signs-random`, … Values are drawn for every place of a layer,
by those that the ticket's survivors have there, and a structure keeps some of them: one draw has the same values on every structure, and the
random structure that `sparsity` has.

| values   | in each layer                                                                                             |
|---|---|
| gaussian | Gaussian, with the survivors' deviation: their scale without their shape                                  |
| drawn    | drawn from the survivors', with replacement: scale and shape; on the ticket's mask what `resampled` is    |
| rescaled | the same, brought to the deviation of Gaussian Glorot: shape without scale                                |
| signs    | the survivors' deviation with random signs: two modes alone (arXiv 1905.01067, signed constants)          |

Deviations are about zero. Values of Gaussian Glorot itself, neither scale nor shape, are the dense network's, `sparsity`'s and `reinit`'s.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from lth.errors import LthError
from lth.networks import Layer
from lth.pruning import Masks
from lth.tickets import Start, Ticket

Values = Callable[[np.ndarray, Layer, np.random.Generator], np.ndarray]
"""(survivors' values float32 [survivors], layer, random stream) -> values for all places of the layer, its shape."""
Structure = Callable[[Ticket, int], Masks]
"""(ticket, draw) -> mask."""


def gaussian(survivors: np.ndarray, layer: Layer, generator: np.random.Generator) -> np.ndarray:
    return deviation(survivors) * generator.standard_normal(layer.shape)


def drawn(survivors: np.ndarray, layer: Layer, generator: np.random.Generator) -> np.ndarray:
    return survivors[generator.integers(0, len(survivors), layer.shape)]


def rescaled(survivors: np.ndarray, layer: Layer, generator: np.random.Generator) -> np.ndarray:
    return layer.deviation / deviation(survivors) * drawn(survivors, layer, generator)


def signs(survivors: np.ndarray, layer: Layer, generator: np.random.Generator) -> np.ndarray:
    return deviation(survivors) * generator.choice((-1.0, 1.0), layer.shape)


def deviation(values: np.ndarray) -> float:
    """The standard deviation about zero."""
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def dense(ticket: Ticket, draw: int) -> Masks:
    """All connections."""
    return {name: torch.ones_like(kept) for name, kept in ticket.mask.items()}


def random(ticket: Ticket, draw: int) -> Masks:
    """A random structure with the ticket's count in each layer."""
    return permuted(ticket, ticket.stream("sparsity", draw))


def own(ticket: Ticket, draw: int) -> Masks:
    """The ticket's structure."""
    return ticket.mask


def permuted(ticket: Ticket, generator: np.random.Generator) -> Masks:
    """A ticket's mask, its connections permuted uniformly within each layer."""
    return {name: kept.flatten()[torch.from_numpy(generator.permutation(kept.numel()))].view_as(kept) for name, kept in ticket.mask.items()}


def values_on(values: Values, stream: str, structure: Structure, ticket: Ticket, draw: int) -> Start:
    """Values of one kind on a structure of one kind; biases are the ticket's. Raises LthError for a layer without survivors."""
    generator, start = ticket.stream(stream, draw), ticket.start()
    parameters = dict(start.parameters)
    for layer in ticket.network.layers:
        survivors = start.parameters[layer.weight][ticket.mask[layer.weight]].numpy()
        if not len(survivors):
            raise LthError(f"{ticket!r} has no weights left in {layer.name} to take values from: name earlier rounds")
        parameters[layer.weight] = torch.from_numpy(values(survivors, layer, generator).astype(np.float32))
    return Start.masked(parameters, structure(ticket, draw))


VALUES: dict[str, tuple[Values, str]] = {
    "gaussian": (gaussian, "gaussian"),
    "drawn": (drawn, "drawn"),
    "rescaled": (rescaled, "drawn"),
    "signs": (signs, "signs"),
}
"""Kinds of values, each with its random stream."""

STRUCTURES: dict[str, Structure] = {"dense": dense, "random": random, "ticket": own}

ON_STRUCTURES: dict[str, Callable[[Ticket, int], Start]] = {
    f"{name}-{where}": partial(values_on, values, stream, structure)
    for name, (values, stream) in VALUES.items()
    for where, structure in STRUCTURES.items()
}
"""All of these controls, for `lth.tickets.controls.CONTROLS`."""
