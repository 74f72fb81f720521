"""Experiments that never ran, with rows and curves of numbers that a test chooses."""

from collections.abc import Callable

import pandas as pd

import tiny
from lth import paths
from lth.config import load_experiment
from lth.measures import SCORES
from lth.results.columns import COLUMNS, CURVES
from lth.results.expected import expected_networks, identity
from lth.results.files import save
from lth.stages import table

REMAINING = {round: 100 * 0.8**round for round in range(100)}
OTHERS = {"iterations": 1, "learning_rate": 1, "engine": "e", "device": "d", "library": "l"}

Numbers = Callable[[pd.DataFrame], dict]
"""From networks, or networks and iterations, a row each, the columns that a test chooses."""


def invent(name: str, changes: dict, rows_of: Numbers, curves_of: Numbers, collection: str = "paper") -> None:
    """All that the tiny experiment with these changes promises, its summary too."""
    folder = f"{collection}/{name}"
    tiny.write_experiment(paths.ROOT, tiny.numbers({"collection": collection, "name": name, **changes}), folder)
    experiment = load_experiment(folder)
    keys = identity(experiment)
    for stage, networks in expected_networks(experiment).items():
        rows = pd.DataFrame(sorted(networks), columns=keys)
        remaining = rows["round"].map(REMAINING)
        chosen = {"percent_remaining": remaining, "weights_remaining": 10 * remaining.astype(int), **rows_of(rows)}
        points = pd.concat([rows.assign(iteration=at) for at in experiment.evaluation.points(experiment.training.iterations)])
        extra = keys[4:]
        save(
            experiment,
            stage,
            rows.assign(experiment=name, scale=collection, **OTHERS, **chosen)[[*COLUMNS, *extra]],
            points.assign(**curves_of(points))[[*CURVES, *extra]],
        )
    table.main(folder)


def literal(name: str, changes: dict, *, shift: float = 0.0, collection: str = "paper") -> None:
    """The same with numbers that can be told in the head.

    Every accuracy is 0.5, more by 0.1 a round, 0.02 a trial, the shift, and 0.01 a place of a sweep's value among the others; less by 0.05
    for controls. The accuracies of a curve lie 0.0001 an iteration below. Early stop is at 100, and 100 later each round and trial.
    """

    def accuracy(rows: pd.DataFrame) -> pd.Series:
        place = rows["variant"].rank(method="dense") - 1 if "variant" in rows else 0
        return 0.5 + 0.1 * rows["round"] + 0.02 * rows["trial"] + shift + 0.01 * place - 0.05 * (rows["arm"] != "ticket")

    def rows_of(rows: pd.DataFrame) -> dict:
        return dict.fromkeys(SCORES, accuracy(rows)) | {"es_iteration": 100 * (1 + rows["round"] + rows["trial"])}

    def curves_of(points: pd.DataFrame) -> dict:
        measured = accuracy(points) - 0.0001 * points["iteration"]
        return {"validation_loss": 1 - measured, "validation_accuracy": measured, "test_accuracy": measured}

    invent(name, changes, rows_of, curves_of, collection)
