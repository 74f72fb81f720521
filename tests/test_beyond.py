"""What came after the paper, on small tables of numbers that can be told in the head."""

import pandas as pd
import pytest

import tiny
from invented import invent
from lth import paths
from lth.claims.lost import first_lost, leads
from lth.figures import FIGURES
from lth.figures.beyond_bimodal import ARMS, networks_of
from lth.measures import CURVES, SCORES
from lth.plots.arms import TEST
from lth.reports.drawing import draw_collection
from lth.results.tables import Tables
from lth.sentences import fill

ROUNDS = {"r00": "initial", **{f"r{n:02}": f"r{n - 1:02}" for n in range(1, 8)}}
LENGTH = {"training.iterations": 40, "evaluation.every": 10}


def trained(name: str, changes: dict, accuracy, collection: str = "beyond", **further) -> None:
    """An experiment all of whose accuracies are `accuracy(row)`; the early stop is at iteration 20."""

    def rows_of(rows: pd.DataFrame) -> dict:
        return dict.fromkeys(SCORES, rows.apply(accuracy, axis=1)) | {"es_iteration": 20}

    invent(name, {**LENGTH, **changes, **further}, rows_of, lambda points: dict.fromkeys(CURVES, 0.5), collection)


def sweep(name: str, optimiser: str, leads: dict[float, list[float]], dense: dict[float, float] | None = None) -> None:
    """A sweep around 0.01 in which the ticket of r07 leads its reinit by so many points in each trial, and dense networks have 0.98 or less."""

    def accuracy(row) -> float:
        if row["round"] == 0:
            return (dense or {}).get(row["variant"], 0.98)
        return 0.9 + (leads[row["variant"]][row["trial"]] / 100 if row["arm"] == "ticket" else 0)

    blocks = {"reinit": {"control": "reinit", "rounds": ["r07"], "after": "r06"}}
    vary = {"optimiser": {"name": optimiser, "learning_rate": 0.01}, "vary": {"optimiser.learning_rate": list(leads)}}
    changes = {"training": {"iterations": 40, "batch_size": 8, **vary}, "evaluation.every": 10, "rounds": ROUNDS, "blocks": blocks}
    invent(
        name,
        {**changes, "trials": 3},
        lambda rows: dict.fromkeys(SCORES, rows.apply(accuracy, axis=1)) | {"es_iteration": 20},
        lambda points: dict.fromkeys(CURVES, 0.5),
        "beyond",
    )


AHEAD, LEVEL, BEHIND = [1.0, 1.1, 0.9], [1.0, -1.0, 0.5], [-1.0, -1.1, -0.9]


def test_the_first_rate_that_loses_the_ticket(root):
    sweep("lenet-high-adam", "adam", {0.02: AHEAD, 0.04: LEVEL, 0.08: BEHIND})
    found = leads(Tables.of("beyond"), "lenet-high-adam").set_index("learning_rate")
    assert found["lead"].round(6).tolist() == [1.0, round(0.5 / 3, 6), -1.0]
    assert found.loc[0.02, "low"] == pytest.approx(1 - 4.302653 * 0.1 / 3**0.5, rel=1e-5)
    assert first_lost(Tables.of("beyond")) == ("lenet-high-adam", 0.04)


@pytest.mark.parametrize(
    ("dense", "expected"),
    [({}, ("lenet-high-adam", 0.04)), ({0.04: 0.94}, ("lenet-high-adam", 0.08)), ({0.04: 0.1, 0.08: 0.1}, ("lenet-high-sgd", 0.05))],
)
def test_a_rate_counts_where_dense_networks_train(root, dense, expected):
    sweep("lenet-high-adam", "adam", {0.02: AHEAD, 0.04: LEVEL, 0.08: BEHIND}, dense)
    sweep("lenet-high-sgd", "sgd", {0.05: BEHIND})
    sweep("lenet-high-momentum", "momentum", {0.05: AHEAD})
    assert first_lost(Tables.of("beyond")) == expected


def test_that_there_is_no_such_rate_is_said(root):
    for name, optimiser in (("adam", "adam"), ("sgd", "sgd"), ("momentum", "momentum")):
        sweep(f"lenet-high-{name}", optimiser, {0.02: AHEAD})
    assert first_lost(Tables.of("beyond")) is None
    assert fill(FIGURES["beyond_rates"].ours, Tables.of("beyond")).startswith(
        "At every rate above the paper's at which dense networks train"
    )


def test_the_rate_is_said_or_nothing_is(root):
    sweep("lenet-high-adam", "adam", {0.02: AHEAD})
    said = FIGURES["beyond_rates"].ours
    assert fill(said, Tables.of("beyond")) == "", "the next optimiser decides, and has not been run"
    sweep("lenet-high-sgd", "sgd", {0.05: LEVEL})
    assert fill(said, Tables.of("beyond")) == (
        "Going up from the paper's rate, Adam before SGD before momentum, the first at which the ticket of P_m 21 is not measurably ahead of its "
        "reinitialisations, while dense networks train, is 0.05 (sgd)."
    )
    index = draw_collection("beyond", ["beyond_rates"]).set_index("figure")
    assert index.loc["beyond_rates", "drawn from"] == "lenet-high-adam lenet-high-sgd"
    numbers = pd.read_csv(paths.FIGURES / "beyond" / "beyond_rates.csv")
    assert numbers[["optimiser", "learning_rate", "n"]].to_numpy().tolist() == [["Adam", 0.02, 3], ["SGD", 0.05, 3]]


