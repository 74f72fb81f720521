"""Fresh trials and the first read as one: the tables of experiments that differ in their trials alone."""

from collections.abc import Sequence

import pandas as pd

from lth.claims.paired import LEAST_PERCENT, Absent
from lth.results.tables import Tables


class Pooled(Tables):
    """Tables of experiments that differ in their trials alone, read as one."""

    def __init__(self, parts: Sequence[Tables]):
        super().__init__(parts[0].names)
        self._parts = parts

    def rows(self, name: str) -> pd.DataFrame:
        return pooled([part.rows(name) for part in self._parts])


def pooled(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The arms and rounds that all parts hold.

    Raises Absent where these are not all that one of the parts holds down to LEAST_PERCENT: rules would be applied to few of either's rounds.
    """
    shared = []
    for arm in sorted(set.intersection(*(set(part["arm"]) for part in parts))):
        held = [set(part[part["arm"] == arm]["round"]) for part in parts]
        both = set.intersection(*held)
        judged = [set(part[(part["arm"] == arm) & (part["percent_remaining"] >= LEAST_PERCENT)]["round"]) for part in parts]
        if not any(rounds <= both for rounds in judged):
            raise Absent(f"{', '.join(part['experiment'].iloc[0] for part in parts)} ({arm} of the same rounds)")
        shared += [(arm, round) for round in both]
    return pd.concat([part.set_index(["arm", "round"]).loc[sorted(shared)].reset_index() for part in parts], ignore_index=True)
