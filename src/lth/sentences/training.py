"""What sentences read of curves: when networks reach an accuracy, where their loss is lowest, how flat it is there."""

from dataclasses import dataclass

import pandas as pd

from lth.claims.paired import Absent, percent
from lth.results.tables import Tables
from lth.sentences.networks import rows_of
from lth.sentences.quantity import ACCURACY, ITERATION, LOSS, SHARE, Quantity

GOOD = 0.975
"""The test accuracy that networks are timed to."""
FLAT = 0.05
"""A minimum is as wide as the loss stays within this share of it."""


@dataclass(frozen=True)
class Training:
    """The curves of an arm and round, a network a column, against iterations."""

    P_m: str
    losses: pd.DataFrame
    """Validation loss: columns (trial, draw)."""
    accuracies: pd.DataFrame
    """Test accuracy, where it was measured."""

    @property
    def good(self) -> Quantity:
        """The first iteration of a good test accuracy, a trial's draws averaged. Raises Absent where a network never has it."""
        there = self.accuracies >= GOOD
        if not len(there) or not there.any().all():
            raise Absent("a network that gets so far")
        return Quantity(there.idxmax().groupby("trial").mean(), ITERATION)

    @property
    def how_good(self) -> str:
        return ACCURACY.write(GOOD)

    @property
    def minimum(self) -> Quantity:
        """The lowest validation loss of each trial's network, its draws averaged."""
        return Quantity(self.losses.min().groupby("trial").mean(), LOSS)

    @property
    def how_flat(self) -> str:
        return SHARE.write(FLAT)

    @property
    def lowest(self) -> str:
        """The iteration at which the mean loss over networks is lowest."""
        return ITERATION.write(self.losses.mean(axis=1).idxmin())

    @property
    def flat_from(self) -> str:
        return ITERATION.write(self._flat()[0])

    @property
    def flat_to(self) -> str:
        return ITERATION.write(self._flat()[-1])

    def passes(self, dense: "Training") -> Quantity:
        """How much sooner than the dense network's lowest loss comes, a trial's loss is first as low: a share of the time the former takes."""
        sooner = {}
        for (trial, draw), theirs in dense.losses.items():
            low = self.losses[trial, draw] <= theirs.min()
            if not low.any():
                raise Absent("a loss as low as the dense network's")
            sooner[trial] = 1 - low.idxmax() / theirs.idxmin()
        return Quantity(pd.Series(sooner), SHARE)

    def _flat(self) -> pd.Index:
        mean = self.losses.mean(axis=1)
        return mean.index[mean <= (1 + FLAT) * mean.min()]


def training(tables: Tables, experiment: str, arm: str = "ticket", round: int = 0) -> Training:
    """Raises Absent where the experiment has not been run, or lacks these networks."""
    rows = rows_of(tables, experiment)
    curves = tables.curves(experiment)
    mine = curves[(curves["arm"] == arm) & (curves["round"] == round)]
    if mine.empty:
        raise Absent(f"{experiment} ({arm} of r{round:02})")
    losses, accuracies = (
        mine.pivot_table(index="iteration", columns=["trial", "draw"], values=column) for column in ("validation_loss", "test_accuracy")
    )
    return Training(f"{percent(rows, round):.3g}", losses, accuracies)
