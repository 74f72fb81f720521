"""The paper's core, on real MNIST: a ticket near P_m 21 learns faster and better than its own structure with fresh weights."""

import shutil
import subprocess
import sys

import pandas as pd
import pytest

from lth import paths
from lth.results.files import load_results

STAGES = [*(("round", f"r{n:02}") for n in range(8)), ("control", "reinit")]


def assert_ticket_is_ahead(rows: pd.DataFrame) -> None:
    """In every trial of round 7, against the mean of its three reinits: higher validation accuracy, earlier early stop."""
    round7 = rows[rows["round"] == 7]
    for trial in range(3):
        ticket = round7[(round7["arm"] == "ticket") & (round7["trial"] == trial)].iloc[0]
        reinits = round7[(round7["arm"] == "reinit") & (round7["trial"] == trial)]
        assert len(reinits) == 3
        assert ticket["es_validation_accuracy"] > reinits["es_validation_accuracy"].mean()
        assert ticket["es_iteration"] < reinits["es_iteration"].mean()


def test_committed_quick_results_show_the_ticket_ahead_of_its_reinits():
    assert_ticket_is_ahead(load_results("quick/lenet"))


@pytest.mark.slow  # about 4 minutes on 2 cores
def test_fresh_training_shows_the_ticket_ahead_of_its_reinits(tmp_path):
    if not (paths.DATA / "mnist.safetensors").is_file():
        pytest.skip("data/mnist.safetensors is not there: run `dvc repro data`")
    for name in ("params.yaml", "pipelines", "src"):
        copy = shutil.copytree if (paths.ROOT / name).is_dir() else shutil.copy
        copy(paths.ROOT / name, tmp_path / name)
    (tmp_path / "data").symlink_to(paths.DATA)

    def run(stage: str, *words: str) -> None:
        subprocess.run([sys.executable, "-m", f"lth.stages.{stage}", "quick/lenet", *words], cwd=tmp_path, check=True)

    run("initialise")
    for stage, name in STAGES:
        run(stage, name)
    runs = tmp_path / "results" / "quick/lenet" / "runs"
    assert_ticket_is_ahead(pd.concat([pd.read_csv(runs / f"{name}.csv") for _, name in STAGES]))