def test_values_without_the_mask_are_drawn_and_said(root):
    arms = ("ticket", "sparsity", "reinit", *ARMS)
    blocks = {arm: {"control": arm, "rounds": ["r01", "r12"], "after": "r00"} for arm in arms}
    pruning = {"method": "borrowed", "of": "quick/tiny", "levels": 12, "conv": 0.0, "fc": 0.2, "output": 0.1}

    def accuracy(row) -> float:
        gain = {"drawn": 0.02, "gaussian": 0.02, "signs": -0.02}.get(row["arm"].partition("-")[0], 0)
        return 0.9 + 0.001 * row["trial"] + gain

    changes = {"pruning": pruning, "rounds": {"r00": "initial"}, "blocks": blocks}
    trained("lenet-values", changes, accuracy)
    rows = Tables.of("beyond").rows("lenet-values")
    dense = networks_of(rows, "glorot", "dense")
    assert sorted(set(zip(dense["arm"], dense["round"], strict=True))) == [("ticket", 1), ("ticket", 12)]
    assert set(networks_of(rows, "signs", "random")["arm"]) == {"signs-random"}
    index = draw_collection("beyond", ["beyond_bimodal"]).set_index("figure")
    assert index.loc["beyond_bimodal", "ours"].startswith(
        "On dense networks values drawn from the survivors' are measurably more accurate at early stop than Glorot values at P_m 80 and 6.87 and less "
        "accurate at no P_m, than Gaussian values of the same deviation more at no P_m and less at no P_m; they stop earlier than Glorot values at no "
        "P_m and later at no P_m. With those of P_m 6.87 they have 92.1%, 2.00 points against Glorot values. On random masks"
    )
    numbers = pd.read_csv(paths.FIGURES / "beyond" / "beyond_bimodal.csv")
    assert len(numbers) == len(TEST) * (3 * 5 + 1) * 2
    at = numbers[(numbers["panel"] == "random mask: test accuracy at early stop") & (numbers["x"] == 80)].set_index("line")["mean"]
    assert at.round(4).tolist() == [0.9005, 0.9205, 0.9205, 0.9005, 0.8805]


def test_retraining_is_drawn_by_its_own_accuracy(root):
    pruning = {"levels": 18, "conv": 0.0, "fc": 0.2, "output": 0.1}
    for name, method, gain in (("lenet-rewind-rate", "rate-rewinding", 0.01), ("lenet-fine-tuning", "fine-tuning", -0.01)):
        changes = {"pruning": {"method": method, **pruning}, "rounds": {"r00": "initial"}, "blocks": {}}
        trained(name, changes, lambda row, gain=gain: 0.9 + gain * (row["arm"] == "retrained"))
    rounds = {f"r{n:02}": f"r{n - 1:02}" if n else "initial" for n in range(19)}
    trained("lenet-rewind-weight", {"rounds": rounds, "blocks": {}}, lambda row: 0.9 + 0.001 * row["trial"])
    index = draw_collection("beyond", ["beyond_retraining"]).set_index("figure")
    assert "at P_m 21, learning-rate rewinding (91.0%) is more accurate than fine-tuning (89.0%)" in index.loc["beyond_retraining", "ours"]
    numbers = pd.read_csv(paths.FIGURES / "beyond" / "beyond_retraining.csv")
    first = numbers[numbers["line"] == "fine-tuning"].iloc[:2]
    assert first[["x", "mean"]].round(6).to_numpy().tolist() == [[100, 0.9], [80, 0.89]], "from the dense network on"
    assert tiny.NUMBERS["trials"] == numbers["n"].max()


@pytest.mark.parametrize("controlled", [False, True])
def test_ways_to_scale_images_are_drawn_and_said(root, controlled):
    rounds = {f"r{n:02}": f"r{n - 1:02}" if n else "initial" for n in range(16)}
    blocks = {"reinit": {"control": "reinit", "rounds": ["r07"], "after": "r06"}} if controlled else {}

    def rows_of(rows: pd.DataFrame, stop: int, gain: float) -> dict:
        accuracy = 0.9 + gain * (rows["round"] > 0) + 0.002 * rows["trial"]
        return dict.fromkeys(SCORES, accuracy) | {"es_iteration": stop * rows["arm"].map({"ticket": 1, "reinit": 3})}

    changes = {
        "training.iterations": 20_000,
        "evaluation.every": 1000,
        "trials": {"first": 5, "count": 2},
        "rounds": rounds,
        "blocks": blocks,
    }
    for name, stop, gain in (("lenet-fresh", 5000, 0), ("lenet-unit-fresh", 3000, 0.02)):
        invent(name, changes, lambda rows, stop=stop, gain=gain: rows_of(rows, stop, gain), lambda points: dict.fromkeys(CURVES, 0.5))
    row = draw_collection("paper", ["beyond_scaling"]).set_index("figure").loc["beyond_scaling"]
    assert (row["drawn from"], row["not run"]) == ("lenet-fresh lenet-unit-fresh", "")
    assert row["ours"].startswith(
        "On pixels in [0, 1] dense networks stop earlier than on images of unit length (3,000 against 5,000) and are neither measurably more nor less "
        "accurate (91.1% against 91.1%); tickets of P_m 21 stop earlier (3,000 against 5,000) and are more accurate (93.1% against 91.1%); tickets of P_m 3.52"
    )
    assert "their largest lead in accuracy is 2.00 points, at P_m 80." in row["ours"]
    reinit = (
        "At P_m 21 reinitialised tickets take 3.00 times as long to their early stop as tickets on images of unit length, and 3.00 times"
    )
    assert (reinit in row["ours"]) is controlled
    numbers = pd.read_csv(paths.FIGURES / "paper" / "beyond_scaling.csv")
    lines = ["images of unit length", "pixels in [0, 1]"]
    assert sorted(set(numbers["line"])) == sorted([*lines, *(f"{line}, reinit" for line in lines if controlled)])
