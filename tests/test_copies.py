"""Copies of a network: one start, two orders; what they end with, lines between them, and the landscape around them."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

import tiny
from lth import paths
from lth.anatomy.connectivity import distance, on_the_line, pruned, shares, survivors
from lth.claims.estimators.connectivity import barriers, heights
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.experiments.connectivity import measure_connectivity
from lth.experiments.copies import copied, load_ends, train_copies
from lth.experiments.landscape import measure_landscape
from lth.experiments.rounds import train_round
from lth.figures import FIGURES
from lth.plots import style
from lth.plots.copies import barrier_lines
from lth.results.files import load_results
from lth.results.tables import Tables
from lth.sentences import fill
from lth.tickets import load_tickets, save_initial
from lth.training import BatchOrder
from lth.training.augmentation import variations

NAMED = {"lenet-copies": "beyond/copies", "lenet-copies-500": "beyond/late"}
COPIES = {"of": "quick/tiny", "rounds": ["r01", "r02"], "points": 4, "around": "r01"}
REWIND = 15


def write_copies(root, name: str = "copies", **training) -> None:
    """An experiment that copies the tickets of quick/tiny."""
    values = tiny.numbers({"collection": "beyond", "name": name, "rounds": {"r00": "initial"}, "blocks": {}}) | {"copies": COPIES}
    values["training"] |= training
    tiny.write_experiment(root, values, f"beyond/{name}")
    experiment = load_experiment(f"beyond/{name}")
    save_initial(experiment, seed=0)
    train_round(load_settings(), experiment, "r00")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A project whose tickets have been trained, and copied from the beginning and from an iteration."""
    root = tmp_path_factory.mktemp("copies")
    tiny.write_project(root)
    with pytest.MonkeyPatch.context() as patched:
        tiny.move_root(root, patched.setattr)
        tickets = load_experiment("quick/tiny")
        save_initial(tickets, seed=0)
        for round in tickets.rounds:
            train_round(load_settings(), tickets, round)
        for name, training in (("copies", {}), ("late", {"rewind": REWIND})):
            write_copies(root, name, **training)
            experiment = load_experiment(f"beyond/{name}")
            for arm in experiment.copied:
                train_copies(load_settings(), experiment, arm)
            measure_connectivity(load_settings(), experiment)
        patched.setattr("lth.experiments.landscape.REACH", np.linspace(-1, 1, 5))
        patched.setattr("lth.experiments.landscape.PLANE_POINTS", 3)
        measure_landscape(load_settings(), load_experiment("beyond/copies"))
    return root


@pytest.fixture
def project(trained, monkeypatch):
    """Its networks are trained too shortly to learn anything, and none of them counts as collapsed."""
    tiny.move_root(trained, monkeypatch.setattr)
    monkeypatch.setattr("lth.plots.copies.COLLAPSED", 0)
    return trained


def same(one, other) -> bool:
    return all(torch.equal(value, other[name]) for name, value in one.items())


def test_copies_draw_from_streams_of_their_own():
    order = BatchOrder(0, "lenet-mnist", 1, 7, 55_000, 60)
    drawn = [(replace(order, copy=copy).epoch(2).tobytes(), variations(replace(order, copy=copy), 2).tobytes()) for copy in range(3)]
    assert len(set(drawn)) == len({images for images, _ in drawn}) == len({varied for _, varied in drawn}) == 3


def test_the_first_copy_is_the_network_itself(project):
    """Bit for bit, so that every number agrees with the rows of the experiment that the tickets are from."""
    measured = load_results("quick/tiny", "ticket").set_index(["round", "trial"])
    lines = Tables({"copies": "beyond/copies"}).extra("copies", "lines")
    ends = lines[(lines["line"] == "orders") & (lines["share"] == 1) & lines["arm"].isin(["ticket", "dense"])]
    assert len(ends) == 6
    for row in ends.itertuples():
        assert 1 - row.test_error == pytest.approx(measured.loc[(row.round, row.trial), "final_test_accuracy"], abs=1e-12)
        assert row.train_loss == measured.loc[(row.round, row.trial), "final_train_loss"]


def test_copies_share_start_and_structure_and_nothing_else(project):
    for name in ("beyond/copies", "beyond/late"):
        experiment = load_experiment(name)
        for arm in experiment.copied:
            ends = load_ends(experiment, arm)
            assert len(ends) == (4 if arm == "parent" else 4 if arm == "dense" else 8)
            for (round, trial, copy), parameters in ends.items():
                if copy:
                    first = ends[round, trial, 0]
                    assert same(survivors(parameters), survivors(first))
                    assert not same(parameters, first)
            for ticket in copied(experiment, arm):
                left = sum(int(mask.sum()) for mask in survivors(ends[ticket.round, ticket.trial, 0]).values())
                assert left == ticket.weights_remaining


