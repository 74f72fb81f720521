"""Estimators of the claims, on small tables of literal numbers."""

import pandas as pd
import pytest

from lth.claims import estimators
from lth.claims.paired import Absent, advantage
from lth.errors import LthError


class Stub:
    """Tables of experiments by their names, and of no other."""

    def __init__(self, **tables: pd.DataFrame):
        self.names = tables

    def __iter__(self):
        return iter(self.names)

    def rows(self, name: str) -> pd.DataFrame:
        return self.names[name]

    def extra(self, name: str, table: str) -> pd.DataFrame:
        assert table == "mean_movement"
        return self.names[name]


def rows_of(
    values: dict[tuple[str, int], list[float]], column: str, draws: int = 1, first: int = 0, experiment: str = "lenet"
) -> pd.DataFrame:
    """Rows of (arm, round) with one value per trial, from trial `first` on; with more draws, values spread evenly around it."""
    parts = [
        {
            "experiment": experiment,
            "arm": arm,
            "round": round,
            "trial": trial,
            "draw": draw,
            "percent_remaining": 100 * 0.8**round,
            "weights_remaining": 1000 * 0.5**round,
            "engine": "torch-1",
            "device": "cpu",
            "library": "torch 2.15.0",
            column: value + draw - (draws - 1) / 2,
        }
        for (arm, round), trials in values.items()
        for trial, value in enumerate(trials, start=first)
        for draw in range(draws)
    ]
    return pd.DataFrame(parts)


def table(values: dict[tuple[str, int], list[float]], column: str, draws: int = 1, name: str = "lenet") -> Stub:
    """One experiment of such rows."""
    return Stub(**{name: rows_of(values, column, draws, experiment=name)})


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


@pytest.mark.parametrize("column", ["engine", "device", "library"])
def test_experiments_of_two_makers_are_not_compared(column):
    made_by = {"engine": "torch-1", "device": "a GPU", "library": "torch 2.15.0, tf32"}
    one, other = (
        rows_of({("ticket", 7): [1.0]}, "es_test_accuracy", experiment=name).assign(**made_by) for name in ("conv2", "conv2-dropout")
    )
    assert advantage(one, "ticket", other, "ticket", "es_test_accuracy")(7).tolist() == [0.0]
    line = rf"^conv2 and conv2-dropout differ in {column}, {made_by[column]} and another: networks are compared only where one made them all; .+$"
    with pytest.raises(LthError, match=line):
        advantage(one, "ticket", other.assign(**{column: "another"}), "ticket", "es_test_accuracy")


@pytest.mark.parametrize(
    ("claimed", "verdict"), [(3, "direction only"), (4, "direction only"), (5, "reproduced"), (7, "reproduced"), (10, "not reproduced")]
)
def test_a_threshold_is_reproduced_within_two_rounds(claimed, verdict):
    trials = [
        (10, 10),
        (9, 9),
        (8, 8),
        (7, 7),
        (8, 8),
        (9, 9),
        (9, 13),
        (12, 12.1),
        *[(13, 13.1)] * 5,
    ]  # earlier, so better, in rounds 1 to 5
    rows = table({("ticket", round): values for round, values in enumerate(trials)}, "es_iteration")
    measured = estimators.crosses_back(rows, column="es_iteration", round=claimed)
    assert measured.ours == "P_m 21 (by the sign of the mean: P_m 26.2)", "trials disagree on round 6, and on round 7 no more"
    assert measured.verdict() == verdict, "three rounds before the one claimed the ticket must be ahead"
    assert measured.of == f"the lead at P_m {100 * 0.8 ** max(claimed - 3, 1):.3g}"


