"""From what training measured to tidy rows: one per trained network, and one per point of its curves."""

from collections.abc import Mapping, Sequence

import pandas as pd

from lth.results.columns import COLUMNS, CURVES
from lth.results.expected import identity
from lth.training import Member, Plan, Trained


def tabulate(members: Sequence[Member], trained: Trained, made_by: Mapping[str, str]) -> pd.DataFrame:
    """The rows of a trained stack. made_by: its `engine`, `device` and `library`."""
    tickets = [member.ticket for member in members]
    experiments = [ticket.experiment for ticket in tickets]
    names = identity(experiments[0])
    rows = pd.DataFrame([{name: getattr(member, name) for name in names} for member in members])
    rows = rows.assign(
        experiment=[experiment.name for experiment in experiments],
        scale=[experiment.collection for experiment in experiments],
        percent_remaining=[ticket.percent_remaining for ticket in tickets],
        weights_remaining=[ticket.weights_remaining for ticket in tickets],
        iterations=[experiment.training.iterations for experiment in experiments],
        learning_rate=[member.optimiser.learning_rate for member in members],
        **trained.measured,
        **made_by,
    )
    return rows[list(dict.fromkeys([*COLUMNS, *names]))]


def tabulate_curves(members: Sequence[Member], trained: Trained, plan: Plan) -> pd.DataFrame:
    """The curves of a trained stack, one row per network and evaluation point from where it starts."""
    names = identity(members[0].ticket.experiment)
    parts = []
    for position, member in enumerate(members):
        points = plan.evaluation.points(plan.training.iterations, member.first)
        part = pd.DataFrame({"iteration": points, **{name: getattr(member, name) for name in names}})
        for curve, values in trained.curves.items():
            measured = pd.Series(values[position], index=plan.points[curve.partition("_")[0]], dtype="float32")
            part[curve] = part["iteration"].map(measured).astype("float32")
        parts.append(part)
    return pd.concat(parts)[list(dict.fromkeys([*CURVES, *names]))]
