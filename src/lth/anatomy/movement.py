"""How far the dense networks' weights move in training, in and out of the eventual ticket (paper, appendix F.5, Figures 19 and 20).

Rounds do not keep weights, so the dense networks of round r00 are trained again: same start, same data order, same arithmetic.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from torch import Tensor

from lth.anatomy.histograms import histogram, multiples
from lth.networks import Layer, Parameters
from lth.results.columns import MEAN_MOVEMENT, MOVEMENT
from lth.tickets import Ticket

BINS_PER_DEVIATION = 5
"""Bins of distances, to each standard deviation of the layer's initialisation."""


def would_leave(weights: Mapping[str, Tensor], ticket: Ticket) -> bool:
    """Whether pruning a dense network by these weights leaves this ticket: in every layer, no survivor is smaller than a pruned weight."""
    return all(
        not (mask.any() and not mask.all()) or bool(weights[name].abs()[mask].min() >= weights[name].abs()[~mask].max())
        for name, mask in ticket.mask.items()
    )


def movement(tickets: Sequence[Ticket], final: Sequence[Parameters]) -> pd.DataFrame:
    """Histograms of every trial and layer; the columns are `lth.results.columns.MOVEMENT`. final: the trials' dense networks, trained."""
    parts = []
    for layer in tickets[0].network.layers:
        groups = [group for pair in zip(tickets, final, strict=True) for group in _groups(*pair, layer)]
        for quantity in ("distance", "growth"):
            edges = multiples(np.concatenate([moved[quantity] for _, moved in groups]), layer.deviation / BINS_PER_DEVIATION)
            parts += [histogram(moved[quantity], edges).assign(**who, quantity=quantity) for who, moved in groups]
    return pd.concat(parts, ignore_index=True)[list(MOVEMENT)]


def mean_movement(tickets: Sequence[Ticket], final: Sequence[Parameters]) -> pd.DataFrame:
    """Means of every trial and layer; the columns are `lth.results.columns.MEAN_MOVEMENT`. Arguments as for `movement`."""
    return pd.DataFrame(
        {**who, "quantity": quantity, "weights": len(values), "mean": values.mean()}
        for ticket, weights in zip(tickets, final, strict=True)
        for layer in ticket.network.layers
        for who, moved in _groups(ticket, weights, layer)
        for quantity, values in moved.items()
    )[list(MEAN_MOVEMENT)]


def moves(initial: np.ndarray, final: np.ndarray) -> dict[str, np.ndarray]:
    """How far each weight moves, and how far away from zero (negative: towards it)."""
    return {"distance": np.abs(final - initial), "growth": np.abs(final) - np.abs(initial)}


def _groups(ticket: Ticket, final: Parameters, layer: Layer) -> Iterator[tuple[dict, dict[str, np.ndarray]]]:
    """Who, and how its weights move: those of one trial's layer in the ticket, and the rest."""
    initial, final, kept = (tensors[layer.weight].numpy() for tensors in (ticket.initial_parameters(), final, ticket.mask))
    moved = moves(initial.astype(np.float64), final.astype(np.float64))
    about = {"round": ticket.round, "percent_remaining": ticket.percent_remaining, "trial": ticket.trial, "layer": layer.name}
    for part, members in (("ticket", kept), ("rest", ~kept)):
        yield {**about, "part": part}, {quantity: values[members] for quantity, values in moved.items()}
