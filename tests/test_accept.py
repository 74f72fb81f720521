"""A sample of committed rows, trained again: the same numbers, or the row and column that differ."""

import json

import pandas as pd
import pytest
import yaml

from lth import load_results, paths
from lth.config import load_experiment, load_settings
from lth.errors import LthError
from lth.experiments.accept import check, compare, sample, take_over
from lth.experiments.blocks import train_block
from lth.experiments.rounds import train_round
from lth.storage import sha256
from lth.tickets import save_initial


@pytest.fixture
def trained(project):
    settings, experiment = load_settings(), load_experiment("tiny")
    save_initial(experiment, settings.seed)
    for name in experiment.rounds:
        train_round(settings, experiment, name)
    for name in experiment.blocks:
        train_block(settings, experiment, name)
    return settings, experiment


def change(stage: str, column: str, by: float) -> None:
    file = paths.RESULTS / "quick" / "tiny" / "runs" / f"{stage}.csv"
    rows = pd.read_csv(file)
    rows[column] += by
    rows.to_csv(file, index=False)
    sidecar = paths.RESULTS / "quick" / "tiny" / "provenance" / f"{stage}.json"
    about = json.loads(sidecar.read_text())
    about["sha256"][paths.shown(file)] = sha256(file)
    sidecar.write_text(json.dumps(about))


def test_the_same_code_makes_the_same_numbers(trained):
    assert check(*trained) == "3 networks of quick/tiny trained again: every number the same"


def test_the_sample_is_each_arms_ends(trained):
    rows = load_results("tiny")
    chosen = sample(rows, seed=0)
    assert list(zip(chosen["arm"], chosen["round"], strict=True)) == [("reinit", 1), ("ticket", 0), ("ticket", 2)]
    assert chosen.equals(sample(rows, seed=0))
    assert any(not chosen.equals(sample(rows, seed)) for seed in range(1, 9))


def test_the_least_difference_names_row_and_column(trained):
    change("r02", "final_test_loss", 1e-9)
    with pytest.raises(LthError, match=r"^tiny, arm ticket, round 2, trial \d, draw 0: final_test_loss is .+ \(allowed difference 0\).+$"):
        check(*trained)


def test_elsewhere_a_tolerance_holds(trained):
    sidecar = paths.RESULTS / "quick" / "tiny" / "provenance" / "r00.json"
    sidecar.write_text(json.dumps(json.loads(sidecar.read_text()) | {"hardware": "an abacus"}))
    change("r02", "final_test_loss", 1e-9)
    assert check(*trained).endswith("all within the tolerance")
    rows = load_results("tiny")
    chosen = sample(rows, seed=0)
    for by, allowed in ((0.009, True), (0.02, False)):
        alike = rows[rows["round"] != 2]  # without a range, so that the floor counts
        again = chosen.assign(final_test_loss=chosen["final_test_loss"] + [0, 0, by])
        alone = pd.concat([alike, chosen[chosen["round"] == 2]])
        if allowed:
            compare(alone, chosen, again, exact=False)
        else:
            with pytest.raises(LthError, match=r"round 2.+final_test_loss.+allowed difference 0\.01"):
                compare(alone, chosen, again, exact=False)


def test_results_are_taken_over_under_a_new_id(trained):
    _, experiment = trained
    before = load_results("tiny")
    numerics = paths.NUMERICS / "lenet.yaml"
    numerics.write_text(yaml.safe_dump({"torch": 1, "sparse": 7}))
    assert check(*trained).endswith("every number the same"), "which another id does not promise"
    assert take_over(experiment, "sparse-7") == 4
    after = load_results("tiny")
    assert set(after["engine"]) == {"sparse-7"}
    assert after.drop(columns="engine").equals(before.drop(columns="engine"))
    for file in (paths.RESULTS / "quick" / "tiny" / "runs").glob("*.csv"):
        about = json.loads((paths.RESULTS / "quick" / "tiny" / "provenance" / f"{file.stem}.json").read_text())
        assert about["sha256"][paths.shown(file)] == sha256(file)
        assert "sparse-1" in about["accepted"]
    assert take_over(experiment, "sparse-7") == 0
