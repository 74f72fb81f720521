"""Estimators of the claims on CIFAR10's networks, on small tables whose right answers are worked out here by hand."""

import re

import pandas as pd
import pytest

from lth.claims import estimators
from lth.claims.judge import CLAIMS
from lth.claims.paired import Absent

FINAL = "final_test_accuracy"


class Literal:
    """Tables of networks of two trials: by experiment, (arm, round) and the two trials' test accuracies, which are also those of validation
    unless others are given. P_m halves with every round."""

    def __init__(self, accuracies: dict, validation: dict | None = None):
        self.accuracies, self.validation = accuracies, validation or accuracies

    def rows(self, name: str) -> pd.DataFrame:
        return pd.DataFrame(
            [
                {"experiment": name, "arm": arm, "round": round, "trial": trial, "draw": 0, "percent_remaining": 100 / 2**round}
                | dict.fromkeys(("engine", "device", "library"), "one")
                | dict.fromkeys(("es_test_accuracy", FINAL), accuracy)
                | dict.fromkeys(
                    ("es_validation_accuracy", "final_validation_accuracy"), self.validation[name].get((arm, round), trials)[trial]
                )
                for (arm, round), trials in self.accuracies[name].items()
                for trial, accuracy in enumerate(trials)
            ]
        )


def tickets(*rounds: tuple[float, float]) -> dict:
    """Both trials' accuracies of rounds 0, 1, 2, …"""
    return {("ticket", round): trials for round, trials in enumerate(rounds)}


def test_what_dropout_alone_gains_is_paired_by_trial():
    tables = Literal({"conv2": tickets((0.60, 0.70), (0.9, 0.9)), "conv2-dropout": tickets((0.62, 0.723), (0.1, 0.1))})
    gain = estimators.dense_gain(tables, experiment="conv2-dropout", over="conv2", within=[1.1, 3.1])
    assert gain.effects == pytest.approx([2.0, 2.3]), "0.62 - 0.60 and 0.723 - 0.70, in points; pruned networks do not count"
    assert (gain.ours, gain.within, gain.none) == ("+2.15 points", True, 0)
    assert gain.verdict() == "reproduced"
    assert estimators.dense_gain(tables, experiment="conv2-dropout", over="conv2", within=[2.5, 3]).verdict() == "direction only"


def test_what_pruning_adds_is_read_where_validation_is_best():
    tested = tickets((0.60, 0.62), (0.99, 0.99), (0.64, 0.65))
    validated = tickets((0.60, 0.60), (0.61, 0.61), (0.70, 0.70))
    gain = estimators.best_gain(Literal({"x": tested}, {"x": validated}), experiment="x", within=[2, 5])
    assert gain.effects == pytest.approx([4, 3]), "of round 2, whatever the test set says of round 1"
    assert gain.ours == "+3.50 points at P_m 25"


@pytest.mark.parametrize(
    ("reinit", "verdict"),
    [
        ((0.8990, 0.9011), "reproduced"),  # tickets 0.10 and 0.09 points ahead: 0.095 ± 12.71 * 0.005 lies within 0.5
        ((0.8990, 0.9000), "inconclusive"),  # 0.1 and 0.2: 0.15 ± 12.71 * 0.05 does not
        ((0.8900, 0.8921), "not reproduced"),  # 1.00 and 0.99: wholly above
        ((0.9100, 0.9121), "not reproduced"),  # as much behind: the claim is that they do not differ
    ],
)
def test_tickets_no_better_than_reinits(reinit, verdict):
    tables = Literal({"x": tickets((0.5, 0.5), (0.9, 0.902)) | {("reinit", 1): reinit}})
    same = estimators.do_not_differ(tables, experiment="x", arm="ticket", other="reinit", column=FINAL, points=0.5)
    assert same.effects == pytest.approx([100 * (0.9 - reinit[0]), 100 * (0.902 - reinit[1])])
    assert same.verdict() == verdict


@pytest.mark.parametrize(
    ("accuracies", "verdict"),
    [
        ((0.8952, 0.8950), "reproduced"),  # 89.51 ± 12.71 * 0.01 lies within 88.8–90.2
        ((0.8990, 0.8900), "inconclusive"),  # 89.45 ± 12.71 * 0.45 does not
        ((0.9100, 0.9101), "not reproduced"),  # 91.005 ± 12.71 * 0.005 lies wholly above
        ((0.8800, 0.8801), "not reproduced"),  # wholly below
    ],
)
def test_a_level_is_held_from_both_sides(accuracies, verdict):
    tables = Literal({"x": tickets((0.5, 0.5), (0.1, 0.1), accuracies, accuracies)})
    level = estimators.has_accuracy(tables, experiment="x", rounds=[2, 3], column=FINAL, within=[88.8, 90.2])
    assert level.effects == pytest.approx([100 * accuracy for accuracy in accuracies])
    assert (level.none, level.equivalence) == pytest.approx((89.5, 0.7))
    assert level.ours == f"{50 * sum(accuracies):.2f}% at P_m 25–12.5"
    assert level.verdict() == verdict


