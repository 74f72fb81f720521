"""The best of several values of a hyperparameter, as sentences read it."""

from lth.claims.paired import Absent, pruned_rounds
from lth.measures import VARIANT
from lth.results.tables import Tables
from lth.sentences.networks import Networks


def best(tables: Tables, quantity: str, *experiments: str, dense: bool = False) -> Networks:
    """Of all values of these experiments, a sweep's variants among them, the tickets whose mean of a quantity of Networks is best.

    dense: not of the tickets of all rounds, but of the dense networks. Raises Absent where fewer than two values have been trained.
    """
    values = []
    for name in filter(tables.__contains__, experiments):
        rows = tables.rows(name)
        parts = dict(iter(rows.groupby(VARIANT))) if VARIANT in rows else {None: rows}
        values += [(tables.names[name], part, variant) for variant, part in parts.items()]
    if len(values) < 2:
        raise Absent(f"two values of {', '.join(experiments)}")
    candidates = [
        Networks(folder, rows, "ticket", round, variant)
        for folder, rows, variant in values
        for round in ([0] if dense else pruned_rounds(rows, "ticket"))
    ]
    if not candidates:
        raise Absent(f"tickets of {', '.join(experiments)}")

    def mean(one: Networks) -> float:
        measured = getattr(one, quantity)
        return measured.unit.sign * measured.by_trial.mean()

    return max(candidates, key=mean)