def test_where_an_arm_falls_below():
    means = [0.9, 0.89, 0.91, 0.88, 0.92, 0.85, 0.8, 0.7, 0.6]
    rows = table({("ticket", round): [mean, mean + 0.001] for round, mean in enumerate(means)}, "es_test_accuracy")
    measured = estimators.falls_below(rows, arm="ticket", round=3)
    assert measured.ours == "P_m 80 (by the sign of the mean: P_m 32.8)", (
        "all trials are below in round 1; from round 5 on the mean stays there"
    )
    assert measured.within
    assert measured.effects == pytest.approx([5, 5]), "two rounds later"
    assert measured.of == "what it lacks at P_m 32.8"
    assert not estimators.falls_below(rows, arm="ticket", round=4).within
    noisy = {("ticket", 0): [0.9, 0.9], ("ticket", 1): [0.8, 0.99]} | {("ticket", round): [0.7, 0.7] for round in (2, 3, 4)}
    assert (
        estimators.falls_below(table(noisy, "es_test_accuracy"), arm="ticket", round=2).ours == "P_m 64 (by the sign of the mean: P_m 80)"
    )


def test_the_longest_run_ahead_of_the_dense_network():
    means = {0: 0.9, 1: 0.91, 2: 0.89, 3: 0.92, 4: 0.93, 5: 0.91, 6: 0.8}
    rows = table({("ticket", round): [mean, mean + 0.001] for round, mean in means.items()}, "es_test_accuracy", name="conv2")
    measured = estimators.better_between(rows, experiment="conv2", column="es_test_accuracy", ends=[50, 33], points=3)
    assert measured.ours == "P_m 51.2–32.8 (by the sign of the mean: P_m 51.2–32.8)", "round 2 lies wholly below"
    assert measured.verdict() == "reproduced"
    assert (
        estimators.better_between(rows, experiment="conv2", column="es_test_accuracy", ends=[80, 33], points=3).verdict()
        == "direction only"
    )
    rows = table(
        {("ticket", 2): [0.85, 0.93]} | {("ticket", round): [mean] * 2 for round, mean in means.items() if round != 2},
        "es_test_accuracy",
        name="conv2",
    )
    measured = estimators.better_between(rows, experiment="conv2", column="es_test_accuracy", ends=[80, 33], points=3)
    assert measured.ours == "P_m 80–32.8 (by the sign of the mean: P_m 51.2–32.8)", "of round 2 nothing is sure"


def test_a_coarse_grid_judges_no_range():
    rows = table({("ticket", round): [0.9, 0.9] for round in range(3)}, "es_test_accuracy", name="conv2")
    with pytest.raises(Absent, match=r"^conv2 \(ticket within 2.5 points of P_m 95\)$"):
        estimators.better_between(rows, experiment="conv2", column="es_test_accuracy", ends=[95, 64], points=5)


@pytest.mark.parametrize(("least_percent", "verdict"), [(80, "reproduced"), (33, "reproduced"), (20, "reproduced"), (13, "direction only")])
def test_staying_above_for_longer_is_no_less(least_percent, verdict):
    means = [0.8, 0.9, 0.95, 0.93, 0.9, 0.85, 0.79, 0.78, 0.77, 0.6, 0.5]  # above down to round 5, P_m 32.8
    rows = table({("ticket", round): [mean, mean + 0.001] for round, mean in enumerate(means)}, "es_test_accuracy", name="conv2")
    rows.names["conv2"]["es_validation_accuracy"] = rows.names["conv2"]["es_test_accuracy"]
    measured = estimators.stays_above(rows, experiment="conv2", least_percent=least_percent)
    assert measured.ours == "until P_m 26.2 (by the sign of the mean: P_m 26.2)"
    assert measured.verdict() == verdict


def test_the_best_round_is_chosen_by_validation():
    rows = table(
        {("ticket", 0): [0.5, 0.5], ("ticket", 1): [0.9, 0.9], ("ticket", 2): [0.4, 0.4], ("ticket", 3): [0.6, 0.6]}, "es_test_accuracy"
    )
    rows.names["lenet"]["es_validation_accuracy"] = [0.5, 0.5, 0.6, 0.6, 0.4, 0.4, 0.9, 0.9]
    measured = estimators.crosses_back(rows, column="es_test_accuracy", round=1)
    assert measured.ours == "nowhere", "after round 3; round 1 has the best test accuracy"
    assert measured.effects == pytest.approx([40, 40]), "points"


