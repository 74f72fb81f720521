"""The tidy tables: one row a trained network, and its curves.

`results/<experiment>/runs/<stage>.csv` holds a stage's rows and `<stage>.curves.parquet` its curves; COLUMNS documents both.
"""

import io
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from lth import paths
from lth.config import Experiment, load_experiment
from lth.errors import LthError
from lth.networks import build
from lth.storage import write_atomically, write_bytes
from lth.training.stack import SPLITS, Member, Trained

IDENTITY = ["arm", "round", "trial", "draw"]
"""What tells one network of an experiment from another."""

COLUMNS = {
    "experiment": "folder under pipelines/",
    "scale": "paper or quick",
    "arm": "ticket, or the control: reinit, reshuffle, sparsity",
    "round": "prunings behind it; 0 is the dense network",
    "trial": "0, 1, …; each has its own initialisation",
    "draw": "0, 1, … among a control's networks of one trial and round; 0 for tickets",
    "percent_remaining": "P_m: percentage of all weights that remain",
    "weights_remaining": "the same as a count",
    "iterations": "length of the training",
    "learning_rate": "base learning rate",
    "es_iteration": "early stop: iteration of minimum validation loss, the first on ties",
    **{
        f"{point}_{split}_{score}": f"{text} on the {split} images {when}"
        for point, when in (("es", "at the early stop"), ("final", "at the last iteration"))
        for split in SPLITS
        for score, text in (("loss", "mean cross-entropy, nats,"), ("accuracy", "share classified correctly"))
    },
    "engine": "engine and the id of its arithmetic",
    "device": "cpu, or the GPU's name",
    "library": "library that computed, and its version",
}

CURVES = {
    **{name: COLUMNS[name] for name in IDENTITY},
    "iteration": "mini-batches trained",
    "validation_loss": "mean cross-entropy on the validation images, nats, float32",
    "validation_accuracy": "share of the validation images classified correctly, float32",
    "test_accuracy": "share of the test images, float32; missing where not measured",
}


def tabulate(experiment: Experiment, members: Sequence[Member], trained: Trained, remaining: Sequence[int], engine: dict) -> pd.DataFrame:
    """The rows of a trained stack. remaining: surviving weights of each network. engine: its `engine`, `device` and `library`."""
    rows = pd.DataFrame([{name: getattr(member, name) for name in IDENTITY} for member in members])
    total = build(experiment.network).weight_count
    rows = rows.assign(
        experiment=experiment.experiment,
        scale=experiment.scale,
        percent_remaining=[100 * count / total for count in remaining],
        weights_remaining=list(remaining),
        iterations=experiment.training.iterations,
        learning_rate=[member.learning_rate for member in members],
        es_iteration=trained.es_iteration,
        **trained.scores,
        **engine,
    )
    return rows[list(COLUMNS)]


def tabulate_curves(members: Sequence[Member], trained: Trained, points: Sequence[int], test_points: Sequence[int]) -> pd.DataFrame:
    """The curves of a trained stack, one row a network and evaluation point."""
    parts = []
    for position, member in enumerate(members):
        part = pd.DataFrame({"iteration": points, **{name: getattr(member, name) for name in IDENTITY}})
        part["validation_loss"] = trained.validation_loss[position].astype("float32")
        part["validation_accuracy"] = trained.validation_accuracy[position].astype("float32")
        tests = pd.Series(trained.test_accuracy[position], index=test_points, dtype="float32")
        part["test_accuracy"] = part["iteration"].map(tests).astype("float32")
        parts.append(part)
    return pd.concat(parts)[list(CURVES)]


def save(experiment: Experiment, stage: str, rows: pd.DataFrame, curves: pd.DataFrame) -> list[Path]:
    """Writes one stage's rows and curves, each whole or not at all, and returns the two files."""
    files = [runs_folder(experiment) / f"{stage}.csv", runs_folder(experiment) / f"{stage}.curves.parquet"]
    text = io.StringIO()
    rows.to_csv(text, index=False, lineterminator="\n")
    write_bytes(files[0], text.getvalue().encode())
    write_atomically(files[1], lambda temporary: curves.to_parquet(temporary, index=False, compression="zstd"))
    return files


def load_results(experiment: str) -> pd.DataFrame:
    """All rows of an experiment, one a trained network; the columns are COLUMNS.

    Raises LthError where rows that the experiment's params.yaml promises are missing, naming the stages that make them.
    """
    return _load_all(load_experiment(experiment), ".csv", pd.read_csv)


def load_curves(experiment: str) -> pd.DataFrame:
    """All curves of an experiment, one row a network and evaluation point; the columns are CURVES. Raises as `load_results`."""
    return _load_all(load_experiment(experiment), ".curves.parquet", pd.read_parquet)


def expected_stages(experiment: Experiment) -> list[str]:
    """The stages that an experiment's rows come from: its rounds and its blocks of controls."""
    return [*experiment.rounds, *experiment.blocks]


def runs_folder(experiment: Experiment) -> Path:
    return paths.RESULTS / experiment.experiment / "runs"


def _load_all(experiment: Experiment, ending: str, read) -> pd.DataFrame:
    files = [runs_folder(experiment) / f"{stage}{ending}" for stage in expected_stages(experiment)]
    if missing := [paths.shown(file) for file in files if not file.is_file()]:
        name = experiment.experiment
        raise LthError(f"{', '.join(missing)} missing: make them with `dvc repro pipelines/{name}/dvc.yaml`, or restore them with git")
    return pd.concat([read(file) for file in files], ignore_index=True)
