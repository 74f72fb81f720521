"""Reading params.yaml files."""

import difflib
import os
import re
from collections.abc import Iterable
from typing import get_args

from lth import paths
from lth.config.experiment import COLLECTIONS, Experiment
from lth.config.settings import Settings
from lth.config.typed import load, quoted
from lth.errors import LthError

NAME = re.compile(r"\w+/[A-Za-z0-9][A-Za-z0-9.-]*")

MOST = 5
"""Experiments that may have been meant that a message names."""

CLOSE = 0.6
"""How alike a name and an experiment's are where it may have been meant."""


def load_settings() -> Settings:
    """The root params.yaml, with LTH_EXECUTOR in place of its `executor` where the environment has it.

    Raises LthError with one line for a file that is missing or wrong.
    """
    settings = load(Settings, paths.ROOT / "params.yaml")
    if not (executor := os.environ.get("LTH_EXECUTOR")):
        return settings
    if executor not in (allowed := get_args(Settings.model_fields["executor"].annotation)):
        raise LthError(f"LTH_EXECUTOR is {quoted(executor)}, must be {' or '.join(allowed)}")
    return settings.model_copy(update={"executor": executor})


def load_experiment(name: str) -> Experiment:
    """One experiment's params.yaml. Raises LthError with one line for a file that is missing or wrong.

    name: its folder below pipelines/, `quick/lenet`; without a collection, `lenet`, the first in the order of COLLECTIONS that has it.
    """
    folder = _folder(name)
    file = paths.PIPELINES / folder / "params.yaml"
    experiment = load(Experiment, file)
    if experiment.folder != folder:
        raise LthError(f"{paths.shown(file)}: collection and name give {experiment.folder!r}, but the file lies in {folder!r}")
    return experiment


def experiment_names(collection: str = "*") -> list[str]:
    """The folders of all experiments, or those of one collection: `paper/lenet`, …"""
    return sorted(str(file.parent.relative_to(paths.PIPELINES)) for file in paths.PIPELINES.glob(f"{collection}/*/params.yaml"))


def named_experiments(words: Iterable[str]) -> list[Experiment]:
    """Experiments, a collection standing for all of its own."""
    return [load_experiment(name) for word in words for name in (word in COLLECTIONS and experiment_names(word)) or [word]]


def _folder(name: str) -> str:
    """The folder below pipelines/ that a name means, or its path as a shell completes it. Raises LthError where there is none."""
    if not isinstance(name, str):
        raise LthError(f"an experiment is named by a word, such as 'quick/lenet', not {quoted(name)}")
    word = name.removeprefix("pipelines/").removesuffix("/")
    if held := word in COLLECTIONS and experiment_names(word):
        raise LthError(
            f"{word} is a collection of {len(held)} experiments, such as {held[0]}; `lth plan {word}` and `lth train --all {word}` take it"
        )
    for folder in [word] if "/" in word else [f"{collection}/{word}" for collection in COLLECTIONS]:
        if NAME.fullmatch(folder) and (paths.PIPELINES / folder).is_dir():
            return folder
    known = sorted(experiment_names(), key=lambda folder: not (paths.RESULTS / folder / "summary.csv").is_file())
    if not known:
        paths.check_clone()
        raise LthError(f"{paths.shown(paths.PIPELINES)}/ holds no experiment: restore it with `git checkout -- pipelines`")
    alike = {folder: max(_alike(word, name.lower()) for word in (folder, folder.split("/")[1])) for folder in known}
    near = sorted((folder for folder in known if alike[folder] >= CLOSE), key=alike.get, reverse=True)[:MOST]
    meant = f"did you mean {' or '.join(near)}?" if near else f"there are {len(known)}, such as {', '.join(known[:MOST])}"
    raise LthError(f"unknown experiment {quoted(name)}; {meant} (`lth show` lists them)")


def _alike(word: str, other: str) -> float:
    """From 0 to 1, where they are the same."""
    return difflib.SequenceMatcher(None, word, other).ratio()
