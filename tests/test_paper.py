"""The paper's core, on real images: a ticket learns faster and better than its own structure with fresh weights; where global pruning prunes."""

import shutil
import subprocess
import sys

import pandas as pd
import pytest
import torch
import yaml

import tiny
from lth import paths
from lth.claims.paired import better, by_trial
from lth.claims.verdict import interval
from lth.config import Experiment, Settings, load_experiment, load_settings
from lth.experiments.blocks import train_block
from lth.experiments.rounds import train_round
from lth.networks.resnet import BLOCKS, CHANNELS
from lth.results.files import load_results
from lth.tickets import load_tickets, save_initial

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


@pytest.fixture
def initialised(prepared_cifar10, root):
    """Makes a quick experiment with other numbers, on real images, ready for its first round. changes: values by dotted keys."""

    def initialise(name: str, changes: dict[str, object]) -> tuple[Settings, Experiment]:
        (root / "params.yaml").write_text(yaml.safe_dump(tiny.SETTINGS))
        (root / "data").symlink_to(prepared_cifar10.parent)
        shutil.copytree(tiny.REPOSITORY / "src" / "lth" / "numerics", root / "src" / "lth" / "numerics")
        values = yaml.safe_load((tiny.REPOSITORY / "pipelines" / "quick" / name / "params.yaml").read_text())
        tiny.write_experiment(root, tiny.changed(values, changes), f"quick/{name}")
        settings, experiment = load_settings(), load_experiment(f"quick/{name}")
        save_initial(experiment, settings.seed)
        return settings, experiment

    return initialise


@pytest.mark.slow  # a minute of one core (Zen 4)
def test_conv2s_ticket_is_ahead_of_its_reinit(initialised):
    """Of five trials at P_m 41, pruned once: the paired 95% intervals of validation loss and accuracy at early stop lie on the ticket's side."""
    changes = {
        "training.iterations": 600,
        "pruning": {"method": "layerwise", "conv": 0.4, "fc": 0.6, "output": 0.3},
        "trials": 5,
        "rounds": {"r00": "initial", "r01": "r00"},
        "blocks": {"reinit": {"control": "reinit", "rounds": ["r01"], "after": "r00"}},
    }
    settings, experiment = initialised("conv2", changes)
    for round in experiment.rounds:
        train_round(settings, experiment, round)
    train_block(settings, experiment, "reinit")
    rows = load_results(experiment.folder)
    for column in ("es_validation_loss", "es_validation_accuracy"):
        ahead = better(column) * (by_trial(rows, "ticket", 1, column) - by_trial(rows, "reinit", 1, column))
        assert len(ahead) == 5
        assert interval(ahead)[0] > 0, column


@pytest.mark.slow  # 70 s of one core (Zen 4)
def test_global_pruning_leaves_resnets_late_blocks_sparser(initialised):
    """All convolutions ranked together (paper, section 4): where layers are wide their weights are small, and fewer of them survive."""
    changes = {
        "training.iterations": 200,
        "training.optimiser": {"name": "momentum", "learning_rate": 0.03, "weight_decay": 0.0001, "warmup": 50, "drops": [150]},
        "evaluation.test_at": [],
        "pruning.conv": 0.5,
        "rounds": {"r00": "initial", "r01": "r00"},
        "blocks": {},
    }
    settings, experiment = initialised("resnet18", changes)
    train_round(settings, experiment, "r00")
    for ticket in load_tickets(experiment, 1):
        blocks = {name: int(name.split(".")[1]) for name in ticket.mask if name.startswith("blocks.")}
        early, middle, late = (
            torch.cat([ticket.mask[name].flatten() for name, block in blocks.items() if block // BLOCKS == width]).float().mean()
            for width in range(len(CHANNELS))
        )
        assert early > middle + 0.03
        assert middle > late + 0.03
