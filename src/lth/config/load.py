"""Reading params.yaml files: every mistake is one line that names the file, the key, the value and what is allowed."""

import difflib
import functools
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from lth import paths
from lth.config.experiment import COLLECTIONS, Experiment
from lth.config.grammar import parse_yaml
from lth.config.settings import Frozen, Settings
from lth.errors import LthError
from lth.storage import read

NAME = re.compile(r"\w+/[A-Za-z0-9][A-Za-z0-9.-]*")

LONGEST = 60
"""Characters of a value or key that a message quotes."""

LINE = 300
"""Characters of what is said of it."""

MOST = 5
"""Mistakes, or experiments that may have been meant, that a message names."""

CLOSE = 0.6
"""How alike a name and an experiment's are where it may have been meant."""


def load_settings() -> Settings:
    """The root params.yaml, with LTH_EXECUTOR in place of its `executor` where the environment has it.

    Raises LthError with one line for a file that is missing or wrong.
    """
    settings = _load(Settings, paths.ROOT / "params.yaml")
    if not (executor := os.environ.get("LTH_EXECUTOR")):
        return settings
    if executor not in (allowed := get_args(Settings.model_fields["executor"].annotation)):
        raise LthError(f"LTH_EXECUTOR is {_quoted(executor)}, must be {' or '.join(allowed)}")
    return settings.model_copy(update={"executor": executor})


def load_experiment(name: str) -> Experiment:
    """One experiment's params.yaml. Raises LthError with one line for a file that is missing or wrong.

    name: its folder below pipelines/, `quick/lenet`; without a collection, `lenet`, the first in the order of COLLECTIONS that has it.
    """
    folder = _folder(name)
    file = paths.PIPELINES / folder / "params.yaml"
    experiment = _load(Experiment, file)
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
        raise LthError(f"an experiment is named by a word, such as 'quick/lenet', not {_quoted(name)}")
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
    raise LthError(f"unknown experiment {_quoted(name)}; {meant} (`lth show` lists them)")


def _alike(word: str, other: str) -> float:
    """From 0 to 1, where they are the same."""
    return difflib.SequenceMatcher(None, word, other).ratio()


def _load(model: type[Frozen], file: Path):
    values = read(file, _parsed, "mend it" if file.exists() else "")
    if not isinstance(values, dict):
        raise LthError(f"{paths.shown(file)}: holds no parameters; restore it with `git checkout -- {paths.shown(file)}`")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        described = [_described(model, mistake) for mistake in error.errors(include_url=False)[:MOST]]
        more = f"; and {error.error_count() - MOST} more" if error.error_count() > MOST else ""
        raise LthError(f"{paths.shown(file)}: {'; '.join(described)}{more}") from error


@functools.lru_cache(maxsize=256)
def _parsed(content: bytes):
    """What a file holds, which drawing asks for again and again; nobody writes into it."""
    return parse_yaml(content)


def _described(model: type[Frozen], error: dict) -> str:
    """One pydantic error as `key: value 1.2: what is allowed`."""
    key = ".".join(_cut(str(part)) for part in error["loc"] if not str(part).startswith("["))  # as "[key]", and the tags of Rates
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key, allowed here: {', '.join(_keys_beside(model, error['loc']))}"
    if error["type"] == "missing":
        return f"{key}: missing"
    message = _cut(re.sub(r"^(Value error, |(Input|String|List|Tuple|Dictionary) should )", _must, error["msg"]), LINE)
    if error["type"] == "value_error":
        return f"{key}: {message}" if key else message
    return f"{key}: {_quoted(error['input'])} is wrong, {message}"


def _must(start: re.Match) -> str:
    return "must " if start[2] else ""


def _quoted(value: object) -> str:
    """A value as Python writes it."""
    return _cut(repr(value))


def _cut(words: str, longest: int = LONGEST) -> str:
    return " ".join((words if len(words) <= longest else f"{words[:longest]} …").splitlines())


def _keys_beside(model: type[Frozen], location: tuple) -> list[str]:
    """The keys that the model at a location allows."""
    for part in location[:-1]:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        if annotation is None:  # a key of the mapping just entered
            continue
        models = [a for a in (annotation, *getattr(annotation, "__args__", ())) if isinstance(a, type)]
        model = next((a for a in models if issubclass(a, Frozen)), model)
    return list(model.model_fields)
