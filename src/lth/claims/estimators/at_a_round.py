"""How much, at a round: one that the claim names, or the best, which validation chooses."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from lth.claims.paired import (
    ACCURACY,
    ES,
    advantage,
    best_round,
    by_trial,
    mean_over,
    measured_down_to,
    over_dense,
    percent,
)
from lth.claims.verdict import Measured
from lth.results.tables import Tables


def stops_earlier(tables: Tables, *, round: int, within: Sequence[float]) -> Measured:
    """By how many percent of the dense network's early stop the ticket's comes sooner."""
    rows = tables.rows("lenet")
    percent = 100 * (1 - by_trial(rows, "ticket", round, ES) / by_trial(rows, "ticket", 0, ES))
    return _value(percent, within, f"{percent.mean():.0f}%")


def more_accurate(tables: Tables, *, round: int, within: Sequence[float], other: str = "dense") -> Measured:
    """How many points of accuracy the ticket has more than the dense network, or than another arm of its round."""
    rows = tables.rows("lenet")
    gain = over_dense(rows, ACCURACY) if other == "dense" else advantage(rows, "ticket", rows, other, ACCURACY)
    return _points(gain(round), within)


def times_sooner(tables: Tables, *, round: int, other: str, within: Sequence[float]) -> Measured:
    """How many times sooner the ticket stops than another arm of its round."""
    rows = tables.rows("lenet")
    return _times(by_trial(rows, other, round, ES) / by_trial(rows, "ticket", round, ES), within)


def lowest_train_accuracy(tables: Tables, *, arms: Sequence[str], least_percent: float, floor: float) -> Measured:
    """The lowest mean training accuracy at the last iteration of any arm and round down to a P_m, in any of the experiments read.

    The interval is that round's.
    """
    lowest = {}
    for name in tables:
        rows = tables.rows(name)
        for arm in set(arms) & set(rows["arm"]):
            measured_down_to(rows, arm, least_percent)
        kept = rows[rows["arm"].isin(arms) & (rows["percent_remaining"] >= least_percent)]
        means = kept.groupby(["arm", "round"])["final_train_accuracy"].mean()
        lowest[name, *means.idxmin()] = means.min()
    name, arm, round = min(lowest, key=lowest.get)
    rows = tables.rows(name)
    where = f" of {rows['experiment'].iloc[0]}" if len(tables.names) > 1 else ""
    accuracy = 100 * by_trial(rows, arm, round, "final_train_accuracy")
    ours = f"≥ {accuracy.mean():.2f}% ({arm}{where}, P_m {percent(rows, round):.3g})"
    return Measured(ours, accuracy.mean() >= floor, accuracy.to_numpy(), none=floor)


def best_speed_up(tables: Tables, *, experiment: str, within: Sequence[float]) -> Measured:
    """How many times sooner than the dense network tickets stop, at the round of earliest mean early stop."""
    rows = tables.rows(experiment)
    best = best_round(rows, ES)
    times = by_trial(rows, "ticket", 0, ES) / by_trial(rows, "ticket", best, ES)
    return _times(times, within, f" at P_m {percent(rows, best):.3g}")


def best_gain(tables: Tables, *, experiment: str, within: Sequence[float], column: str = ACCURACY) -> Measured:
    """The ticket's gain in test accuracy over the dense network, at the round of highest validation accuracy at the same moment."""
    rows = tables.rows(experiment)
    best = best_round(rows, column)
    return _points(over_dense(rows, column)(best), within, f" at P_m {percent(rows, best):.3g}")


def dense_gain(tables: Tables, *, experiment: str, over: str, within: Sequence[float]) -> Measured:
    """How many points of accuracy the dense networks of an experiment have more than those of another."""
    return _points(advantage(tables.rows(experiment), "ticket", tables.rows(over), "ticket", ACCURACY)(0), within)


def has_accuracy(tables: Tables, *, experiment: str, rounds: Sequence[int], column: str, within: Sequence[float]) -> Measured:
    """The ticket's accuracy in percent, averaged over rounds, where the paper names a level: the whole interval lies within the tolerance,
    whose middle is the paper's."""
    rows = tables.rows(experiment)
    accuracy = 100 * mean_over(rounds, lambda round: by_trial(rows, "ticket", round, column))
    where = "–".join(f"{percent(rows, round):.3g}" for round in dict.fromkeys((rounds[0], rounds[-1])))
    low, high = within
    return replace(_value(accuracy, within, f"{accuracy.mean():.2f}% at P_m {where}"), none=(low + high) / 2, equivalence=(high - low) / 2)


def _value(effects: pd.Series, within: Sequence[float], ours: str) -> Measured:
    return Measured(ours, within[0] <= effects.mean() <= within[1], effects.to_numpy())


def _points(effects: pd.Series, within: Sequence[float], where: str = "") -> Measured:
    return _value(effects, within, f"{effects.mean():+.2f} points{where}")


def _times(times: pd.Series, within: Sequence[float], where: str = "") -> Measured:
    return Measured(f"{times.mean():.2f} times{where}", within[0] <= times.mean() <= within[1], times.to_numpy(), none=1.0)
