"""From what training measured to tidy rows: one a trained network, and one a point of its curves."""

from collections.abc import Sequence

import pandas as pd

from lth.config import Experiment
from lth.measures import IDENTITY
from lth.networks import build
from lth.results.columns import COLUMNS, CURVES
from lth.training import Member, Trained


def tabulate(experiment: Experiment, members: Sequence[Member], trained: Trained, remaining: Sequence[int], engine: dict) -> pd.DataFrame:
    """The rows of a trained stack. remaining: surviving weights of each network. engine: its `engine`, `device` and `library`."""
    rows = pd.DataFrame([{name: getattr(member, name) for name in IDENTITY} for member in members])
    total = build(experiment.network).weight_count
    rows = rows.assign(
        experiment=experiment.name,
        scale=experiment.collection,
        percent_remaining=[100 * count / total for count in remaining],
        weights_remaining=list(remaining),
        iterations=experiment.training.iterations,
        learning_rate=[member.learning_rate for member in members],
        es_iteration=trained.es_iteration,
        **trained.scores,
        **engine,
    )
    return rows[list(COLUMNS)]


def tabulate_curves(members: Sequence[Member], trained: Trained, points: Sequence[int], test_points: Sequence[int]) -> pd.DataFrame:
    """The curves of a trained stack, one row a network and evaluation point."""
    parts = []
    for position, member in enumerate(members):
        part = pd.DataFrame({"iteration": points, **{name: getattr(member, name) for name in IDENTITY}})
        part["validation_loss"] = trained.validation_loss[position].astype("float32")
        part["validation_accuracy"] = trained.validation_accuracy[position].astype("float32")
        tests = pd.Series(trained.test_accuracy[position], index=test_points, dtype="float32")
        part["test_accuracy"] = part["iteration"].map(tests).astype("float32")
        parts.append(part)
    return pd.concat(parts)[list(CURVES)]
