"""What tickets cost: to run, in connections and operations; to keep, in bytes."""

import math
from collections.abc import Sequence

import pandas as pd
import torch
from torch import Tensor

from lth.config import Experiment
from lth.results.columns import COST
from lth.tickets import Ticket, ticket_files


def cost(experiment: Experiment, tickets: Sequence[Ticket]) -> pd.DataFrame:
    """The cost of every ticket of a network of dense layers; the columns are `lth.results.columns.COST`."""
    layers = tickets[0].network.layers
    return pd.DataFrame(
        {
            "round": ticket.round,
            "percent_remaining": ticket.percent_remaining,
            "trial": ticket.trial,
            "connections": ticket.weights_remaining,
            "connected": connected([ticket.mask[layer.weight] for layer in layers]),
            "multiply_adds": sum(int(ticket.mask[layer.weight].sum()) * layer.side**2 for layer in layers),
            "ticket_bytes": file_bytes(experiment, ticket.round) / experiment.trials.count,
            "least_bytes": math.ceil(sum(mask_bits(ticket.mask[layer.weight]) for layer in layers) / 8),
            "dense_bytes": 4 * sum(layer.size + layer.shape[0] for layer in layers),
        }
        for ticket in tickets
    )[list(COST)]


def connected(masks: Sequence[Tensor]) -> int:
    """How many connections of dense layers lie on a path from an input to an output. masks: bool [out, in], the first layer's first."""
    masks = list(masks)
    for position in range(1, len(masks)):  # what no input reaches
        masks[position] = masks[position] & masks[position - 1].any(1)
    for position in reversed(range(len(masks) - 1)):  # what reaches no output
        masks[position] = masks[position] & masks[position + 1].any(0)[:, None]
    return sum(int(mask.sum()) for mask in masks)


def file_bytes(experiment: Experiment, round: int) -> int:
    """Size of the files that the tickets of a round are read from, all trials' together."""
    return sum(file.stat().st_size for file in ticket_files(experiment, round))


def mask_bits(mask: Tensor) -> float:
    """log2 of the number of masks of this size with as many survivors."""
    size, kept = mask.numel(), int(torch.count_nonzero(mask))
    return (math.lgamma(size + 1) - math.lgamma(kept + 1) - math.lgamma(size - kept + 1)) / math.log(2)
