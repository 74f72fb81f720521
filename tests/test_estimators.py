"""Estimators of the claims, on small tables of literal numbers."""

import pandas as pd
import pytest

from lth.claims import estimators


class Rows(dict):
    """Tables of one experiment's rows, or one extra table, whatever its name. Its keys are the experiments it stands for."""

    def __init__(self, rows: pd.DataFrame):
        self.table = rows

    def rows(self, name: str) -> pd.DataFrame:
        return self.table

    def extra(self, name: str, table: str) -> pd.DataFrame:
        return self.table


def table(values: dict[tuple[str, int], list[float]], column: str, draws: int = 1) -> Rows:
    """Rows of (arm, round) with one value a trial; with more draws, values spread evenly around it."""
    parts = [
        {
            "experiment": "x",
            "arm": arm,
            "round": round,
            "trial": trial,
            "draw": draw,
            "percent_remaining": 100 * 0.8**round,
            "weights_remaining": 1000 * 0.5**round,
            column: value + draw - (draws - 1) / 2,
        }
        for (arm, round), trials in values.items()
        for trial, value in enumerate(trials)
        for draw in range(draws)
    ]
    return Rows(pd.DataFrame(parts))


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
    ("claimed", "verdict"), [(3, "direction only"), (4, "reproduced"), (6, "reproduced"), (8, "reproduced"), (9, "not reproduced")]
)
def test_a_threshold_is_reproduced_within_two_rounds(claimed, verdict):
    means = [10, 9, 8, 7, 8, 9, 11, 12]  # better, that is earlier, in rounds 1 to 5; crosses back in round 6
    rows = table({("ticket", round): [mean, mean + 0.1] for round, mean in enumerate(means)}, "es_iteration")
    measured = estimators.crosses_back(rows, column="es_iteration", round=claimed)
    assert measured.ours == "P_m 26.2"
    assert measured.verdict() == verdict, "three rounds before the one claimed the ticket must be ahead"


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


@pytest.mark.parametrize(("least_percent", "verdict"), [(80, "reproduced"), (33, "reproduced"), (20, "reproduced"), (13, "direction only")])
def test_staying_above_for_longer_is_no_less(least_percent, verdict):
    means = [0.8, 0.9, 0.95, 0.93, 0.9, 0.85, 0.79, 0.78, 0.77, 0.6]  # above down to round 5, P_m 32.8
    rows = table({("ticket", round): [mean, mean + 0.001] for round, mean in enumerate(means)}, "es_test_accuracy")
    rows.table["es_validation_accuracy"] = rows.table["es_test_accuracy"]
    measured = estimators.stays_above(rows, experiment="x", least_percent=least_percent)
    assert measured.ours == "until P_m 26.2"
    assert measured.verdict() == verdict


def test_the_best_round_is_chosen_by_validation():
    rows = table(
        {("ticket", 0): [0.5, 0.5], ("ticket", 1): [0.9, 0.9], ("ticket", 2): [0.4, 0.4], ("ticket", 3): [0.6, 0.6]}, "es_test_accuracy"
    )
    rows.table["es_validation_accuracy"] = [0.5, 0.5, 0.6, 0.6, 0.4, 0.4, 0.9, 0.9]
    measured = estimators.crosses_back(rows, column="es_test_accuracy", round=2)
    assert measured.ours == "nowhere", "after round 3; round 1 has the best test accuracy"
    assert measured.effects == pytest.approx([40, 40]), "points"


def test_how_an_arm_changes_with_pruning():
    values = {("ticket", 0): [1000, 2000], ("ticket", 2): [0, 0], ("reinit", 2): [1200, 2400], ("reinit", 4): [1400, 2800]}
    slower = estimators.stops_ever_later(table(values, "es_iteration", draws=2), experiment="x", arm="reinit")
    assert slower.effects == pytest.approx([100, 200]), "iterations a round, from the dense network on"
    values = {("ticket", 0): [0.5, 0.5], ("reinit", 1): [0.6, 0.5], ("reinit", 3): [0.6, 0.7], ("reinit", 9): [0.1, 0.1]}
    gains = estimators.gains_over_dense(table(values, "es_test_accuracy"), experiment="x", arm="reinit", least_percent=50)
    assert gains.effects == pytest.approx([10, 10]), "rounds 1 and 3"