def test_structures_are_those_of_the_arms(project):
    experiment = load_experiment("beyond/copies")
    for ticket in copied(experiment, "ticket"):
        key = (ticket.round, ticket.trial, 0)
        masks = {arm: survivors(load_ends(experiment, arm)[key]) for arm in ("ticket", "reinit", "reshuffle", "random")}
        assert same(masks["ticket"], ticket.mask)
        assert same(masks["reinit"], ticket.mask)
        assert not same(masks["reshuffle"], ticket.mask)
        assert not same(masks["random"], ticket.mask)


def test_late_copies_start_where_the_dense_run_was(project):
    """A dense network that goes on from there with a fresh optimiser is another than the one that never stopped."""
    early, late = load_experiment("beyond/copies"), load_experiment("beyond/late")
    assert late.copied == ("dense", "ticket", "reshuffle", "random")
    assert {ticket.rewound.iteration for ticket in copied(late, "ticket")} == {REWIND}
    assert [ticket.rewound.sha256 for ticket in copied(late, "ticket")[:2]] == [t.rewound.sha256 for t in load_tickets(late, 1)]
    assert not same(load_ends(early, "dense")[0, 0, 0], load_ends(late, "dense")[0, 0, 0])


def test_the_tables_hold_every_line(project):
    lines = Tables({"copies": "beyond/copies"}).extra("copies", "lines")
    counts = lines.groupby(["line", "arm"]).size().to_dict()
    pairs = {("orders", arm): 4 for arm in ("ticket", "reinit", "reshuffle", "random")} | {("orders", "dense"): 2}
    joined = {(line, "ticket"): 4 for line in ("parent", "pruned", "reinit")}
    assert counts == {key: 4 * count for key, count in (pairs | joined).items()}
    distances = Tables({"copies": "beyond/copies"}).extra("copies", "distances")
    assert set(zip(distances["line"], distances["arm"], strict=True)) == {*pairs, *joined, ("dense", "ticket"), ("dense", "random")}
    assert (distances["distance"] > 0).mean() > 0.9, "so small a network may be dead, and its weights stay where they are"


def test_the_ticket_is_joined_to_what_pruning_left(project):
    """Of the round before: the mask is this round's, the values are those that it was chosen by."""
    experiment = load_experiment("beyond/copies")
    parents = load_ends(experiment, "parent")
    assert {round for round, _, _ in parents} == {0, 1}
    assert same(parents[0, 1, 0], load_ends(experiment, "dense")[0, 1, 0]), "the parent of round 1 is the dense network"
    ticket = next(ticket for ticket in copied(experiment, "ticket") if (ticket.round, ticket.trial) == (1, 1))
    assert same(survivors(pruned(parents[0, 1, 0], ticket.mask)), ticket.mask)


def test_the_landscape_is_centred_on_the_network(project):
    experiment = load_experiment("beyond/copies")
    tables = Tables({"copies": "beyond/copies"})
    landscape, plane, curvature = (tables.extra("copies", name) for name in ("landscape", "plane", "curvature"))
    centre = landscape[(landscape["x"] == 0) & (landscape["y"] == 0)]
    assert len(centre) == 2 * 3 * 3
    assert not centre.groupby(["network", "trial"])["loss"].agg(np.ptp).any(), "whatever the direction"
    assert centre[centre["network"] == "ticket"]["loss"].tolist() == centre[centre["network"] == "ticket in full"]["loss"].tolist()
    named = plane[plane["network"] != ""].set_index(["network", "trial"])
    assert named.loc[("ticket", 0), "loss"] == pytest.approx(
        centre[(centre["network"] == "ticket") & (centre["trial"] == 0)]["loss"].iloc[0], rel=1e-5
    )
    assert len(plane) == 2 * 3 + 9
    assert set(curvature["arm"]) == {"dense", "ticket", "reinit"}
    assert len(curvature) == (2 + 4 + 4) * 4
    assert experiment.copies.around == "r01"


def test_measuring_again_gives_the_same_bytes(project, capsys):
    """And a bar says how far it is."""
    files = [paths.RESULTS / "beyond" / "copies" / f"{name}.parquet" for name in ("lines", "distances")]
    before = [file.read_bytes() for file in files]
    measure_connectivity(load_settings(), load_experiment("beyond/copies"))
    assert [file.read_bytes() for file in files] == before
    assert re.search(r"beyond/copies lines \|\S+\| 100% · ", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("name", "arm", "says"),
    [
        ("quick/tiny", "ticket", "quick/tiny copies nothing: params.yaml has no `copies`"),
        ("beyond/copies", "noise-1", "beyond/copies has no copies of 'noise-1'; it has dense, ticket, reinit, reshuffle, random, parent"),
        ("beyond/late", "reinit", "beyond/late has no copies of 'reinit'; it has dense, ticket, reshuffle, random"),
    ],
)
def test_what_is_not_copied_is_said_in_one_line(project, name, arm, says):
    with pytest.raises(LthError) as caught:
        train_copies(load_settings(), load_experiment(name), arm)
    assert str(caught.value) == says


