"""The tidy tables on disk: `results/<collection>/<experiment>/runs/<stage>.csv` holds a stage's rows, `<stage>.curves.parquet` its curves.

What their columns mean is in `lth.results.columns`.
"""

import io
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from lth import paths
from lth.config import Experiment, load_experiment
from lth.errors import LthError
from lth.results.columns import COLUMNS, CURVES, SWEEP, TEXT
from lth.results.expected import expected_networks, identity
from lth.storage import write_atomically, write_bytes

MADE_BY = ["engine", "device", "library"]
"""Networks are compared only where these are the same."""


def save(experiment: Experiment, stage: str, rows: pd.DataFrame, curves: pd.DataFrame) -> list[Path]:
    """Writes one stage's rows and curves, each whole or not at all, and returns the two files."""
    files = [runs_folder(experiment) / f"{stage}.csv", runs_folder(experiment) / f"{stage}.curves.parquet"]
    text = io.StringIO()
    rows.to_csv(text, index=False, lineterminator="\n")
    write_bytes(files[0], text.getvalue().encode())
    write_atomically(files[1], lambda temporary: curves.to_parquet(temporary, index=False, compression="zstd"))
    return files


def save_table(experiment: Experiment, name: str, table: pd.DataFrame) -> Path:
    """Writes a table that lies beside an experiment's rows, `results/<collection>/<experiment>/<name>.parquet`, and returns the file."""
    file = paths.RESULTS / experiment.folder / f"{name}.parquet"
    write_atomically(file, lambda temporary: table.to_parquet(temporary, index=False, compression="zstd"))
    return file


def load_results(experiment: str) -> pd.DataFrame:
    """All rows of an experiment, one per trained network; the columns are `lth.results.columns.COLUMNS`, of a sweep also SWEEP.

    Raises LthError where rows that the experiment's params.yaml promises are missing, naming the stages that make them, where there are
    others, and where engines, devices or library versions are mixed.
    """
    plan = load_experiment(experiment)
    rows = _load_all(plan, ".csv", _read_rows)
    for column in MADE_BY:
        if len(counts := rows[column].value_counts()) > 1:
            mixed = ", ".join(f"{value} ({count} rows)" for value, count in counts.items())
            raise LthError(
                f"results/{plan.folder}/runs mix {column} {mixed}: networks are compared only where one made them all; rerun the fewer"
            )
    return rows


def load_curves(experiment: str) -> pd.DataFrame:
    """All curves of an experiment, one row per network and evaluation point; the columns are `lth.results.columns.CURVES`. Raises as `load_results`."""
    return _load_all(load_experiment(experiment), ".curves.parquet", _read_curves)


def has_results(folder: str) -> bool:
    """Whether an experiment, `paper/lenet`, has been run to its end: its last stage has written the summary."""
    return (paths.RESULTS / folder / "summary.csv").is_file()


def runs_folder(experiment: Experiment) -> Path:
    return paths.RESULTS / experiment.folder / "runs"


def _read_rows(file: Path, sweep: Iterable[str]) -> pd.DataFrame:
    """One stage's rows; sweep: columns beside COLUMNS. Raises ValueError for a table that was cut off or edited."""
    rows = pd.read_csv(file)
    _check_columns(rows, [*COLUMNS, *sweep])
    for column in sweep:  # pandas reads some decimals with another last bit than Python
        rows[column] = rows[column].map("{:g}".format).astype(float)
    if wordy := [name for name, dtype in rows.dtypes.items() if dtype.kind not in "if" and name not in TEXT]:
        raise ValueError(f"words for numbers: {', '.join(wordy)}")
    if rows.isna().to_numpy().any():
        raise ValueError("it has empty cells")
    if any(len(set(rows[column])) > 1 for column in MADE_BY):
        raise ValueError("one stage, but several engines, devices or libraries")
    return rows


def _read_curves(file: Path, sweep: Iterable[str]) -> pd.DataFrame:
    """One stage's curves; sweep: columns beside CURVES."""
    curves = pd.read_parquet(file)
    _check_columns(curves, [*CURVES, *sweep])
    return curves


def _check_columns(table: pd.DataFrame, columns: Iterable[str]) -> None:
    if odd := set(columns) ^ set(table.columns):
        raise ValueError(f"columns missing or unknown: {', '.join(sorted(map(str, odd)))}")


def _load_all(experiment: Experiment, ending: str, read: Callable[[Path, Iterable[str]], pd.DataFrame]) -> pd.DataFrame:
    remedy = f"make it with `dvc repro pipelines/{experiment.folder}/dvc.yaml`, or restore it with git"
    tables = []
    for stage, networks in expected_networks(experiment).items():
        file = runs_folder(experiment) / f"{stage}{ending}"
        if not file.is_file():
            raise LthError(f"{paths.shown(file)} is missing: {remedy}")
        try:
            table = read(file, SWEEP if experiment.training.vary else ())
            found = set(table[identity(experiment)].itertuples(index=False, name=None))
        except (ValueError, KeyError, OSError) as error:
            raise LthError(f"{paths.shown(file)} is damaged ({error}): {remedy}") from error
        if absent := networks - found:
            some = ", ".join(
                "{} round {} trial {} draw {}".format(*network) + "".join(f" variant {variant:g}" for variant in network[4:])
                for network in sorted(absent)[:3]
            )
            raise LthError(f"{paths.shown(file)} lacks {len(absent)} of its {len(networks)} networks ({some} …): {remedy}")
        if len(table) != len(networks) * (1 if ending == ".csv" else table["iteration"].nunique()) or found - networks:
            raise LthError(
                f"{paths.shown(file)} holds other networks than params.yaml promises ({len(table)} rows for {len(networks)} networks): {remedy}"
            )
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
