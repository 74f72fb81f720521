"""Whether trained networks are joined without a barrier, and how far apart they are: from lines.parquet and distances.parquet."""

from collections.abc import Sequence

import pandas as pd

from lth.claims.paired import Absent
from lth.claims.verdict import Measured
from lth.measures import barrier
from lth.results.tables import Tables


def joined(tables: Tables, *, experiment: str, line: str, arm: str, round: int, below: float) -> Measured:
    """By how many points of test error the barrier on a line stays below a limit."""
    height = barriers(tables, experiment, line, arm, round)
    return Measured(_said(height), bool(height.mean() < below), (below - height).to_numpy())


def parted(tables: Tables, *, experiment: str, line: str, arm: str, round: int, above: float) -> Measured:
    """By how many points of test error the barrier on a line exceeds a limit."""
    height = barriers(tables, experiment, line, arm, round)
    return Measured(_said(height), bool(height.mean() > above), (height - above).to_numpy())


def steadier(tables: Tables, *, experiment: str, arm: str, other: str, round: int) -> Measured:
    """How many points of test error more the barrier between two copies of another arm has than that between two copies of this one."""
    more = barriers(tables, experiment, "orders", other, round) - barriers(tables, experiment, "orders", arm, round)
    return Measured(f"{more.mean():+.2f} points", bool(more.mean() > 0), more.dropna().to_numpy())


def times_farther(tables: Tables, *, experiment: str, line: str, arm: str, other: str, round: int, within: Sequence[float]) -> Measured:
    """How many times as far apart the ends of an arm's lines are as those of another arm's."""
    times = (apart(tables, experiment, line, arm, round) / apart(tables, experiment, line, other, round)).dropna()
    return Measured(f"{times.mean():.2f} times", within[0] <= times.mean() <= within[1], times.to_numpy(), none=1.0)


def barriers(tables: Tables, experiment: str, line: str, arm: str, round: int, column: str = "test_error") -> pd.Series:
    """The barrier on every trial's line, in points of error. Raises Absent where there is no such line."""
    points = _chosen(tables, experiment, "lines", line, arm, round).sort_values("share")
    return points.groupby("trial")[column].agg(lambda errors: 100 * barrier(errors.tolist()))


def apart(tables: Tables, experiment: str, line: str, arm: str, round: int) -> pd.Series:
    """The L2 distance of every trial's pair. Raises Absent where there is none."""
    return _chosen(tables, experiment, "distances", line, arm, round).set_index("trial")["distance"]


def _chosen(tables: Tables, experiment: str, table: str, line: str, arm: str, round: int) -> pd.DataFrame:
    found = tables.extra(experiment, table)
    found = found[(found["line"] == line) & (found["arm"] == arm) & (found["round"] == round)]
    if found.empty:
        raise Absent(f"{experiment} ({table}: {line} of {arm} of r{round:02})")
    return found


def _said(height: pd.Series) -> str:
    return f"{height.mean():.2f} points"
