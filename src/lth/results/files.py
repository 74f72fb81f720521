"""The tidy tables on disk: `results/<collection>/<experiment>/runs/<stage>.csv` holds a stage's rows, `<stage>.curves.parquet` its curves.

What their columns mean is in `lth.results.columns`. What is read must be what the provenance beside it records, where there is any.
"""

import functools
import io
import itertools
import json
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lth import paths
from lth.config import Experiment, load_experiment
from lth.errors import LthError
from lth.results.columns import COLUMNS, CURVES, RANGES, SWEEP, TEXT
from lth.results.expected import arms_of_stages, expected_networks, identity
from lth.storage import mended, read, write_atomically, write_bytes

MADE_BY = ["engine", "device", "library"]
"""Networks are compared only where these are the same; a GPU's library says the precision too."""


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


def load_results(
    experiment: str,
    arm: str | Collection[str] | None = None,
    round: int | None = None,
    trial: int | None = None,
    *,
    unfinished: bool = False,
) -> pd.DataFrame:
    """All rows of an experiment, one per trained network; the columns are `lth.results.columns.COLUMNS`, of a sweep also SWEEP.

    arm: one or several, such as "ticket"; all if none is given. round, trial: one; all if none is given.
    unfinished: True to leave out stages that have not been run, of an experiment that is still being trained.

    Raises LthError for an arm, round or trial that the experiment has not, where rows that its params.yaml promises are missing, naming the
    stages that make them (if unfinished, where all are), where there are others, and where engines, devices or library versions are mixed.
    """
    plan = load_experiment(experiment)
    rows = _load_all(plan, ".csv", _read_rows, arm, round, trial, unfinished)
    for column in MADE_BY:
        if len(counts := rows[column].value_counts()) > 1:
            mixed = ", ".join(f"{value} ({count} rows)" for value, count in counts.items())
            raise LthError(
                f"results/{plan.folder}/runs mix {column} {mixed}: networks are compared only where one made them all; rerun the fewer"
            )
    return rows


def load_curves(
    experiment: str,
    arm: str | Collection[str] | None = None,
    round: int | None = None,
    trial: int | None = None,
    *,
    unfinished: bool = False,
) -> pd.DataFrame:
    """All curves of an experiment, one row per network and evaluation point; the columns are `lth.results.columns.CURVES`. Else as `load_results`."""
    return _load_all(load_experiment(experiment), ".curves.parquet", _read_curves, arm, round, trial, unfinished)


def arms_of(folder: str) -> frozenset[str]:
    """The arms of an experiment, `paper/lenet`, that have been run whole: all stages that params.yaml promises of them.

    A stage whose provenance is there has been run: where its rows are gone, reading them says so.
    """
    trains, lacking = arms_of_stages(load_experiment(folder)), not_run(folder)
    run = {arm for stage, arms in trains.items() if stage not in lacking for arm in arms}
    return frozenset(run.difference(*(trains[stage] for stage in lacking)))


def not_run(folder: str, arms: Collection[str] = ()) -> list[str]:
    """The stages of an experiment that have not been run; where arms are named, those that train one of them."""
    trains = arms_of_stages(load_experiment(folder))
    return [stage for stage, of in trains.items() if not _has_run(folder, stage) and not (arms and set(arms).isdisjoint(of))]


def has_results(folder: str) -> bool:
    """Whether an experiment has been run to its end: all its stages, the last of which writes the summary."""
    return (paths.RESULTS / folder / "summary.csv").is_file() and not not_run(folder)


def _is_made(experiment: Experiment, stage: str, file: Path) -> bool:
    """Whether a file of a stage is there, or was: what has gone since is missed when it is read."""
    return file.exists() or _has_run(experiment.folder, stage) or paths.in_git(file)


def _has_run(folder: str, stage: str) -> bool:
    return (paths.RESULTS / folder / "runs" / f"{stage}.csv").is_file() or sidecar(folder, stage).is_file()


