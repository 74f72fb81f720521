"""How alike the tickets of different trials are, against what chance would give.

Hidden units have no identity across trials: unit 7 of one initialisation has nothing to do with unit 7 of another. What two masks can
share beyond chance is therefore which inputs matter, where these are pixels, and which outputs.
"""

import itertools
import math
from collections.abc import Sequence

import pandas as pd
from torch import Tensor

from lth.results.columns import OVERLAP
from lth.tickets import Ticket


def overlap(tickets: Sequence[Ticket]) -> pd.DataFrame:
    """Jaccard similarity of every two trials' masks of one round, layer by layer; the columns are `lth.results.columns.OVERLAP`."""
    rows = [
        {
            "round": one.round,
            "percent_remaining": one.percent_remaining,
            "layer": layer.name,
            "trial": one.trial,
            "other": other.trial,
            **_compared(one.mask[layer.weight].flatten(1), other.mask[layer.weight].flatten(1)),
        }
        for one, other in itertools.combinations(tickets, 2)
        for layer in one.network.layers
    ]
    return pd.DataFrame(rows, columns=list(OVERLAP))


def jaccard(both: float, one: int, other: int) -> float:
    """Size of an intersection over that of the union, from the sizes of the intersection and of the two sets; NaN of two empty sets."""
    return both / (one + other - both) if one + other else math.nan


def expected_by_layer(one: Tensor, other: Tensor) -> float:
    """Expected common survivors of independent random masks with these masks' counts. Masks: bool [out, in]."""
    return int(one.sum()) * int(other.sum()) / one.numel()


def expected_by_input(one: Tensor, other: Tensor) -> float:
    """The same where the counts of each input are kept."""
    return int(one.sum(0) @ other.sum(0)) / len(one)


def _compared(one: Tensor, other: Tensor) -> dict[str, float]:
    sizes = int(one.sum()), int(other.sum())
    return {
        "jaccard": jaccard(int((one & other).sum()), *sizes),
        "chance": jaccard(expected_by_layer(one, other), *sizes),
        "chance_by_input": jaccard(expected_by_input(one, other), *sizes),
    }
