"""What estimators are made of: columns of the tidy tables by trial and by round, paired effects, and where they turn.

All arms of a trial share its initialisation; those of one round also share the order of the images. A ticket of round k and the dense
network of round 0 thus begin with the same weights but see the images in different orders: pairing them removes what the
initialisation does, not what the order does.
"""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd

from lth.claims.verdict import interval
from lth.errors import LthError
from lth.measures import VARIANT
from lth.results.files import MADE_BY

ES, ACCURACY = "es_iteration", "es_test_accuracy"

LEAST_PERCENT = 1.84
"""Means over rounds go down to this P_m (Lenet's round 18 has 1.85), where reinitialised networks still train. Below it networks collapse,
by tens of points, and would rule a mean over all rounds."""

Effect = Callable[[int], pd.Series]
"""A round's effect by trial, larger in the claimed direction."""


class Absent(Exception):
    """Networks that a claim is judged on are not among the results; says which."""


def by_trial(rows: pd.DataFrame, arm: str, round: int, column: str) -> pd.Series:
    """A column by trial, the mean over an arm's draws. Raises Absent where the arm has no such round.

    rows: of one variant, where they are a sweep's.
    """
    if VARIANT in rows and len(set(rows[VARIANT])) > 1:
        raise LthError(f"{rows['experiment'].iloc[0]} is a sweep: choose one of its variants")
    values = rows[(rows["arm"] == arm) & (rows["round"] == round)].groupby("trial")[column].mean()
    if values.empty:
        raise Absent(f"{rows['experiment'].iloc[0]} ({arm} of r{round:02})")
    return values


def by_round(rows: pd.DataFrame, arm: str, column: str) -> pd.Series:
    """A column's mean over all networks of an arm, by round."""
    return rows[rows["arm"] == arm].groupby("round")[column].mean()


def percent(rows: pd.DataFrame, round: int) -> float:
    """A round's P_m."""
    return float(rows[rows["round"] == round]["percent_remaining"].iloc[0])


def mean_of(rows: pd.DataFrame, rounds: Sequence[int]) -> str:
    """What a mean over rounds is over, in words."""
    first, last = (f"{percent(rows, round):.3g}" for round in (rounds[0], rounds[-1]))
    return f"mean over {len(rounds)} rounds, P_m {first}–{last}" if len(rounds) > 1 else f"at P_m {first}"


def better(column: str) -> int:
    """1 where more is better, -1 where less is."""
    return 1 if column.endswith("accuracy") else -1


def pruned_rounds(rows: pd.DataFrame, arm: str, least_percent: float = 0) -> list[int]:
    """The pruned rounds that an arm holds, down to a P_m."""
    held = rows[(rows["arm"] == arm) & (rows["round"] > 0) & (rows["percent_remaining"] >= least_percent)]
    return sorted(set(held["round"]))


def measured_until(rows: pd.DataFrame, arm: str, round: int) -> None:
    """Raises Absent where an arm has not been pruned for so many rounds: a threshold near there could not be seen."""
    if max(pruned_rounds(rows, arm), default=0) < round:
        raise Absent(f"{rows['experiment'].iloc[0]} ({arm} down to r{round:02})")


def measured_down_to(rows: pd.DataFrame, arm: str, least_percent: float) -> None:
    """Raises Absent where an arm ends so far above a P_m that another round could lie between: it does not tell what happens down to there."""
    percents = sorted(set(rows[rows["arm"] == arm]["percent_remaining"].round(6)))
    if len(percents) < 2 or percents[0] * percents[0] / percents[1] >= least_percent:
        raise Absent(f"{rows['experiment'].iloc[0]} ({arm} down to P_m {least_percent:g})")


def advantage(rows: pd.DataFrame, arm: str, others: pd.DataFrame, other: str, column: str) -> Effect:
    """How much better an arm is than another of the same round, in points of accuracy or in iterations.

    Raises LthError for rows of two experiments that were not made alike.
    """
    for made_by in MADE_BY if others is not rows else []:
        made, otherwise = rows[made_by].iloc[0], others[made_by].iloc[0]
        if made != otherwise:
            raise LthError(
                f"{rows['experiment'].iloc[0]} and {others['experiment'].iloc[0]} differ in {made_by}, {made} and {otherwise}: networks "
                "are compared only where one made them all; rerun one of the two"
            )
    return lambda round: paired(column, by_trial(rows, arm, round, column), by_trial(others, other, round, column))


def over_dense(rows: pd.DataFrame, column: str, arm: str = "ticket") -> Effect:
    """The same over the dense network."""
    return lambda round: paired(column, by_trial(rows, arm, round, column), by_trial(rows, "ticket", 0, column))


def mean_over(rounds: Sequence[int], effect: Effect) -> pd.Series:
    """An effect's mean over rounds, by trial. Raises Absent where there is no round."""
    if not rounds:
        raise Absent("no round that all compared arms hold")
    return sum(map(effect, rounds)) / len(rounds)


def best_round(rows: pd.DataFrame, column: str) -> int:
    """The pruned round at which the ticket's validation accuracy is highest, or its early stop earliest."""
    return (better(column) * by_round(rows, "ticket", column.replace("test", "validation"))).iloc[1:].idxmax()


def first_below(effect: Effect, rounds: Iterable[int]) -> int | None:
    """The first round whose 95% interval lies wholly below zero (None: there is none)."""
    return next((round for round in rounds if interval(effect(round))[1] < 0), None)


def first_not_above(effect: Effect, rounds: Iterable[int]) -> int | None:
    """The first round whose mean is not above zero (None: there is none)."""
    return next((round for round in rounds if not effect(round).mean() > 0), None)


def paired(column: str, one: pd.Series, other: pd.Series) -> pd.Series:
    """How much better one is than the other, in points of accuracy or in iterations, in the trials that both hold. Raises Absent for none."""
    both = (one - other).dropna()
    if both.empty:
        raise Absent("no trial that both of two compared networks hold")
    return better(column) * (100 if column.endswith("accuracy") else 1) * both