def test_how_an_arm_changes_with_pruning():
    values = {("ticket", 0): [1000, 2000], ("ticket", 2): [0, 0], ("reinit", 2): [1200, 2400], ("reinit", 4): [1400, 2800]}
    slower = estimators.stops_ever_later(table(values, "es_iteration", draws=2, name="conv2"), experiment="conv2", arm="reinit")
    assert slower.effects == pytest.approx([100, 200]), "iterations per round, from the dense network on"
    values = {("ticket", 0): [0.5, 0.5], ("reinit", 1): [0.6, 0.5], ("reinit", 3): [0.6, 0.7], ("reinit", 9): [0.1, 0.1]}
    gains = estimators.gains_over_dense(table(values, "es_test_accuracy", name="conv2"), experiment="conv2", arm="reinit", least_percent=50)
    assert gains.effects == pytest.approx([10, 10]), "rounds 1 and 3"
    level = {("ticket", 0): [0.5, 0.5, 0.5], ("reinit", 1): [0.499, 0.5, 0.501]}
    for margin, verdict in ((0, "inconclusive"), (0.5, "reproduced")):
        held = estimators.gains_over_dense(
            table(level, "es_test_accuracy", name="conv2"), experiment="conv2", arm="reinit", least_percent=50, margin=margin
        )
        assert held.verdict() == verdict, "holding is told from falling by a margin alone"


def test_the_best_gains_are_of_the_round_that_validates_best():
    accuracies = {("ticket", 0): [0.5, 0.6], ("ticket", 1): [0.9, 0.9], ("ticket", 2): [0.7, 0.7]}
    rows = table(accuracies, "es_test_accuracy", name="conv2")
    one = rows.names["conv2"]
    one["final_test_accuracy"] = one["es_test_accuracy"] + 0.01
    one["es_validation_accuracy"] = one["final_validation_accuracy"] = [0.5, 0.5, 0.6, 0.6, 0.8, 0.8]
    for gain in (
        estimators.best_gain(rows, experiment="conv2", within=[14, 16]),
        estimators.best_gain(rows, experiment="conv2", within=[14, 16], column="final_test_accuracy"),
    ):
        assert gain.effects == pytest.approx([20, 10]), "of round 2, though round 1 has the best test accuracy"
        assert gain.ours == "+15.00 points at P_m 64"
        assert gain.within
    stops = table({("ticket", 0): [100, 300], ("ticket", 1): [50, 100], ("ticket", 2): [70, 90]}, "es_iteration", name="conv2")
    faster = estimators.best_speed_up(stops, experiment="conv2", within=[2, 3])
    assert (faster.effects.tolist(), faster.ours, faster.within) == ([2, 3], "2.50 times at P_m 80", True)


def test_arms_are_compared_over_the_rounds_that_both_hold():
    values = {("ticket", 0): [0.9, 0.9], ("ticket", 1): [0.8, 0.7], ("ticket", 2): [0.6, 0.6], ("ticket", 3): [0.1, 0.1]}
    values |= {("reinit", 1): [0.7, 0.7], ("reinit", 2): [0.5, 0.4], ("sparsity", 2): [0.1, 0.1]}
    rows = Stub(**{name: rows_of(values, "es_test_accuracy", draws=2) for name in ("lenet", "conv2", "twin")})
    ahead = estimators.beats(rows, arm="ticket", other="reinit", column="es_test_accuracy")
    assert ahead.effects == pytest.approx([10, 10]), "of rounds 1 and 2"
    assert ahead.ours == "+10.00 points, mean over 2 rounds, P_m 80–64"
    same = estimators.do_not_differ(rows, arm="ticket", other="reinit", column="es_test_accuracy", experiment="conv2", points=0.5)
    assert same.effects.tolist() == ahead.effects.tolist()
    assert same.verdict() == "not reproduced"
    twin = estimators.beats_experiment(rows, other="twin", column="es_test_accuracy")
    assert twin.effects.tolist() == [0, 0], "the same tickets"
    near = estimators.nearer(rows, arm="reinit", to="ticket", than="sparsity")
    assert near.effects == pytest.approx([30, 10]), "of round 2: 10 and 20 points from the ticket, 40 and 30 from random sparsity"
    assert near.of == "how much nearer ticket"
    assert near.ours == "15.00 points from ticket, 35.00 from sparsity, at P_m 64"
    values = {("ticket", 1): [0.8, 0.8], ("ticket", 2): [0.6, 0.6], ("reinit", 1): [0.7, 0.7], ("reinit", 2): [0.7, 0.7]}
    values |= {("sparsity", 1): [0.4, 0.4], ("sparsity", 2): [0.4, 0.4]}
    around = estimators.nearer(table(values, "es_test_accuracy"), arm="reinit", to="ticket", than="sparsity")
    assert around.effects == pytest.approx([20, 20]), "10 points from the ticket in either round, on either side"


