"""What sentences read of structure.parquet: the initial values of what survives, and how evenly units keep their connections."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lth import paths
from lth.claims.paired import Absent
from lth.results.tables import Tables
from lth.sentences.quantity import SHARE, Quantity

FEW = 0.02
"""The first bin of a unit's connections: the share below which it has lost nearly all."""


@dataclass(frozen=True)
class Initial:
    """The initial values of a layer's surviving weights, by trial; of histograms, whose bins count as their middles.

    survivors, layer: columns trial, low, high, count, percent_remaining; of the survivors, and of all the layer's weights.
    """

    survivors: pd.DataFrame
    layer: pd.DataFrame

    @property
    def P_m(self) -> str:
        return f"{self.survivors['percent_remaining'].iloc[0]:.3g}"

    @property
    def small(self) -> Quantity:
        """The share of survivors whose value is nearer zero than half the layer's standard deviation."""
        return _share(self.survivors, _middle(self.survivors).abs() < self._deviation / 2)

    @property
    def small_of_all(self) -> Quantity:
        """The same share of all the layer's weights."""
        return _share(self.layer, _middle(self.layer).abs() < self._deviation / 2)

    @property
    def negative(self) -> Quantity:
        return _share(self.survivors, _middle(self.survivors) < 0)

    @property
    def peak(self) -> float:
        """How many standard deviations from zero the fullest bin of all trials together lies."""
        return abs(self.survivors.groupby(_middle(self.survivors))["count"].sum().idxmax()) / self._deviation

    @property
    def _deviation(self) -> float:
        return _deviation(self.layer)


@dataclass(frozen=True)
class Units:
    """The share of its connections that each unit keeps, by trial. bins: columns as those of Initial."""

    bins: pd.DataFrame

    @property
    def P_m(self) -> str:
        return f"{self.bins['percent_remaining'].iloc[0]:.3g}"

    @property
    def bare(self) -> Quantity:
        """The share of units that have lost nearly all."""
        return _share(self.bins, self.bins["high"] <= FEW + 1e-9)

    @property
    def few(self) -> str:
        """What nearly all leaves."""
        return SHARE.write(FEW)

    @property
    def spread(self) -> Quantity:
        """Standard deviation over units: how unequal they are."""
        return Quantity(pd.Series({trial: _deviation(bins) for trial, bins in self.bins.groupby("trial")}), SHARE)


def initial(tables: Tables, experiment: str, layer: str, round: int) -> Initial:
    """Raises Absent where it has not been measured."""
    return Initial(*(_bins(tables, experiment, "value", layer, of) for of in (round, 0)))


def units(tables: Tables, experiment: str, direction: str, layer: str, round: int) -> Units:
    """direction: `incoming` or `outgoing` connections of the units that a layer's weights lead to, or come from."""
    return Units(_bins(tables, experiment, direction, layer, round))


def measured(tables: Tables, experiment: str, table: str, round: int | None = None) -> pd.DataFrame:
    """An extra table of an experiment, or its rows of one round. Raises Absent where there is none."""
    if experiment not in tables or not (paths.RESULTS / tables.names[experiment] / f"{table}.parquet").is_file():
        raise Absent(f"{experiment} ({table})")
    found = tables.extra(experiment, table)
    found = found if round is None else found[found["round"] == round]
    if found.empty:
        raise Absent(f"{experiment} ({table} of r{round:02})")
    return found


def _bins(tables: Tables, experiment: str, quantity: str, layer: str, round: int) -> pd.DataFrame:
    table = measured(tables, experiment, "structure", round)
    return table[(table["quantity"] == quantity) & (table["layer"] == layer)]


def _middle(bins: pd.DataFrame) -> pd.Series:
    return (bins["low"] + bins["high"]) / 2


def _deviation(bins: pd.DataFrame) -> float:
    middle = _middle(bins)
    mean = np.average(middle, weights=bins["count"])
    return np.average((middle - mean) ** 2, weights=bins["count"]) ** 0.5


def _share(bins: pd.DataFrame, chosen: pd.Series) -> Quantity:
    counts = bins.assign(chosen=bins["count"].where(chosen, 0)).groupby("trial")[["chosen", "count"]].sum()
    return Quantity(counts["chosen"] / counts["count"], SHARE)
