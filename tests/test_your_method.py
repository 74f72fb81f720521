"""docs/your-method.md runs as it stands; `lth.compare` on literal numbers."""

import re

import pandas as pd
import pytest

import lth
import tiny
from lth.claims import compare as compared
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.experiments.blocks import train_block
from lth.experiments.rounds import train_round
from lth.tickets import save_initial

PAGE = tiny.REPOSITORY / "docs" / "your-method.md"


def test_the_page_runs_as_it_stands(root, capsys):
    tiny.write_project(root)
    tiny.write_experiment(root, tiny.numbers({"collection": "paper", "name": "lenet"}), "paper/lenet")
    settings, experiment = load_settings(), load_experiment("lenet")
    save_initial(experiment, settings.seed)
    for name in experiment.rounds:
        train_round(settings, experiment, name)
    train_block(settings, experiment, "reinit")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL))
    known: dict = {}
    exec(compile(code, str(PAGE), "exec"), known)
    assert list(known["table"].index) == ["dense", "ticket"], "no reinit of round 2, the one nearest to P_m 13.5"
    assert known["table"]["trials"].tolist() == [2, 2]
    assert r" & theirs (\%) & yours (\%) & ahead (points) & low (points) & high (points) & trials \\" in capsys.readouterr().out

    tickets = [lth.load_ticket("lenet", round=2, trial=trial) for trial in (0, 1)]
    for ticket in tickets:
        masks = known["mine"](ticket)[1]
        assert {name: int(mask.sum()) for name, mask in masks.items()} == {name: int(mask.sum()) for name, mask in ticket.mask.items()}
    own = [known["train"](ticket.initial_parameters(), ticket.mask, ticket) for ticket in tickets]
    rows = known["rows"].query("arm == 'ticket' and round == 2").sort_values("trial")
    assert own == pytest.approx(rows["es_test_accuracy"].tolist(), abs=1 / 30), (
        "its loop trains the ticket to what ours did, but one of 30 images"
    )


ROWS = [("ticket", 0, [0.90, 0.91, 0.92]), ("ticket", 1, [0.92, 0.92, 0.92]), ("reinit", 1, [0.80, 0.82, 0.84])]


@pytest.fixture
def rows(monkeypatch):
    values = [(arm, round, trial, value) for arm, round, shares in ROWS for trial, value in enumerate(shares)]
    table = pd.DataFrame(values, columns=["arm", "round", "trial", "es_test_accuracy"])
    table = table.assign(es_iteration=[100, 200, 300] * 3, experiment="lenet")
    monkeypatch.setattr(compared, "load_results", lambda experiment: table)


@pytest.mark.usefixtures("rows")
def test_a_method_is_compared_trial_by_trial():
    table = lth.compare({0: 0.93, 1: 0.94, 2: 0.95}, "lenet", round=1)
    assert list(table.index) == ["dense", "ticket", "reinit"]
    assert table.loc["dense"].tolist() == pytest.approx([91, 94, 3, 3, 3, 3]), "always 3 points ahead: no spread"
    assert table.loc["ticket", ["low", "ahead", "high"]].tolist() == pytest.approx([2 - 2.48414, 2, 2 + 2.48414], abs=1e-4)
    pd.testing.assert_frame_equal(lth.compare({0: 0.93, 1: 0.94, 2: 0.95}, "lenet", 1), table)
    two = lth.compare({0: 0.93, 2: 0.95}, "lenet", round=1)
    assert two.loc["reinit", ["theirs", "yours", "ahead", "trials"]].tolist() == pytest.approx([82, 94, 12, 2]), "only shared trials"
    sooner = lth.compare({0: 50, 1: 50}, "lenet", round=0, column="es_iteration")
    assert sooner.loc["dense", "ahead"] == 100, "earlier is better"
    assert sooner.attrs["header"][1:3] == ["yours (iterations)", "ahead (iterations)"]
    drawn = lth.compare({0: [0.92, 0.94], 1: 0.94, 2: (0.94, 0.95, 0.96)}, "lenet", round=1)
    pd.testing.assert_frame_equal(drawn, table)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    ("yours", "options", "message"),
    [
        ({0: 93, 1: 94}, {"round": 1}, "yours holds 93: accuracies are shares, from 0 to 1"),
        ({0: 0.9}, {"round": 1}, "yours and dense share 1 trials, an interval takes two: lenet has 0, 1, 2"),
        ({0: 0.9, 1: 0.9, 7: 0.9}, {"round": 1}, "yours holds trial 7; lenet has 0, 1, 2"),
        ({0: [0.9, 93], 1: [0.9]}, {"round": 1}, "yours holds 93: accuracies are shares, from 0 to 1"),
        ({0: [[0.9, 0.8]], 1: [0.9]}, {"round": 1}, "yours must hold a number for each trial, or a list of numbers, one a draw"),
        ({0: "high", 1: 0.9}, {"round": 1}, "yours must hold a number for each trial, or a list of numbers, one a draw"),
        ({0: [], 1: [0.9]}, {"round": 1}, "yours of trial 0 must be one or more finite numbers"),
        ({0: 100, 1: float("nan")}, {"round": 1, "column": "es_iteration"}, "yours of trial 1 must be one or more finite numbers"),
        ({0: -5, 1: 7}, {"round": 1, "column": "es_iteration"}, "yours holds -5: no es_iteration is negative"),
        ([0.9, 0.8], {"round": 1}, "yours must say of which trial each number is"),
        ({(0, 1): 0.9, 1: 0.9}, {"round": 1}, "yours holds trial (0, 1); lenet has 0, 1, 2"),
        ({0: 0.9, 1: 0.9}, {"round": 7}, "lenet has no round 7; it has 0, 1"),
        ({0: 0.9, 1: 0.9}, {"round": 1, "column": "accuracy"}, "column 'accuracy' is not measured; there are: es_iteration"),
    ],
)
def test_what_cannot_be_compared_is_said(yours, options, message):
    with pytest.raises(LthError, match=f"^{re.escape(message)}"):
        lth.compare(yours, "lenet", **options)
