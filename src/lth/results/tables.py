"""What figures are drawn from and claims are judged on: the tables of experiments that have been run, by the paper's names."""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

import pandas as pd
import pyarrow.parquet

from lth import paths
from lth.config import experiment_names, load_experiment
from lth.results import columns
from lth.results.expected import arms_of_stages, expected_networks
from lth.results.files import arms_of, load_curves, load_results, recorded
from lth.storage import read

EXTRA = {
    "structure": "structure",
    "maps": "structure",
    "overlap": "structure",
    "cost": "structure",
    "movement": "movement",
    "mean_movement": "movement",
    "lines": "connectivity",
    "distances": "connectivity",
    "landscape": "landscape",
    "plane": "landscape",
    "curvature": "landscape",
}
"""Tables that lie beside an experiment's rows, `results/<collection>/<experiment>/<name>.parquet`, and the stage of dvc.yaml that makes each."""


class Tables:
    """The tables of some experiments, each loaded once, with the arms of it that have been run whole.

    names: the experiment to read by the name that the paper's figure knows it by: {"lenet": "quick/lenet"} draws at quick scale.
    """

    def __init__(self, names: Mapping[str, str]):
        self.names = dict(names)
        self._rows = cache(lambda folder: load_results(folder, arms_of(folder) or None))
        self._curves = cache(lambda folder: load_curves(folder, arms_of(folder) or None))

    @classmethod
    def of(cls, collection: str) -> "Tables":
        """Those of all experiments of a collection of which an arm has been run whole."""
        return cls({folder.split("/")[1]: folder for folder in experiment_names(collection) if arms_of(folder)})

    def named(self, names: Mapping[str, str]) -> "Tables":
        """Tables by other names, which share with these what has been loaded."""
        others = Tables(names)
        others._rows, others._curves = self._rows, self._curves
        return others

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def __iter__(self):
        return iter(self.names)

    def rows(self, name: str) -> pd.DataFrame:
        """One row a trained network; the columns are `lth.results.columns.COLUMNS`."""
        return self._rows(self.names[name])

    def curves(self, name: str) -> pd.DataFrame:
        """One row per network and evaluation point; the columns are `lth.results.columns.CURVES`."""
        return self._curves(self.names[name])

    def extra(self, name: str, table: str) -> pd.DataFrame:
        """One of the tables in EXTRA. Raises LthError for a damaged file."""
        experiment = self.names[name]
        file = paths.RESULTS / experiment / f"{table}.parquet"
        remedy = f"make it with `dvc repro -s -f {stage(table, experiment)}`"
        return read(file, lambda content: _parse(content, table), remedy, sha256=recorded(experiment, EXTRA[table], file))


def _parse(content: bytes, table: str) -> pd.DataFrame:
    """One of the tables in EXTRA. Raises ValueError where its columns are others, and an ArrowException where it is no Parquet."""
    rows = pyarrow.parquet.read_table(io.BytesIO(content)).to_pandas()
    if odd := set(rows) ^ set(getattr(columns, table.upper())):
        raise ValueError(f"columns missing or unknown: {', '.join(sorted(map(str, odd)))[:200]}")
    return rows


def stage(table: str, experiment: str) -> str:
    """The stage of dvc.yaml that makes an extra table of an experiment."""
    return f"{EXTRA[table]}@{experiment.replace('/', '-')}"


def command(needs: Mapping[str, Iterable[str]]) -> str:
    """What makes the arms and extra tables that are needed of experiments."""
    stages = dict.fromkeys(stage(need, name) for name, of in needs.items() for need in of if need in EXTRA)
    return " ".join(["dvc repro", *(f"pipelines/{name}/dvc.yaml" for name in needs), *stages])


def planned(experiment: str, needs: Iterable[str]) -> list[str]:
    """Those of the arms and extra tables that an experiment would have, were it run whole: arms by its params.yaml."""
    arms = {arm for trained in arms_of_stages(load_experiment(experiment)).values() for arm in trained}
    return [need for need in needs if need in EXTRA or need in arms]


def partial(experiment: str, needs: Iterable[str]) -> list[str]:
    """Which arms a paper-scale experiment has whole, by a plan of some rounds alone: in how many there is none, as `reinit in 17 of 27 rounds`."""
    plan, run = load_experiment(experiment), arms_of(experiment)
    rounds = defaultdict(set)
    for networks in expected_networks(plan).values():
        for arm, round, *_ in networks:
            rounds[arm].add(round)
    lacks = {need: plan.last_round - len(rounds[need] - {0}) for need in needs if need in run and plan.collection == "paper"}
    return [f"{need} in {count} of {plan.last_round} rounds" for need, count in lacks.items() if count]


def missing(experiment: str, needs: Iterable[str]) -> list[str]:
    """Which of the arms and extra tables that a figure needs of an experiment there are not; an arm that was run in part is not there."""
    arms = arms_of(experiment)
    return [need for need in needs if not ((paths.RESULTS / experiment / f"{need}.parquet").is_file() if need in EXTRA else need in arms)]
