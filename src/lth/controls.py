"""The controls: pure functions from a ticket and a draw to where a network starts.

Each keeps one thing of the ticket and draws the other anew: its structure (mask) or its values (initial weights).
A new control is one function here and its name in CONTROLS.
"""

from collections.abc import Callable

import torch

from lth.pruning import Masks
from lth.tickets import Start, Ticket


def reinit(ticket: Ticket, draw: int) -> Start:
    """The ticket's structure with fresh values (paper, section 2, random reinitialisation)."""
    return Start.masked(ticket.network.initial_parameters(ticket.stream("reinit", draw)), ticket.mask)


def reshuffle(ticket: Ticket, draw: int) -> Start:
    """The ticket's connections permuted uniformly within each layer, each keeping its own initial value."""
    generator = ticket.stream("reshuffle", draw)
    start = ticket.start()
    parameters, mask = dict(start.parameters), {}
    for name, kept in ticket.mask.items():
        permutation = torch.from_numpy(generator.permutation(kept.numel()))
        mask[name] = kept.flatten()[permutation].view_as(kept)
        parameters[name] = start.parameters[name].flatten()[permutation].view_as(kept)
    return Start(parameters, mask)


def sparsity(ticket: Ticket, draw: int) -> Start:
    """A random structure with the ticket's count in each layer, and fresh values (paper, Figure 1, random sparsity)."""
    generator = ticket.stream("sparsity", draw)
    mask: Masks = {}
    for name, kept in ticket.mask.items():
        permutation = torch.from_numpy(generator.permutation(kept.numel()))
        mask[name] = kept.flatten()[permutation].view_as(kept)
    return Start.masked(ticket.network.initial_parameters(generator), mask)


CONTROLS: dict[str, Callable[[Ticket, int], Start]] = {
    "reinit": reinit,
    "reshuffle": reshuffle,
    "sparsity": sparsity,
}
