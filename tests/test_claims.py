"""Claims: the rule of verdicts on literal numbers, estimators on small tables, and nothing judged that has not been run."""

import numpy as np
import pandas as pd
import pytest
import yaml

import tiny
from lth import paths
from lth.claims import CLAIMS, estimators, judge
from lth.claims.judge import judge_unit, read_claims
from lth.claims.verdict import Measured, interval
from lth.columns import COLUMNS, CURVES
from lth.config import experiment_names, load_experiment
from lth.errors import LthError
from lth.results import save
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


def write_results(root, name: str, scale: str, rounds: int) -> None:
    """An experiment without controls, and results of it in which early stop comes 5% sooner with each round."""
    plan = {"experiment": name, "scale": scale, "trials": 3, "blocks": {}}
    plan["rounds"] = {f"r{n:02}": f"r{n - 1:02}" if n else "initial" for n in range(rounds)}
    tiny.write_experiment(root, tiny.numbers(plan), name)
    experiment = load_experiment(name)
    for round in range(rounds):
        who = {"experiment": name, "scale": scale, "arm": "ticket", "round": round, "draw": 0, "percent_remaining": 100 * 0.8**round}
        made = {"engine": "sparse-1", "device": "cpu", "library": "numba"}
        rows = [
            {**dict.fromkeys(COLUMNS, 0.9), **who, **made, "trial": trial, "es_iteration": 1000 * (1 + trial) * (1 - 0.05 * round)}
            for trial in range(3)
        ]
        save(experiment, f"r{round:02}", pd.DataFrame(rows), pd.DataFrame(columns=list(CURVES)))
    (paths.RESULTS / name / "summary.csv").write_text("")


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
    with pytest.raises(LthError, match="two trials"):
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


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"need": {}}, "got an unexpected keyword argument 'need'; the keys are id, title"),
        ({"estimator": "guess"}, "lth/claims/estimators.py has no function 'guess'"),
        ({"needs": {"lenet": ["ticket", "reshufle"]}}, "needs: there is no reshufle; there are: cost, "),
    ],
)
def test_a_mistake_in_the_file_is_one_line(change, says):
    entry = {name: getattr(CLAIMS[0], name) for name in CLAIMS[0].__dataclass_fields__}
    assert read_claims(yaml.safe_dump([entry])) == CLAIMS[:1]
    with pytest.raises(LthError, match=f"^claims.yaml, lenet-es-38: {says}") as caught:
        read_claims(yaml.safe_dump([entry | change]))
    assert "\n" not in str(caught.value)


def test_every_claim_of_the_paper_is_there():
    assert list(dict.fromkeys(claim.id for claim in CLAIMS)) == IDS
    assert len({(claim.id, claim.part) for claim in CLAIMS}) == len(CLAIMS)
    assert len({(claim.id, claim.title) for claim in CLAIMS}) == len(IDS), "a claim's parts share its title"
    for claim in CLAIMS:
        if claim.estimator:
            assert callable(getattr(estimators, claim.estimator))
        else:
            assert not set(claim.needs) & set(experiment_names()), "only what cannot be run yet has no estimator"


def test_what_has_not_been_run_gets_no_verdict(root):
    rows = [judge(claim) for claim in CLAIMS]
    assert {row["verdict"] for row in rows} == {"not run"}
    assert rows[0]["not run"] == "lenet (ticket)"


@pytest.mark.parametrize("scale", ["paper", "quick"])
def test_results_are_judged_at_paper_scale_alone(root, scale):
    write_results(root, "lenet", scale, rounds=16)
    rows = {(row["id"], row["part"]): row for row in map(judge, CLAIMS)}
    assert rows["lenet-es-38", ""]["verdict"] == ("reproduced" if scale == "paper" else "not run")
    assert rows["lenet-reinit-251", ""]["not run"] == ("lenet (reinit)" if scale == "paper" else "lenet (ticket, reinit)")
    if scale == "paper":
        assert rows["lenet-es-38", ""]["ours"] == "35%"
        assert rows["lenet-es-38", ""]["n"] == 3


def test_another_experiment_may_stand_in(root):
    write_results(root, "lenet-unit", "paper", rounds=8)
    found = judge_unit().iloc[0]
    assert (found["id"], found["ours"], found["verdict"], found["experiment"]) == ("lenet-es-38", "35%", "reproduced", "lenet-unit")
    assert found["command"] == "dvc repro pipelines/lenet-unit/dvc.yaml"
    assert judge(CLAIMS[0])["verdict"] == "not run"


def test_a_round_that_is_missing_is_named(root):
    write_results(root, "lenet", "paper", rounds=6)
    early = judge(CLAIMS[0])
    assert (early["verdict"], early["not run"], early["ours"]) == ("not run", "lenet (ticket of r07)", "")


def test_the_table_is_the_same_again(root):
    write_results(root, "lenet", "paper", rounds=16)
    claims.main()
    before = (paths.RESULTS / "claims.csv").read_bytes(), (paths.RESULTS / "claims.json").read_bytes()
    claims.main()
    assert before == ((paths.RESULTS / "claims.csv").read_bytes(), (paths.RESULTS / "claims.json").read_bytes())
    assert len(pd.read_csv(paths.RESULTS / "claims.csv")) == len(CLAIMS)
