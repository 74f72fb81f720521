"""Claims: the rule of verdicts on literal numbers, estimators on small tables, and nothing judged that has not been run."""

import numpy as np
import pandas as pd
import pytest

from lth import paths
from lth.claims import CLAIMS, estimators, judge
from lth.claims.verdict import Measured, interval
from lth.config import experiment_names
from lth.stages import claims

IDS = [
    "lenet-es-38",
    "lenet-acc-03",
    "lenet-back-3.6",
    "lenet-50k-035",
    "lenet-train-100",
    "lenet-reinit-251",
    "lenet-reinit-acc",
    "lenet-reinit-drop",
    "lenet-oneshot-fast",
    "lenet-oneshot-acc",
    "lenet-structure",
    "conv-es",
    "conv-acc",
    "conv-above-2",
    "conv-reinit",
    "conv-dropout",
    "vgg-01",
    "vgg-001",
    "vgg-warmup",
    "resnet-001",
    "resnet-warmup",
    "move-further",
    "resampled",
    "noise",
    "reset",
    "size-9-15k",
]


class Rows:
    """Tables of one experiment's rows, whatever its name."""

    def __init__(self, rows: pd.DataFrame):
        self.table = rows

    def rows(self, name: str) -> pd.DataFrame:
        return self.table


def table(values: dict[tuple[str, int], list[float]], column: str, draws: int = 1) -> Rows:
    """Rows of (arm, round) with one value a trial; with more draws, values spread evenly around it."""
    parts = [
        {
            "arm": arm,
            "round": round,
            "trial": trial,
            "draw": draw,
            "percent_remaining": 100 * 0.8**round,
            column: value + draw - (draws - 1) / 2,
        }
        for (arm, round), trials in values.items()
        for trial, value in enumerate(trials)
        for draw in range(draws)
    ]
    return Rows(pd.DataFrame(parts))


@pytest.mark.parametrize(
    ("effects", "within", "verdict"),
    [
        ([1.0, 1.1, 0.9], True, "reproduced"),
        ([1.0, 1.1, 0.9], False, "direction only"),
        ([1.0, -1.0, 0.5], True, "inconclusive"),
        ([-1.0, -1.1, -0.9], False, "not reproduced"),
        ([0.0, 0.0, 0.0], True, "inconclusive"),
    ],
)
def test_verdicts(effects, within, verdict):
    assert Measured("", within, np.array(effects)).verdict() == verdict


def test_a_claim_of_no_difference():
    assert Measured("", True, np.array([1.0, -1.0, 0.5]), no_difference=True).verdict() == "reproduced"
    assert Measured("", True, np.array([1.0, 1.1, 0.9]), no_difference=True).verdict() == "not reproduced"


def test_the_interval_is_students():
    low, high = interval([1, 2, 3, 4, 5])
    assert (low, high) == pytest.approx((3 - 2.776445 * 2.5**0.5 / 5**0.5, 3 + 2.776445 * 2.5**0.5 / 5**0.5), rel=1e-6)
    with pytest.raises(ValueError, match="two trials"):
        interval([1])


def test_effects_are_paired_within_trials_over_draws():
    rows = table({("ticket", 0): [10, 20], ("ticket", 7): [5, 10], ("reinit", 7): [10, 20]}, "es_iteration", draws=3)
    measured = estimators.times_sooner(rows, round=7, other="reinit", within=[1.9, 2.1])
    assert measured.effects.tolist() == [2, 2]
    assert measured.ours == "2.00 times"
    assert measured.within
    assert measured.verdict() == "reproduced", "every trial agrees, though trials differ"
    earlier = estimators.stops_earlier(rows, round=7, within=[28, 48])
    assert earlier.effects.tolist() == [50, 50]
    assert earlier.verdict() == "direction only"


@pytest.mark.parametrize(
    ("claimed", "verdict"), [(3, "direction only"), (4, "reproduced"), (6, "reproduced"), (8, "reproduced"), (9, "direction only")]
)
def test_a_threshold_is_reproduced_within_two_rounds(claimed, verdict):
    means = [10, 9, 8, 7, 8, 9, 11, 12]  # better, that is earlier, in rounds 1 to 5; crosses back in round 6
    rows = table({("ticket", round): [mean, mean + 0.1] for round, mean in enumerate(means)}, "es_iteration")
    measured = estimators.crosses_back(rows, column="es_iteration", round=claimed)
    assert measured.ours == "P_m 26.2"
    assert measured.verdict() == verdict


def test_where_an_arm_falls_below():
    means = [0.9, 0.89, 0.91, 0.88, 0.92, 0.85, 0.8, 0.7, 0.6]
    rows = table({("ticket", round): [mean, mean + 0.001] for round, mean in enumerate(means)}, "es_test_accuracy")
    measured = estimators.falls_below(rows, arm="ticket", round=5)
    assert measured.ours == "P_m 32.8", "from round 5 on it stays below"
    assert measured.effects == pytest.approx([20, 20]), "two rounds later"
    never = estimators.falls_below(rows, arm="ticket", round=1)
    assert never.ours == "P_m 32.8"
    assert not never.within


def test_the_longest_run_ahead_of_the_dense_network():
    means = {0: 0.9, 1: 0.91, 2: 0.89, 3: 0.92, 4: 0.93, 5: 0.91, 6: 0.8}
    rows = table({("ticket", round): [mean, mean + 0.001] for round, mean in means.items()}, "es_test_accuracy")
    measured = estimators.better_between(rows, experiment="x", column="es_test_accuracy", ends=[50, 33], points=3)
    assert measured.ours == "P_m 51.2–32.8"
    assert measured.verdict() == "reproduced"


def test_every_claim_of_the_paper_is_there():
    assert list(dict.fromkeys(claim.id for claim in CLAIMS)) == IDS
    assert len({(claim.id, claim.part) for claim in CLAIMS}) == len(CLAIMS)
    for claim in CLAIMS:
        if claim.estimator:
            assert callable(getattr(estimators, claim.estimator))
        else:
            assert not set(claim.needs) & set(experiment_names()), "only what cannot be run yet has no estimator"


def test_what_has_not_been_run_gets_no_verdict(root):
    rows = [judge(claim) for claim in CLAIMS]
    assert {row["verdict"] for row in rows} == {"not run"}
    assert rows[0]["not run"] == "lenet (ticket)"


def test_the_table_is_the_same_again(root):
    claims.main()
    before = (paths.RESULTS / "claims.csv").read_bytes(), (paths.RESULTS / "claims.json").read_bytes()
    claims.main()
    assert before == ((paths.RESULTS / "claims.csv").read_bytes(), (paths.RESULTS / "claims.json").read_bytes())
    assert len(pd.read_csv(paths.RESULTS / "claims.csv")) == len(CLAIMS)