def runs_folder(experiment: Experiment) -> Path:
    return paths.RESULTS / experiment.folder / "runs"


def sidecar(experiment: str, stage: str) -> Path:
    """Where the provenance of a stage's files lies. experiment: its folder, `paper/lenet`."""
    return paths.RESULTS / experiment / "provenance" / f"{stage}.json"


def read_sidecar(file: Path) -> dict[str, Any]:
    """A provenance sidecar, as `lth.results.provenance` writes it. Raises LthError for one that is damaged."""

    def parse(content: bytes) -> dict[str, Any]:
        about = json.loads(content)
        for key, kind in {"hardware": str, "versions": dict, "sha256": dict, "wall_seconds": float | int, "peak_memory_mib": int}.items():
            if not isinstance(about[key], kind):
                raise ValueError(f"{key} is {about[key]!s:.60}")
        return about

    return read(file, parse)


def recorded(experiment: str, stage: str, file: Path) -> str | None:
    """The SHA-256 that a stage's provenance records of a file; None where there is no provenance, or it names no such file."""
    beside = sidecar(experiment, stage)
    return read_sidecar(beside)["sha256"].get(paths.shown(file)) if beside.is_file() else None


def _read_rows(content: bytes, experiment: Experiment) -> pd.DataFrame:
    """One stage's rows. Raises ValueError for a table that was cut off or edited."""
    rows = pd.read_csv(io.BytesIO(content))
    sweep = SWEEP if experiment.training.vary else ()
    _check_columns(rows, [*COLUMNS, *sweep])
    for column in sweep:  # pandas reads some decimals with another last bit than Python
        rows[column] = rows[column].map("{:g}".format).astype(float)
    if rows.isna().to_numpy().any():
        raise ValueError("it has empty cells")
    _check_numbers(rows, [name for name in rows if name not in TEXT])
    own = {"scale": {experiment.collection}, "experiment": {experiment.name, f"{experiment.collection}-{experiment.name}"}}
    for column, names in own.items():  # collections had no folders of their own when the first rows were written
        if others := set(rows[column]) - names:
            raise ValueError(f"{column} {min(map(str, others)):.60} in the folder of {experiment.folder}")
    if any(len(set(rows[column])) > 1 for column in MADE_BY):
        raise ValueError("one stage, but several engines, devices or libraries")
    return rows


def _read_curves(content: bytes, experiment: Experiment) -> pd.DataFrame:
    """One stage's curves. Raises ValueError for a table that was edited."""
    curves = pd.read_parquet(io.BytesIO(content))
    sweep = SWEEP if experiment.training.vary else ()
    _check_columns(curves, [*CURVES, *sweep])
    measured = curves.drop(columns="arm")
    _check_numbers(measured.assign(test_accuracy=measured["test_accuracy"].fillna(0)), list(measured))  # missing where not measured
    return curves


def _check_columns(table: pd.DataFrame, columns: Iterable[str]) -> None:
    if odd := set(columns) ^ set(table.columns):
        raise ValueError(f"columns missing or unknown: {', '.join(sorted(map(str, odd)))[:200]}")


def _check_numbers(table: pd.DataFrame, columns: list[str]) -> None:
    arrays = {
        name: table[name].to_numpy() for name in columns
    }  # one by one, since pandas takes longer to put columns together than to read them
    if wordy := [name for name, array in arrays.items() if array.dtype.kind not in "if"]:
        raise ValueError(f"words for numbers: {', '.join(wordy)}")
    values = np.column_stack(list(arrays.values())).astype(float)
    least, most = np.array([RANGES.get(name, (0, np.inf)) for name in columns]).T
    wrong = ~(np.isfinite(values) & (values >= least) & (values <= most))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        allowed = f"from {least[column]:g} to {most[column]:g}" if columns[column] in RANGES else "finite, not negative"
        raise ValueError(f"{columns[column]} is {values[row, column]:g}, must be {allowed}")


