"""Drawing figures into figures/<folder> from the tables of the experiments that have been run."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor

import pandas as pd
import yaml

from lth import paths
from lth.config import load_experiment
from lth.errors import LthError
from lth.figures import FIGURES, named
from lth.plots import style
from lth.plots.figure import Figure
from lth.results.tables import Tables, missing, partial
from lth.storage import write_bytes

STAGES = ("figures", "quick", "quick-cifar")
"""The stages of dvc.yaml that draw, each into a folder of its own."""


def draw_folder(folder: str, experiments: Sequence[str], only: Collection[str] = FIGURES) -> pd.DataFrame:
    """Draws those figures of `only` that the experiments support.

    Writes and returns figures/<folder>/index.csv, a row each figure of the folder: what it is drawn from, and what has not been run. Figures
    that are not in `only` keep the row that they have.
    """
    file = paths.FIGURES / folder / "index.csv"
    before = pd.read_csv(file, keep_default_na=False).to_dict("records") if file.is_file() else []
    kept = {row["figure"]: row for row in before if row["figure"] not in only}
    index = []
    with ProcessPoolExecutor() as pool:
        drawings = []
        for name, figure in FIGURES.items():
            wanted = {run.removeprefix("quick-"): run for run in experiments if run.removeprefix("quick-") in figure.experiments}
            available, lacking = _support(figure, wanted)
            required = set(figure.required)
            drawable = len(available) >= figure.enough and required <= set(available)
            if wanted and required <= set(wanted):
                row = {
                    "figure": name,
                    "drawn from": " ".join(available.values()) if drawable else "",
                    "not run": "; ".join(f"{wanted[run]} ({', '.join(needs)})" for run, needs in lacking.items() if needs),
                    "caption": figure.caption,
                }
                index.append(kept.get(name, row))
            if drawable and name in only:
                drawings.append(pool.submit(_draw, folder, name, available))
        for drawing in drawings:
            drawing.result()
    table = pd.DataFrame(index, columns=["figure", "drawn from", "not run", "caption"])
    write_bytes(file, table.to_csv(index=False, lineterminator="\n").encode())
    return table


def _support(figure: Figure, wanted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Those experiments that have all a figure needs, and what each of them and of the others lacks."""
    lacking = {name: missing(experiment, figure.experiments[name]) for name, experiment in wanted.items()}
    available = {name: experiment for name, experiment in wanted.items() if not lacking[name]}
    for name, experiment in wanted.items():
        lacking[name] += missing(experiment, figure.also.get(name, ()))
        if name in available and not figure.few_rounds:
            lacking[name] += partial(experiment, (*figure.experiments[name], *figure.also.get(name, ())))
    return available, lacking


def _draw(folder: str, name: str, experiments: Mapping[str, str]) -> None:
    style.apply()
    quick = any(load_experiment(experiment).scale == "quick" for experiment in experiments.values())
    style.save(FIGURES[name].draw(Tables(experiments)), paths.FIGURES / folder, name, quick=quick)


def draw_again(names: Sequence[str]) -> list[str]:
    """Redraws figures by number or name, all if none is given, in every folder that has them. Returns the pictures drawn.

    Raises LthError for a figure that does not exist, or that no committed result supports; the others are drawn.
    """
    only = list(dict.fromkeys(map(named, names))) or list(FIGURES)
    pictures, there = [], set()
    for folder, experiments in folders().items():
        index = draw_folder(folder, experiments, only)
        drawn = index[(index["drawn from"] != "") & index["figure"].isin(only)]
        pictures += [f"figures/{folder}/{figure}.png" for figure in drawn["figure"]]
        there.update(drawn["figure"])
    if names and (absent := [figure for figure in only if figure not in there]):
        raise LthError(
            f"no committed result supports {', '.join(absent)}: figures/paper/index.csv names what has not been run, and the stages of dvc.yaml "
            "the experiments that are drawn"
        )
    return pictures


def folders() -> dict[str, list[str]]:
    """The experiments that each folder is drawn from, as dvc.yaml's stages say."""
    stages = yaml.safe_load((paths.ROOT / "dvc.yaml").read_text())["stages"]
    words = [stages[stage]["cmd"].split() for stage in STAGES]
    return {command[3]: command[4:] for command in words}
