"""Claims on lines between trained networks, judged on literal numbers."""

import numpy as np
import pandas as pd
import pytest

from lth import paths
from lth.claims import estimators
from lth.claims.estimators import Absent, joined, parted, steadier, times_farther
from lth.config import load_experiment
from lth.config.grammar import parse_yaml

ENTRIES = parse_yaml((paths.ROOT / "src" / "lth" / "claims" / "claims-beyond.yaml").read_bytes())["claims"]


class Literal:
    """Two trials; the ticket's copies have barriers of 1 and 2 points, those of reinit of 5 and 7."""

    def extra(self, experiment: str, table: str) -> pd.DataFrame:
        assert experiment == "copies"
        arms = {"ticket": (0.01, 0.02), "reinit": (0.05, 0.07)}
        who = [{"line": "orders", "arm": arm, "round": 3, "trial": trial, "percent_remaining": 51.3} for arm in arms for trial in (0, 1)]
        if table == "distances":
            return pd.DataFrame([row | {"distance": {"ticket": 2.0, "reinit": 5.0}[row["arm"]] + row["trial"]} for row in who])
        ends = {0.0: 0.02, 1.0: 0.04}
        return pd.DataFrame(
            [
                row | {"share": share, "test_error": ends.get(share, 0.03 + arms[row["arm"]][row["trial"]])}
                for row in who
                for share in (1.0, 0.5, 0.0)
            ]
        )


def test_barriers_against_a_limit():
    found = joined(Literal(), experiment="copies", line="orders", arm="ticket", round=3, below=4)
    assert (found.ours, found.within) == ("1.50 points", True)
    assert found.effects == pytest.approx(np.array([3, 2]))
    found = parted(Literal(), experiment="copies", line="orders", arm="reinit", round=3, above=2)
    assert (found.ours, found.within) == ("6.00 points", True)
    assert found.effects == pytest.approx(np.array([3, 5]))
    assert not joined(Literal(), experiment="copies", line="orders", arm="reinit", round=3, below=2).within


def test_one_arm_against_another():
    found = steadier(Literal(), experiment="copies", arm="ticket", other="reinit", round=3)
    assert (found.ours, found.within) == ("+4.50 points", True)
    assert found.effects == pytest.approx(np.array([4, 5]))
    times = times_farther(Literal(), experiment="copies", line="orders", arm="reinit", other="ticket", round=3, within=[2.24, 3.36])
    assert (times.ours, times.within, times.none) == ("2.25 times", True, 1)
    assert times.effects == pytest.approx(np.array([2.5, 2]))


def test_a_line_that_is_not_there_is_absent():
    with pytest.raises(Absent, match=r"^copies \(lines: parent of ticket of r03\)$"):
        joined(Literal(), experiment="copies", line="parent", arm="ticket", round=3, below=2)


def test_the_claims_name_rounds_that_are_copied():
    mine = [entry for entry in ENTRIES if "lenet-copies" in entry["needs"]]
    assert len(mine) == 9
    copied = {0, *load_experiment("beyond/lenet-copies").copies.numbers}
    for entry in mine:
        assert entry["options"]["round"] in copied
        assert callable(getattr(estimators, entry["estimator"]))
