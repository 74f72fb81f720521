"""What tickets are made of: which initial values survive, and how the survivors spread over units and pixels.

Paper, Figures 15 and 16 (values), 21 to 24 (units). `tickets` are those of any rounds and trials of one experiment.
"""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from lth.anatomy.histograms import fractions, histogram, multiples
from lth.results.columns import MAPS, STRUCTURE
from lth.tickets import Ticket

BINS_PER_DEVIATION = 5
"""Bins of initial values, to each standard deviation of the layer's initialisation."""


def structure(tickets: Sequence[Ticket]) -> pd.DataFrame:
    """Histograms of every ticket and layer; the columns are `lth.results.columns.STRUCTURE`."""
    initial = {ticket.trial: ticket.initial_parameters() for ticket in tickets if ticket.round == tickets[0].round}
    parts = []
    for layer in tickets[0].network.layers:
        values = {trial: parameters[layer.weight].numpy().astype(np.float64) for trial, parameters in initial.items()}
        edges = multiples(np.stack(list(values.values())), layer.deviation / BINS_PER_DEVIATION)
        for ticket in tickets:
            mask = ticket.mask[layer.weight].numpy()
            counted = {
                "value": histogram(values[ticket.trial][mask], edges),
                "incoming": fractions(incoming(mask), mask[0].size),
                "outgoing": fractions(outgoing(mask), mask[:, 0].size),
            }
            parts += [part.assign(**_who(ticket), layer=layer.name, quantity=quantity) for quantity, part in counted.items()]
    return pd.concat(parts, ignore_index=True)[list(STRUCTURE)]


def maps(tickets: Sequence[Ticket]) -> pd.DataFrame:
    """Every ticket's surviving connections to each pixel; the columns are `lth.results.columns.MAPS`. For networks whose first layer is dense."""
    first = tickets[0].network.layers[0]
    side = math.isqrt(first.shape[1])
    row, column = np.indices((side, side)).reshape(2, -1)
    parts = [
        pd.DataFrame({"row": row, "column": column, "survivors": outgoing(ticket.mask[first.weight].numpy())}).assign(**_who(ticket))
        for ticket in tickets
    ]
    return pd.concat(parts, ignore_index=True)[list(MAPS)]


def incoming(mask: np.ndarray) -> np.ndarray:
    """Surviving connections into each unit of a layer: [out]. mask: bool [out, in], or [out, in, 3, 3]."""
    return mask.reshape(len(mask), -1).sum(1)


def outgoing(mask: np.ndarray) -> np.ndarray:
    """Surviving connections out of each of a layer's inputs: [in]. mask as for `incoming`."""
    return incoming(mask.swapaxes(0, 1))


def _who(ticket: Ticket) -> dict:
    return {"round": ticket.round, "percent_remaining": ticket.percent_remaining, "trial": ticket.trial}