def _load_all(
    experiment: Experiment,
    ending: str,
    parse: Callable[[bytes, Experiment], pd.DataFrame],
    arm: str | Collection[str] | None,
    round: int | None,
    trial: int | None,
    unfinished: bool,
) -> pd.DataFrame:
    make = f"`dvc repro pipelines/{experiment.folder}/dvc.yaml`"
    remedy = f"make it with {make}"
    trains_all = f"{make} or `lth train {experiment.folder}`"
    tables, trains = [], arms_of_stages(experiment)
    known = dict.fromkeys(itertools.chain(*trains.values()))
    arms = {arm} if isinstance(arm, str) else set(known) if arm is None else set(arm)
    if unknown := arms - set(known):
        has = ", ".join(known)
        raise LthError(f"{experiment.folder} has no arm {', '.join(map(repr, sorted(unknown))):.60}; it has {has}")
    if round not in (None, *range(experiment.last_round + 1)):
        raise LthError(f"{experiment.folder} has rounds 0 to {experiment.last_round}, not {round!r}")
    if trial not in (None, *(trials := experiment.trials.numbers)):
        raise LthError(f"{experiment.folder} has trials {trials[0]} to {trials[-1]}, not {trial!r}")
    stages = {stage: networks for stage, networks in expected_networks(experiment).items() if not arms.isdisjoint(trains[stage])}
    of_round = {stage: networks for stage, networks in stages.items() if round in (at for _, at, *_ in networks)}
    files = {stage: runs_folder(experiment) / f"{stage}{ending}" for stage in of_round or stages}  # of a round, what has it is enough
    if unfinished:
        files = {stage: file for stage, file in files.items() if _is_made(experiment, stage, file)} or files
    for stage, file in files.items():
        networks = stages[stage]
        (first_arm, first_round, *_), *_ = networks  # which all start where this one does
        points = experiment.evaluation.points(experiment.training.iterations, experiment.first_iteration(first_arm, first_round))
        if not _is_made(experiment, stage, file):
            raise LthError(f"{paths.shown(file)} is missing: {stage} of {experiment.folder} has not been run; {trains_all} runs it")
        parsed = functools.partial(parse, experiment=experiment)
        made = recorded(experiment.folder, stage, file)
        table = read(file, parsed, remedy, sha256=made)
        wrong = _unpromised(table, experiment, networks, points)
        if wrong and made:  # of the bytes that were made nothing is to be restored
            mends = mended(paths.PIPELINES / experiment.folder / "params.yaml", f"train anew with {trains_all}")
            raise LthError(f"{paths.shown(file)} {wrong}, since params.yaml has changed: {mends}")
        if wrong:
            raise LthError(f"{paths.shown(file)} {wrong}: {mended(file, remedy)}")
        if not arms.issuperset(trains[stage]):
            table = table[table["arm"].isin(arms)]
        for column, wanted in (("round", round), ("trial", trial)):
            table = table if wanted is None else table[table[column] == wanted]
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def _unpromised(table: pd.DataFrame, experiment: Experiment, networks: set[tuple], points: list[int]) -> str:
    """How the networks of a stage's rows or curves differ from those that params.yaml promises, evaluated at these points; nothing where they do
    not."""
    column, each = ("iteration", len(points)) if "iteration" in table else ("es_iteration", 1)
    if odd := set(table[column]) - set(points):
        return f"holds {column} {min(odd)}, at which no network of params.yaml is evaluated"
    found = set(zip(*(table[key].tolist() for key in identity(experiment)), strict=True))
    if absent := networks - found:
        some = ", ".join(
            "{} round {} trial {} draw {}".format(*network) + "".join(f" variant {variant:g}" for variant in network[4:])
            for network in sorted(absent)[:3]
        )
        return f"lacks {len(absent)} of its {len(networks)} networks ({some} …)"
    if len(table) != len(networks) * each or found - networks:
        return f"holds other networks or evaluations than params.yaml promises ({len(table)} rows for {len(networks)} networks)"
    return ""
