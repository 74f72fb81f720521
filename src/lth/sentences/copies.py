"""What sentences read of copies of networks: barriers between them, and how the loss rises and bends around them."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from lth.claims.estimators.connectivity import barriers
from lth.config import load_experiment
from lth.results.tables import Tables
from lth.sentences.quantity import LOSS, Quantity
from lth.sentences.structure import measured

HALF = 0.5
"""How far out a rise is told."""
POINTS = replace(LOSS, write=lambda x: f"{x:.2f} points", write_gap=lambda x: f"{x:.2f} points")
FIGURES = replace(LOSS, write=lambda x: f"{x:.3g}", write_gap=lambda x: f"{x:.3g}")
"""Losses, whose sizes differ by powers of ten."""
TENFOLD = replace(LOSS, write=lambda x: f"{10**x:.3g}", write_gap=lambda x: f"{10**x:.3g} times")
"""Of logarithms: eigenvalues, which differ by powers of ten from trial to trial. Written, their means are geometric."""


@dataclass(frozen=True)
class Barrier:
    """The lines between networks of one round."""

    P_m: str
    start: str
    """The iteration that copies start from."""
    rise: Quantity
    """How far the test error rises (`lth.claims.estimators.connectivity.heights`)."""


@dataclass(frozen=True)
class Sharpness:
    """The Hessian where networks of one round end."""

    P_m: str
    largest: Quantity
    """The largest eigenvalue."""
    loss: Quantity
    """Of training, there."""


def barrier(tables: Tables, experiment: str, line: str, arm: str, round: int) -> Barrier:
    """Raises Absent where it has not been measured."""
    rows = measured(tables, experiment, "lines", round)
    start = f"{load_experiment(tables.names[experiment]).training.rewind:,}"
    return Barrier(_percent(rows), start, Quantity(barriers(tables, experiment, line, arm, round), POINTS))


def rise(tables: Tables, experiment: str, network: str) -> Quantity:
    """By how much the loss is higher half way out along a direction than at the network, in the mean over directions and both ways."""
    rows = measured(tables, experiment, "landscape")
    rows = rows[(rows["network"] == network) & (rows["y"] == 0)]
    out, at = rows[rows["x"].abs().round(9) == HALF], rows[rows["x"] == 0]
    return Quantity(out.groupby("trial")["loss"].mean() - at.groupby("trial")["loss"].mean(), FIGURES)


def sharpness(tables: Tables, experiment: str, arm: str, round: int) -> Sharpness:
    """Raises Absent where it has not been measured."""
    rows = measured(tables, experiment, "curvature", round)
    rows = rows[(rows["arm"] == arm) & (rows["place"] == 0)].set_index("trial")
    return Sharpness(_percent(rows), *(Quantity(np.log10(rows[column]), TENFOLD) for column in ("eigenvalue", "loss")))


def _percent(rows: pd.DataFrame) -> str:
    return f"{rows['percent_remaining'].iloc[0]:.3g}"