def test_the_best_gains_are_of_the_round_that_validates_best():
    accuracies = {("ticket", 0): [0.5, 0.6], ("ticket", 1): [0.9, 0.9], ("ticket", 2): [0.7, 0.7]}
    rows = table(accuracies, "es_test_accuracy")
    rows.table["final_test_accuracy"] = rows.table["es_test_accuracy"] + 0.01
    rows.table["es_validation_accuracy"] = rows.table["final_validation_accuracy"] = [0.5, 0.5, 0.6, 0.6, 0.8, 0.8]
    for gain in (
        estimators.best_gain(rows, experiment="x", within=[14, 16]),
        estimators.best_gain(rows, experiment="x", within=[14, 16], column="final_test_accuracy"),
    ):
        assert gain.effects == pytest.approx([20, 10]), "of round 2, though round 1 has the best test accuracy"
        assert gain.ours == "+15.00 points at P_m 64"
        assert gain.within
    stops = table({("ticket", 0): [100, 300], ("ticket", 1): [50, 100], ("ticket", 2): [70, 90]}, "es_iteration")
    faster = estimators.best_speed_up(stops, experiment="x", within=[2, 3])
    assert (faster.effects.tolist(), faster.ours, faster.within) == ([2, 3], "2.50 times at P_m 80", True)


def test_arms_are_compared_over_the_rounds_that_both_hold():
    values = {("ticket", 0): [0.9, 0.9], ("ticket", 1): [0.8, 0.7], ("ticket", 2): [0.6, 0.6], ("ticket", 3): [0.1, 0.1]}
    values |= {("reinit", 1): [0.7, 0.7], ("reinit", 2): [0.5, 0.4], ("sparsity", 2): [0.1, 0.1]}
    rows = table(values, "es_test_accuracy", draws=2)
    ahead = estimators.beats(rows, arm="ticket", other="reinit", column="es_test_accuracy")
    assert ahead.effects == pytest.approx([10, 10]), "of rounds 1 and 2"
    assert ahead.ours == "+10.00 points, mean over P_m 80–64"
    same = estimators.do_not_differ(rows, arm="ticket", other="reinit", column="es_test_accuracy", experiment="x")
    assert same.effects.tolist() == ahead.effects.tolist()
    assert same.verdict() == "not reproduced"
    twin = estimators.beats_experiment(rows, other="y", column="es_test_accuracy")
    assert twin.effects.tolist() == [0, 0], "the same tickets"
    near = estimators.nearer(rows, arm="reinit", to="ticket", than="sparsity")
    assert near.effects == pytest.approx([30, 10]), "of round 2: 10 and 20 points from the ticket, 40 and 30 from random sparsity"
    assert near.ours == "15.00 points from ticket, 35.00 from sparsity, mean over P_m 64–64"
    values = {("ticket", 1): [0.8, 0.8], ("ticket", 2): [0.6, 0.6], ("reinit", 1): [0.7, 0.7], ("reinit", 2): [0.7, 0.7]}
    values |= {("sparsity", 1): [0.4, 0.4], ("sparsity", 2): [0.4, 0.4]}
    around = estimators.nearer(table(values, "es_test_accuracy"), arm="reinit", to="ticket", than="sparsity")
    assert around.effects == pytest.approx([20, 20]), "10 points from the ticket in either round, on either side"


def test_the_lowest_training_accuracy_of_any_arm_and_round():
    values = {("ticket", 0): [1.0, 1.0], ("ticket", 1): [0.99, 1.0], ("reinit", 1): [0.9, 0.98], ("ticket", 9): [0.1, 0.1]}
    lowest = estimators.lowest_train_accuracy(table(values, "final_train_accuracy"), arms=["ticket", "reinit"], least_percent=50, floor=93)
    assert lowest.effects == pytest.approx([90, 98])
    assert (lowest.ours, lowest.within, lowest.none) == ("≥ 94.00% (reinit, P_m 80)", True, 93)


def test_the_weights_left_at_the_crossing():
    rows = table({("ticket", 0): [0.5, 0.5], ("ticket", 1): [0.9, 0.7], ("ticket", 2): [0.4, 0.4]}, "es_validation_accuracy")
    rows.update(one=1, another=2)
    crossing = estimators.weights_at_crossing(rows, within=[200, 300])
    assert (crossing.ours, crossing.within) == ("250–250 weights", True)
    assert crossing.effects == pytest.approx([40, 20])


def test_movement_is_compared_within_layers():
    means = {
        ("fc1", "ticket"): 3,
        ("fc1", "rest"): 1,
        ("output", "ticket"): 9,
        ("output", "rest"): 8,
    }
    rows = [
        {"trial": trial, "layer": layer, "part": part, "quantity": "distance", "mean": mean + trial}
        for trial in range(2)
        for (layer, part), mean in means.items()
    ]
    assert estimators.moves_further(Rows(pd.DataFrame(rows)), quantity="distance").effects == pytest.approx([1.5, 1.5])