def test_opposite_differences_do_not_cancel_where_every_round_is_judged():
    values = {("ticket", 1): [0.803, 0.803, 0.803], ("reinit", 1): [0.8, 0.8, 0.8]}
    values |= {("ticket", 2): [0.696, 0.6965, 0.6955], ("reinit", 2): [0.7, 0.7, 0.7]}
    options = {"arm": "ticket", "other": "reinit", "column": "es_test_accuracy", "experiment": "lenet", "points": 0.2}
    rows = table(values, "es_test_accuracy")
    assert estimators.do_not_differ(rows, **options).verdict() == "reproduced"
    worst = estimators.do_not_differ(rows, every_round=True, **options)
    assert (worst.ours, worst.verdict()) == ("-0.40 points at P_m 64", "not reproduced")
    wide = values | {("ticket", 1): [0.82, 0.78, 0.803]}
    worst = estimators.do_not_differ(table(wide, "es_test_accuracy"), every_round=True, **options)
    assert worst.verdict() == "not reproduced", "an interval that reaches further, and tells nothing, hides none that lies outside"


@pytest.mark.parametrize(("margin", "verdict"), [(0, "inconclusive"), (0.2, "reproduced")])
def test_at_least_as_good_is_no_better_by_a_margin(margin, verdict):
    rows = Stub(
        one=rows_of({("ticket", 1): [0.8, 0.8005, 0.7995]}, "es_test_accuracy"),
        other=rows_of({("ticket", 1): [0.8] * 3}, "es_test_accuracy"),
    )
    found = estimators.beats_experiment(rows, experiment="one", other="other", column="es_test_accuracy", margin=margin)
    assert found.verdict() == verdict


def test_collapsed_networks_rule_no_mean():
    values = {("ticket", 0): [0.9, 0.9], ("ticket", 3): [0.9, 0.8], ("reinit", 3): [0.8, 0.8]}
    values |= {("ticket", 17): [0.9, 0.9], ("reinit", 17): [0.7, 0.6], ("ticket", 18): [0.1, 0.1], ("reinit", 18): [0.9, 0.9]}
    rows = table(values, "es_test_accuracy")
    ahead = estimators.beats(rows, arm="ticket", other="reinit", column="es_test_accuracy")
    assert ahead.effects == pytest.approx([15, 15]), "of rounds 3 and 17"
    assert ahead.ours == "+15.00 points, mean over P_m 51.2–2.25 (down to 1.8: -16.67 points)"


def test_a_loss_is_held_against_the_lead():
    values = {("ticket", 1): [0.9, 0.9], ("noise-0.5", 1): [0.89, 0.88], ("reinit", 1): [0.8, 0.8]}
    values |= {("ticket", 9): [0.9, 0.9], ("noise-0.5", 9): [0.1, 0.1], ("reinit", 9): [0.8, 0.8]}
    loss = estimators.loses_little(table(values, "es_test_accuracy"), arm="noise-0.5", other="reinit", least_percent=50, share=0.25)
    assert loss.effects == pytest.approx([1.5, 0.5]), "a quarter of 10 points, less 1 and 2"
    assert (loss.ours, loss.within) == ("loses 1.50 points of a lead of 10.00, at P_m 80", True)


