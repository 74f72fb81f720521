"""What sentences read of masks: where in the image tickets look, how alike trials are, what tickets cost."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from lth.results.tables import Tables
from lth.sentences.quantity import COUNT, Quantity
from lth.sentences.structure import measured


def ring(tables: Tables, experiment: str, round: int, first: int, last: int) -> Quantity:
    """The first layer's surviving connections a pixel, of pixels so many from the edge of the image."""
    maps = measured(tables, experiment, "maps", round)
    sides = [maps["row"], maps["column"]]
    edge = np.minimum.reduce([*sides, *(side.max() - side for side in sides)])
    return Quantity(maps[(edge >= first) & (edge <= last)].groupby("trial")["survivors"].mean(), COUNT)


@dataclass(frozen=True)
class Overlap:
    """How much masks of two trials overlap in one layer. pairs: one row two trials."""

    pairs: pd.DataFrame

    @property
    def P_m(self) -> str:
        return f"{self.pairs['percent_remaining'].iloc[0]:.3g}"

    @property
    def over_chance(self) -> float:
        """As a multiple of random masks with as many connections in the layer, in the mean over pairs."""
        return round(self.pairs["jaccard"].mean() / self.pairs["chance"].mean(), 2)

    @property
    def over_inputs(self) -> float:
        """As a multiple of random masks with as many connections from each of the layer's inputs."""
        return round(self.pairs["jaccard"].mean() / self.pairs["chance_by_input"].mean(), 2)


def overlap(tables: Tables, experiment: str, layer: str, round: int) -> Overlap:
    """Raises Absent where it has not been measured."""
    table = measured(tables, experiment, "overlap", round)
    return Overlap(table[table["layer"] == layer])


@dataclass(frozen=True)
class Cost:
    """What tickets of one round cost. means: the columns of cost.parquet, over trials."""

    means: pd.Series

    @property
    def P_m(self) -> str:
        return f"{self.means['percent_remaining']:.3g}"

    @property
    def on_a_path(self) -> str:
        """The share of surviving connections that lie on a path from a pixel to an output."""
        return f"{100 * self.means['connected'] / self.means['connections']:.1f}%"

    @property
    def kibibytes(self) -> str:
        """Seed and masks of all rounds so far."""
        return f"{self.means['ticket_bytes'] / 1024:.0f} KiB"

    @property
    def of_dense(self) -> str:
        """The same as a share of the dense network's weights and biases."""
        return f"{100 * self.means['ticket_bytes'] / self.means['dense_bytes']:.0f}%"


def cost(tables: Tables, experiment: str, round: int) -> Cost:
    """Raises Absent where it has not been measured."""
    return Cost(measured(tables, experiment, "cost", round).mean())


def least_connected(tables: Tables, experiment: str) -> Cost:
    """The cost of the round whose tickets have the smallest share of connections on a path."""
    means = measured(tables, experiment, "cost").groupby("round").mean()
    return Cost(means.loc[(means["connected"] / means["connections"]).idxmin()])