def test_ends_that_are_not_there_name_the_command(root):
    tiny.write_project(root)
    tiny.write_experiment(root, tiny.numbers({"collection": "beyond", "name": "copies"}) | {"copies": COPIES}, "beyond/copies")
    with pytest.raises(LthError, match=r"^trained/beyond/copies/dense.npz is missing: train it with `dvc repro copies@copies-dense`"):
        load_ends(load_experiment("beyond/copies"), "dense")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rounds": ["r02", "r01"]}, "copies: rounds must ascend without repeats from r01 on, not r02, r01"),
        ({"around": "r07"}, "copies: around is r07, allowed: r01, r02"),
        ({"points": 1}, "copies.points: 1 is wrong, must be greater than or equal to 2"),
    ],
)
def test_a_mistake_in_params_is_one_line(root, change, says):
    (root / "pipelines" / "beyond" / "copies").mkdir(parents=True)
    values = tiny.numbers({"collection": "beyond", "name": "copies"}) | {"copies": COPIES | change}
    (root / "pipelines" / "beyond" / "copies" / "params.yaml").write_text(yaml.safe_dump(values, sort_keys=False))
    with pytest.raises(LthError, match=says):
        load_experiment("beyond/copies")


def rise(errors, line: str = "orders") -> float:
    """The barrier on one line, as a share."""
    who = {"line": line, "arm": "ticket", "round": 1, "trial": 0, "percent_remaining": 80.0}
    points = pd.DataFrame([who | {"share": share, "test_error": error} for share, error in enumerate(errors)])
    return heights(points, "test_error")["barrier"].item() / 100


def test_a_line_between_minima_of_a_quadratic():
    """(w² - 1)² has minima at -1 and 1 and a barrier of 1 between them; w² between them has none."""
    one, other = {"w": torch.tensor([1.0])}, {"w": torch.tensor([-1.0])}
    line = [float(on_the_line(one, other, float(share))["w"]) for share in shares(5)]
    assert line == [-1, -0.5, 0, 0.5, 1]
    assert rise([(w**2 - 1) ** 2 for w in line]) == 1
    assert rise([w**2 for w in line]) == 0


def test_a_barrier_is_over_the_mean_of_like_ends_and_over_the_worse_of_others():
    assert rise([0.02, 0.10, 0.04]) == pytest.approx(0.07)
    assert rise([0.02, 0.01, 0.04]) == pytest.approx(0.01), "the worse end is on the line too"
    assert rise([0.02, 0.10, 0.04], "parent") == pytest.approx(0.06)
    assert rise([0.02, 0.03, 0.04], "pruned") == 0, "a slope is no barrier"


def test_distance_is_over_survivors():
    one = {"fc.weight": torch.tensor([[3.0, 9.0], [0.0, 4.0]]), "fc.bias": torch.tensor([7.0, 7.0])}
    other = {name: torch.zeros_like(value) for name, value in one.items()}
    assert distance(one, other, {"fc.weight": torch.tensor([[True, False], [False, True]])}) == 5


@pytest.mark.parametrize("name", [name for name, figure in FIGURES.items() if "lenet-copies" in figure.experiments])
def test_figures_are_drawn_from_the_tables(project, name, tmp_path):
    style.apply()
    drawn = FIGURES[name].draw(Tables(NAMED))
    style.save(drawn, tmp_path, name)
    assert len(drawn.numbers)
    assert not drawn.numbers.drop(columns="network", errors="ignore").isna().any(axis=None)


def test_sentences_read_the_tables(project):
    templates = (
        """{{ barrier("lenet-copies", "orders", "ticket", 1).start }} {{ barrier("lenet-copies-500", "orders", "ticket", 1).start }}""",
        """{{ rise("lenet-copies", "ticket").over(rise("lenet-copies", "dense")).signed }}""",
        """{{ sharpness("lenet-copies", "reinit", 2).P_m }}""",
    )
    start, rises, percent = (fill([template], Tables(NAMED)) for template in templates)
    assert start == f"0 {REWIND}"
    assert rises
    assert float(percent) == pytest.approx(64.1, abs=0.1)
    assert fill(["""{{ barrier("lenet-copies", "orders", "ticket", 15).P_m }}"""], Tables(NAMED)) == ""


def test_barriers_are_drawn_as_they_are_judged(project):
    """Drawn from all lines at once, judged of one arm and round."""
    points = Tables(NAMED).extra("lenet-copies", "lines")
    (drawn,) = barrier_lines("barrier", points, "test_error", {("parent", "ticket"): ("", "blue", "-", "o")})
    judged = [barriers(Tables(NAMED), "lenet-copies", "parent", "ticket", round).mean() for round in (1, 2)]
    assert drawn.points["mean"].tolist() == pytest.approx(judged)


def test_nothing_is_drawn_where_networks_have_collapsed():
    who = [{"line": "orders", "arm": "ticket", "round": round, "trial": 0, "percent_remaining": 80.0 / round} for round in (1, 2)]
    points = pd.DataFrame([row | {"share": share, "test_error": 0.45 * row["round"]} for row in who for share in (0.0, 1.0)])
    (drawn,) = barrier_lines("barrier", points, "test_error", {("orders", "ticket"): ("", "blue", "-", "o")})
    assert drawn.points["x"].tolist() == [80]