def test_a_level_is_that_of_the_rounds_named():
    tables = Literal({"x": tickets((0.9, 0.9), (0.5, 0.7), (0.6, 0.9))})
    both = estimators.has_accuracy(tables, experiment="x", rounds=[1, 2], column=FINAL, within=[0, 1])
    assert both.effects == pytest.approx([55, 80]), "means of 50 and 60, of 70 and 90"
    one = estimators.has_accuracy(tables, experiment="x", rounds=[2], column=FINAL, within=[0, 1])
    assert (one.ours, one.effects.tolist()) == ("75.00% at P_m 25", pytest.approx([60, 90]))
    with pytest.raises(Absent, match=r"^x \(ticket of r03\)$"):
        estimators.has_accuracy(tables, experiment="x", rounds=[2, 3], column=FINAL, within=[0, 1])


FALLING = tickets((0.900, 0.902), (0.910, 0.912), (0.905, 0.907), (0.897, 0.899), (0.893, 0.895), (0.880, 0.882), (0.80, 0.80))
"""Against the dense network +1, +0.5, -0.3, -0.7, -2 and -10.1 points; P_m 50, 25, 12.5, 6.25, 3.12, 1.56."""


@pytest.mark.parametrize(
    ("least_percent", "verdict"),
    [
        (25, "reproduced"),  # claimed to fall in round 3, and does in round 5
        (7, "reproduced"),  # in round 4
        (3, "reproduced"),  # in round 6, one later than it does: within two
        (1, "not reproduced"),  # in round 7; over rounds 1 to 6 its mean is -1.93, wholly below -1
    ],
)
def test_staying_within_a_point(least_percent, verdict):
    within = estimators.stays_above(Literal({"x": FALLING}), experiment="x", column=FINAL, margin=1, least_percent=least_percent)
    assert within.ours == "until P_m 3.12 (by the sign of the mean: P_m 3.12)", "round 5 is the first more than a point below"
    assert within.verdict() == verdict


def test_the_advantage_is_not_shifted_by_the_margin():
    within = estimators.stays_above(Literal({"x": FALLING}), experiment="x", column=FINAL, margin=1, least_percent=7)
    assert within.effects == pytest.approx([0.4, 0.4]), "(1 + 0.5 - 0.3) / 3"
    assert within.none == -1


def test_falling_too_soon_is_a_direction_alone():
    tables = Literal({"x": tickets((0.9, 0.9), (0.93, 0.93), (0.91, 0.91), (0.885, 0.885), (0.91, 0.91), (0.91, 0.91))})
    within = estimators.stays_above(tables, experiment="x", column=FINAL, margin=1, least_percent=3)
    assert within.ours.startswith("until P_m 12.5"), "in round 3, three before the sixth"
    assert within.verdict() == "direction only"


@pytest.mark.parametrize(
    ("last", "no_longer", "verdict"),
    [
        (1, True, "direction only"),  # claimed to fall in round 2, and does in round 5: three later
        (1, False, "reproduced"),
        (2, True, "reproduced"),  # in round 3
        (4, True, "reproduced"),
        (6, True, "reproduced"),  # in round 7, two later than it does
        (7, True, "direction only"),  # in round 8
    ],
)
def test_no_longer_than_claimed(last, no_longer, verdict):
    above = tickets((0.80, 0.80), (0.95, 0.95), *[(0.85, 0.85)] * 3, *[(0.79, 0.79)] * 3)
    stays = estimators.stays_above(Literal({"x": above}), experiment="x", column=FINAL, least_percent=100 / 2**last, no_longer=no_longer)
    assert stays.verdict() == verdict


def test_never_falling_is_longer_than_claimed():
    above = Literal({"x": tickets((0.80, 0.80), (0.95, 0.95), (0.85, 0.85), (0.85, 0.85))})
    stays = estimators.stays_above(above, experiment="x", column=FINAL, least_percent=25, no_longer=True)
    assert (stays.ours, stays.verdict()) == ("at every P_m after its best", "direction only")
    assert estimators.stays_above(above, experiment="x", column=FINAL, least_percent=25).verdict() == "reproduced"


def test_tolerances_lie_around_the_papers_values():
    judged = [claim for claim in CLAIMS if "±" in claim.tolerance and "within" in claim.options]
    assert {claim.id for claim in judged} == {"conv-es", "conv-acc", "conv-dropout", "resnet-001", "resnet-warmup"}
    for claim in judged:
        value, half = (float(re.search(r"[\d.]+", words)[0]) for words in (claim.paper, claim.tolerance))
        half *= value / 100 if "%" in claim.tolerance else 1
        assert claim.options["within"] == pytest.approx([value - half, value + half]), claim.part


def test_every_claim_has_an_estimator():
    assert all(claim.estimator for claim in CLAIMS)