def test_the_lowest_training_accuracy_of_any_arm_and_round():
    values = {("ticket", 0): [1.0, 1.0], ("ticket", 1): [0.99, 1.0], ("reinit", 1): [0.9, 0.98]}
    values |= {(arm, round): [0.1, 0.1] for arm in ("ticket", "reinit") for round in (4, 9)}
    low, high = (
        rows_of({who: [1.0, 1.0] if better else trials for who, trials in values.items()}, "final_train_accuracy", experiment=name)
        for name, better in (("lenet", False), ("lenet-oneshot", True))
    )
    for rows, where in ((Stub(lenet=low), ""), (Stub(lenet=low, oneshot=high), " of lenet"), (Stub(oneshot=high, lenet=low), " of lenet")):
        lowest = estimators.lowest_train_accuracy(rows, arms=["ticket", "reinit"], least_percent=50, floor=93)
        assert lowest.effects == pytest.approx([90, 98])
        assert (lowest.ours, lowest.within, lowest.none) == (f"≥ 94.00% (reinit{where}, P_m 80)", True, 93)


def test_the_weights_left_at_the_crossing():
    values = {("ticket", 0): [0.5, 0.5], ("ticket", 1): [0.9, 0.7], ("ticket", 2): [0.4, 0.5], ("ticket", 3): [0.4, 0.4]}
    later = values | {("ticket", 2): [0.8, 0.8]}
    rows = Stub(one=rows_of(values, "es_validation_accuracy"), another=rows_of(later, "es_validation_accuracy"))
    upper = estimators.weights_at_crossing(rows, within=[200, 300], end="upper")
    assert (upper.ours, upper.within) == ("125–125 weights (by the sign of the mean: 125–250)", False)
    assert upper.effects == pytest.approx([30, 30]), "one per starting size: of 500 weights, both trials"
    lower = estimators.weights_at_crossing(rows, within=[100, 200], end="lower")
    assert lower.within
    assert lower.effects.tolist() == [], "no size has so few weights"
    assert estimators.weights_at_crossing(rows, within=[200, 300], end="lower").effects == pytest.approx([10, 10])


def test_nothing_is_judged_on_a_chain_that_ends_too_early():
    means = [0.8, 0.9, 0.95, 0.93, 0.9]
    rows = rows_of({("ticket", round): [mean, mean + 0.001] for round, mean in enumerate(means)}, "es_test_accuracy")
    rows = Stub(lenet=rows.assign(es_validation_accuracy=rows["es_test_accuracy"], final_train_accuracy=1.0))
    estimators.crosses_back(rows, column="es_test_accuracy", round=2)
    with pytest.raises(Absent, match=r"^lenet \(ticket down to r05\)$"):
        estimators.crosses_back(rows, column="es_test_accuracy", round=3)
    estimators.falls_below(rows, arm="ticket", round=2)
    with pytest.raises(Absent, match=r"^lenet \(ticket down to r05\)$"):
        estimators.falls_below(rows, arm="ticket", round=3)
    assert estimators.stays_above(rows, experiment="lenet", least_percent=33).ours == "at every P_m after its best"
    with pytest.raises(Absent, match=r"^lenet \(ticket down to P_m 32\)$"):
        estimators.stays_above(rows, experiment="lenet", least_percent=32)
    with pytest.raises(Absent, match=r"^lenet \(ticket down to P_m 32\)$"):
        estimators.lowest_train_accuracy(rows, arms=["ticket", "reinit"], least_percent=32, floor=99.8)


def test_movement_is_compared_within_layers():
    means = {
        ("fc1", "ticket"): 3,
        ("fc1", "rest"): 1,
        ("output", "ticket"): 9,
        ("output", "rest"): 8,
    }
    rows = [
        {"trial": trial, "layer": layer, "part": part, "quantity": "distance", "mean": mean + trial, "weights": 9 if layer == "fc1" else 1}
        for trial in range(2)
        for (layer, part), mean in means.items()
    ]
    moved = estimators.moves_further(Stub(lenet=pd.DataFrame(rows)), quantity="distance")
    assert moved.effects == pytest.approx([1.5, 1.5])
    assert moved.ours == "6.5, the rest 5, mean over layers (over weights 4.1, 2.2)"
