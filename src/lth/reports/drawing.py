"""Drawing figures into figures/<folder> from the tables of the experiments that have been run."""

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from types import ModuleType

import pandas as pd
import yaml

from lth import paths
from lth.config import load_experiment
from lth.errors import LthError
from lth.figures import FIGURES, named
from lth.plots import style
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
        for figure, module in FIGURES.items():
            wanted = {name.removeprefix("quick-"): name for name in experiments if name.removeprefix("quick-") in module.EXPERIMENTS}
            available, lacking = _support(module, wanted)
            required = set(getattr(module, "REQUIRED", ()))
            drawable = len(available) >= getattr(module, "ENOUGH", 1) and required <= set(available)
            if wanted and required <= set(wanted):
                row = {
                    "figure": figure,
                    "drawn from": " ".join(available.values()) if drawable else "",
                    "not run": "; ".join(f"{wanted[name]} ({', '.join(needs)})" for name, needs in lacking.items() if needs),
                    "caption": module.CAPTION,
                }
                index.append(kept.get(figure, row))
            if drawable and figure in only:
                drawings.append(pool.submit(_draw, folder, figure, available))
        for drawing in drawings:
            drawing.result()
    table = pd.DataFrame(index, columns=["figure", "drawn from", "not run", "caption"])
    write_bytes(file, table.to_csv(index=False, lineterminator="\n").encode())
    return table


def _support(module: ModuleType, wanted: Mapping[str, str]) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Those experiments that have all a figure needs, and what each of them and of the others lacks."""
    lacking = {name: missing(experiment, module.EXPERIMENTS[name]) for name, experiment in wanted.items()}
    available = {name: experiment for name, experiment in wanted.items() if not lacking[name]}
    also = getattr(module, "ALSO", {})
    for name, experiment in wanted.items():
        lacking[name] += missing(experiment, also.get(name, ()))
        if name in available and not getattr(module, "FEW_ROUNDS", False):
            lacking[name] += partial(experiment, (*module.EXPERIMENTS[name], *also.get(name, ())))
    return available, lacking


def _draw(folder: str, figure: str, experiments: Mapping[str, str]) -> None:
    style.apply()
    quick = any(load_experiment(experiment).scale == "quick" for experiment in experiments.values())
    style.save(FIGURES[figure].draw(Tables(experiments)), paths.FIGURES / folder, figure, quick=quick)


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
