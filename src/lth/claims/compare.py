"""Another method beside an experiment's arms, paired by trial; docs/your-method.md is the recipe."""

from collections.abc import Mapping

import pandas as pd

from lth.claims.paired import ACCURACY, by_trial, paired
from lth.claims.verdict import interval
from lth.errors import LthError
from lth.measures import MEASURED
from lth.results.files import load_results


def compare(yours: Mapping[int, float], experiment: str, round: int, column: str = ACCURACY) -> pd.DataFrame:
    """How far a method is ahead of the dense network and of every arm of one round, paired by trial.

    yours: what `column` (of `lth.measures.MEASURED`) is of your network, by the trial whose initialisation it has; accuracies are shares.
    Returns one row an arm: `theirs` and `yours` are means over the `trials` that both hold (accuracies in percent), `ahead` is how much better
    yours is (points of accuracy; iterations earlier), `low` to `high` its 95% interval over trials by Student's t. Arms of the round saw your
    batches where you trained on theirs; the dense network, of round 0, saw others.
    Raises LthError for a column or round that the experiment has not, values that are no such measure, fewer than two shared trials.
    """
    if column not in MEASURED:
        raise LthError(f"column {column!r} is not measured; there are: {', '.join(MEASURED)}")
    mine, accuracy = pd.Series(yours, dtype=float), column.endswith("accuracy")
    if accuracy and not mine.between(0, 1).all():
        raise LthError(f"yours holds {mine[~mine.between(0, 1)].iloc[0]:g}: accuracies are shares, from 0 to 1")
    rows = load_results(experiment)
    if round not in (rounds := sorted(set(rows["round"]))):
        raise LthError(f"{experiment} has no round {round}; it has {', '.join(map(str, rounds))}")
    arms = {} if round == 0 else {arm: (arm, round) for arm in rows[rows["round"] == round]["arm"].unique()}
    compared = {}
    for name, (arm, number) in {"dense": ("ticket", 0), **arms}.items():
        theirs = by_trial(rows, arm, number, column)
        if len(shared := mine.dropna().index.intersection(theirs.index)) < 2:
            held = ", ".join(map(str, theirs.index))
            raise LthError(f"yours and {name} share {len(shared)} trials, an interval takes two: {experiment} has {held}")
        ahead = paired(column, mine, theirs)
        low, high = interval(ahead)
        percent = 100 if accuracy else 1
        means = {"theirs": percent * theirs[shared].mean(), "yours": percent * mine[shared].mean()}
        compared[name] = {**means, "ahead": ahead.mean(), "low": low, "high": high, "trials": len(shared)}
    return pd.DataFrame.from_dict(compared, orient="index").astype({"trials": int}).rename_axis("arm")
