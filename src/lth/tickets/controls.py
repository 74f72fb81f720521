"""The controls: pure functions from a ticket and a draw to where a network starts.

Each keeps one thing of the ticket and draws the other anew: its structure (mask) or its values (initial weights, or those it is rewound to).
A new control is one function here and its name in CONTROLS; one that keeps no value, and so has nothing to rewind, also stands in
`lth.config.experiment.FRESH`.
"""

from collections.abc import Callable
from functools import partial

import torch

from lth import paths
from lth.config import Experiment
from lth.errors import LthError
from lth.tickets import Start, Ticket
from lth.tickets.values import ON_STRUCTURES, permuted


def winning_ticket(ticket: Ticket, draw: int) -> Start:
    """The ticket itself; it has no draws."""
    return ticket.start()


def reinit(ticket: Ticket, draw: int) -> Start:
    """The ticket's structure with fresh values (paper, section 2, random reinitialisation)."""
    return Start.masked(ticket.network.initial_parameters(ticket.stream("reinit", draw)), ticket.mask)


def reshuffle(ticket: Ticket, draw: int) -> Start:
    """The ticket's connections permuted uniformly within each layer, each keeping the value that it returns to."""
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
    mask = permuted(ticket, generator)
    return Start.masked(ticket.network.initial_parameters(generator), mask)


def resampled(ticket: Ticket, draw: int) -> Start:
    """The ticket's structure with values drawn, with replacement, from its own in the same layer (paper, Figure 17)."""
    generator = ticket.stream("resample", draw)
    start = ticket.start()
    parameters = dict(start.parameters)
    for name, kept in ticket.mask.items():
        values = start.parameters[name][kept]
        parameters[name] = torch.zeros_like(start.parameters[name])
        parameters[name][kept] = values[torch.from_numpy(generator.integers(0, max(1, len(values)), len(values)))]
    return Start(parameters, ticket.mask)


def noise(sigma: float, ticket: Ticket, draw: int) -> Start:
    """The ticket with Gaussian noise of `sigma` initial standard deviations of each layer added (paper, Figure 25).

    One draw is the same noise for every sigma, scaled.
    """
    generator = ticket.stream("noise", draw)
    parameters = dict(ticket.origin())
    for layer in ticket.network.layers:
        added = generator.standard_normal(layer.shape) * (sigma * layer.deviation)
        parameters[layer.weight] = parameters[layer.weight] + torch.from_numpy(added.astype("float32"))
    return Start.masked(parameters, ticket.mask)


CONTROLS: dict[str, Callable[[Ticket, int], Start]] = {
    "ticket": winning_ticket,
    "reinit": reinit,
    "reshuffle": reshuffle,
    "sparsity": sparsity,
    "resampled": resampled,
    **{f"noise-{sigma:g}": partial(noise, sigma) for sigma in (0.5, 1, 2, 3)},
    **ON_STRUCTURES,
}


def check_controls(experiment: Experiment) -> None:
    """Raises LthError for a block whose control is not among CONTROLS, be it the last: a mistake does not wait for the rounds before it.

    `lth.config` cannot check it: every table depends on that, and all would be stale when a control is added.
    """
    for name, block in experiment.blocks.items():
        if block.control not in CONTROLS:
            file = paths.shown(paths.PIPELINES / experiment.folder / "params.yaml")
            raise LthError(f"{file}: blocks.{name}.control: {block.control!r} is unknown, allowed: {', '.join(CONTROLS)}")
