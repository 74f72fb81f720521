"""The tidy tables on disk: `results/<experiment>/runs/<stage>.csv` holds a stage's rows, `<stage>.curves.parquet` its curves.

What their columns mean is in `lth.columns`.
"""

import io
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from lth import paths
from lth.columns import COLUMNS, CURVES, IDENTITY, TEXT
from lth.config import Experiment, load_experiment
from lth.errors import LthError
from lth.storage import write_atomically, write_bytes

MADE_BY = ["engine", "device", "library"]
"""Networks are compared only where these are the same."""

SUMMARISED = (
    "es_iteration",
    "es_validation_accuracy",
    "es_test_accuracy",
    "es_train_accuracy",
    "final_test_accuracy",
    "final_train_accuracy",
)


def save(experiment: Experiment, stage: str, rows: pd.DataFrame, curves: pd.DataFrame) -> list[Path]:
    """Writes one stage's rows and curves, each whole or not at all, and returns the two files."""
    files = [runs_folder(experiment) / f"{stage}.csv", runs_folder(experiment) / f"{stage}.curves.parquet"]
    text = io.StringIO()
    rows.to_csv(text, index=False, lineterminator="\n")
    write_bytes(files[0], text.getvalue().encode())
    write_atomically(files[1], lambda temporary: curves.to_parquet(temporary, index=False, compression="zstd"))
    return files


def save_table(experiment: Experiment, name: str, table: pd.DataFrame) -> Path:
    """Writes a table that lies beside an experiment's rows, `results/<experiment>/<name>.parquet`, and returns the file."""
    file = paths.RESULTS / experiment.experiment / f"{name}.parquet"
    write_atomically(file, lambda temporary: table.to_parquet(temporary, index=False, compression="zstd"))
    return file


def load_results(experiment: str) -> pd.DataFrame:
    """All rows of an experiment, one a trained network; the columns are `lth.columns.COLUMNS`.

    Raises LthError where rows that the experiment's params.yaml promises are missing, naming the stages that make them, where there are
    others, and where engines, devices or library versions are mixed.
    """
    rows = _load_all(load_experiment(experiment), ".csv", _read_rows)
    for column in MADE_BY:
        if len(counts := rows[column].value_counts()) > 1:
            mixed = ", ".join(f"{value} ({count} rows)" for value, count in counts.items())
            raise LthError(
                f"results/{experiment}/runs mix {column} {mixed}: networks are compared only where one made them all; rerun the fewer"
            )
    return rows


def load_curves(experiment: str) -> pd.DataFrame:
    """All curves of an experiment, one row a network and evaluation point; the columns are `lth.columns.CURVES`. Raises as `load_results`."""
    return _load_all(load_experiment(experiment), ".curves.parquet", _read_curves)


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """One row an arm and round: P_m, the number of networks, and mean, minimum and maximum of the columns in SUMMARISED."""
    groups = rows.groupby(["arm", "round"], sort=True)
    parts = [groups["percent_remaining"].mean(), groups.size().rename("n")]
    parts += [groups[column].agg(["mean", "min", "max"]).add_prefix(f"{column}_") for column in SUMMARISED]
    return pd.concat(parts, axis=1).reset_index()


def headline(rows: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The numbers that `dvc metrics show` prints: the dense network's, and those of the round whose ticket validates best at early stop."""
    means = rows[rows["arm"] == "ticket"].groupby("round")[["percent_remaining", *SUMMARISED]].mean()
    pruned = means["es_validation_accuracy"].iloc[1:]
    chosen = {"dense": 0} | ({"best ticket": pruned.idxmax()} if len(pruned) else {})
    return {
        name: {
            "P_m": round(means["percent_remaining"][number], 2),
            "early stop": round(means["es_iteration"][number], 1),
            "test accuracy": round(means["es_test_accuracy"][number], 5),
        }
        for name, number in chosen.items()
    }


def has_results(experiment: str) -> bool:
    """Whether an experiment has been run to its end: its last stage has written the summary."""
    return (paths.RESULTS / experiment / "summary.csv").is_file()


def expected_networks(experiment: Experiment) -> dict[str, set[tuple]]:
    """The networks (arm, round, trial, draw) that each stage of an experiment trains, by the stage's name."""
    trials = range(experiment.trials)
    expected = {name: {("ticket", int(name[1:]), trial, 0) for trial in trials} for name in experiment.rounds}
    for name, block in experiment.blocks.items():
        rounds = [int(round[1:]) for round in block.rounds]
        expected[name] = {(block.control, round, trial, draw) for round in rounds for trial in trials for draw in range(block.draws)}
    return expected


def runs_folder(experiment: Experiment) -> Path:
    return paths.RESULTS / experiment.experiment / "runs"


def _read_rows(file: Path) -> pd.DataFrame:
    """One stage's rows. Raises ValueError for a table that was cut off or edited."""
    rows = pd.read_csv(file)
    _check_columns(rows, COLUMNS)
    if wordy := [name for name, dtype in rows.dtypes.items() if dtype.kind not in "if" and name not in TEXT]:
        raise ValueError(f"words for numbers: {', '.join(wordy)}")
    if rows.isna().to_numpy().any():
        raise ValueError("it has empty cells")
    if any(len(set(rows[column])) > 1 for column in MADE_BY):
        raise ValueError("one stage, but several engines, devices or libraries")
    return rows


def _read_curves(file: Path) -> pd.DataFrame:
    """One stage's curves."""
    curves = pd.read_parquet(file)
    _check_columns(curves, CURVES)
    return curves


def _check_columns(table: pd.DataFrame, columns: Iterable[str]) -> None:
    if odd := set(columns) ^ set(table.columns):
        raise ValueError(f"columns missing or unknown: {', '.join(sorted(map(str, odd)))}")


def _load_all(experiment: Experiment, ending: str, read: Callable[[Path], pd.DataFrame]) -> pd.DataFrame:
    remedy = f"make it with `dvc repro pipelines/{experiment.experiment}/dvc.yaml`, or restore it with git"
    tables = []
    for stage, networks in expected_networks(experiment).items():
        file = runs_folder(experiment) / f"{stage}{ending}"
        if not file.is_file():
            raise LthError(f"{paths.shown(file)} is missing: {remedy}")
        try:
            table = read(file)
            found = set(table[IDENTITY].itertuples(index=False, name=None))
        except (ValueError, KeyError, OSError) as error:
            raise LthError(f"{paths.shown(file)} is damaged ({error}): {remedy}") from error
        if absent := networks - found:
            some = ", ".join("{} round {} trial {} draw {}".format(*network) for network in sorted(absent)[:3])
            raise LthError(f"{paths.shown(file)} lacks {len(absent)} of its {len(networks)} networks ({some} …): {remedy}")
        if len(table) != len(networks) * (1 if ending == ".csv" else table["iteration"].nunique()) or found - networks:
            raise LthError(
                f"{paths.shown(file)} holds other networks than params.yaml promises ({len(table)} rows for {len(networks)} networks): {remedy}"
            )
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
