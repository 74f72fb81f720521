"""Another method beside an experiment's arms, paired by trial; docs/your-method.md is the recipe."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from lth.claims.paired import ACCURACY, by_trial, paired
from lth.claims.verdict import interval
from lth.errors import LthError
from lth.measures import MEASURED
from lth.results.files import load_results

UNITS = {"accuracy": (r"\%", "points"), "loss": ("nats", "nats"), "iteration": ("iterations", "iterations")}
"""By the last word of a column: what its means are in, and differences of them; as LaTeX writes it."""


def compare(yours: Mapping[int, float | Sequence[float]], experiment: str, round: int, column: str = ACCURACY) -> pd.DataFrame:
    """How far a method is ahead of the dense network and of every arm of one round, paired by trial.

    yours: what `column` (of `lth.measures.MEASURED`) is of your network, by the trial whose initialisation it has; accuracies are shares. Of
    several draws a list, whose mean is compared.
    Returns one row an arm: `theirs` and `yours` are means over the `trials` that both hold (accuracies in percent), `ahead` is how much better
    yours is (points of accuracy; iterations earlier), `low` to `high` its 95% interval over trials by Student's t. Arms of the round saw your
    batches where you trained on theirs; the dense network, of round 0, saw others. `attrs["header"]` has the columns with their units, for LaTeX.
    Raises LthError for a column, round or trial that the experiment has not, values that are no such measure, fewer than two trials.
    """
    if column not in tuple(MEASURED):
        raise LthError(f"column {column!r} is not measured; there are: {', '.join(MEASURED)}")
    draws, accuracy = _draws(yours), column.endswith("accuracy")
    if accuracy and not draws.between(0, 1).all():
        raise LthError(f"yours holds {draws[~draws.between(0, 1)].iloc[0]:g}: accuracies are shares, from 0 to 1")
    if (draws < 0).any():
        raise LthError(f"yours holds {draws.min():g}: no {column} is negative")
    mine = draws.groupby(level=0, sort=False).mean()
    rows = load_results(experiment)
    if round not in (rounds := sorted(set(rows["round"]))):
        raise LthError(f"{experiment} has no round {round}; it has {', '.join(map(str, rounds))}")
    if unknown := sorted(set(mine.index) - set(rows["trial"]), key=str):
        raise LthError(f"yours holds trial {unknown[0]!r}; {experiment} has {', '.join(map(str, sorted(set(rows['trial']))))}")
    arms = {} if round == 0 else {arm: (arm, round) for arm in rows[rows["round"] == round]["arm"].unique()}
    compared = {}
    for name, (arm, number) in {"dense": ("ticket", 0), **arms}.items():
        theirs = by_trial(rows, arm, number, column)
        if len(shared := mine.index.intersection(theirs.index)) < 2:
            held = ", ".join(map(str, theirs.index))
            raise LthError(f"yours and {name} share {len(shared)} trials, an interval takes two: {experiment} has {held}")
        ahead = paired(column, mine, theirs)
        low, high = interval(ahead)
        percent = 100 if accuracy else 1
        means = {"theirs": percent * theirs[shared].mean(), "yours": percent * mine[shared].mean()}
        compared[name] = {**means, "ahead": ahead.mean(), "low": low, "high": high, "trials": len(shared)}
    table = pd.DataFrame.from_dict(compared, orient="index").astype({"trials": int}).rename_axis("arm")
    mean, difference = UNITS[column.rpartition("_")[2]]
    heads = (f"{name} ({unit})" for unit, names in ((mean, ("theirs", "yours")), (difference, ("ahead", "low", "high"))) for name in names)
    table.attrs["header"] = [*heads, "trials"]
    return table


def _draws(yours: Mapping[int, float | Sequence[float]]) -> pd.Series:
    """Every number, by its trial."""
    if not isinstance(yours, Mapping | pd.Series):
        raise LthError("yours must say of which trial each number is, {0: 0.98, 1: 0.97}")
    try:
        draws = pd.Series(yours, dtype=object).explode().astype(float)
    except (TypeError, ValueError) as error:
        raise LthError("yours must hold a number for each trial, or a list of numbers, one a draw") from error
    if not np.isfinite(draws).all():
        raise LthError(f"yours of trial {draws.index[~np.isfinite(draws)][0]} must be one or more finite numbers")
    return draws
