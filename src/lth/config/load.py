"""Reading params.yaml files: every mistake is one line that names the file, the key, the value and what is allowed."""

import difflib
from pathlib import Path

import yaml
from pydantic import ValidationError

from lth import paths
from lth.config.experiment import Experiment
from lth.config.settings import Frozen, Settings
from lth.errors import LthError

YAML = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader, seven times as fast, where PyYAML was built with it."""


def load_settings() -> Settings:
    """The root params.yaml. Raises LthError with one line for a file that is missing or wrong."""
    return _load(Settings, paths.ROOT / "params.yaml")


def load_experiment(name: str) -> Experiment:
    """One experiment's params.yaml. Raises LthError with one line for a file that is missing or wrong."""
    file = paths.PIPELINES / name / "params.yaml"
    if not file.is_file():
        names = experiment_names()
        if not names:
            raise LthError(f"{paths.PIPELINES} holds no experiment: run this in a clone of the repository, or point LTH_ROOT at one")
        if file.parent.is_dir():
            raise LthError(f"{paths.shown(file)} is missing; restore it with `git checkout -- {paths.shown(file)}`")
        near = difflib.get_close_matches(name.lower(), names, n=5, cutoff=0.5)
        known = f"did you mean {' or '.join(near)}?" if near else f"there are {len(names)}, such as {', '.join(names[:5])}"
        raise LthError(f"unknown experiment {name!r}; {known} (see {paths.shown(paths.PIPELINES)}/)")
    experiment = _load(Experiment, file)
    if experiment.experiment != name:
        raise LthError(f"{paths.shown(file)}: experiment: {experiment.experiment!r} must be the folder's name, {name!r}")
    return experiment


def experiment_names() -> list[str]:
    """Every experiment that has a folder under pipelines/."""
    return sorted(file.parent.name for file in paths.PIPELINES.glob("*/params.yaml"))


def _load(model: type[Frozen], file: Path):
    try:
        values = yaml.load(file.read_text(), YAML)
    except OSError as error:
        raise LthError(f"{paths.shown(file)}: {error.strerror}; restore it with `git checkout -- {paths.shown(file)}`") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise LthError(f"{paths.shown(file)}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(values, dict):
        raise LthError(f"{paths.shown(file)}: holds no parameters; restore it with `git checkout -- {paths.shown(file)}`")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise LthError(f"{paths.shown(file)}: {'; '.join(_described(model, e) for e in error.errors())}") from error


def _described(model: type[Frozen], error: dict) -> str:
    """One pydantic error as `key: value 1.2: what is allowed`."""
    key = ".".join(str(part) for part in error["loc"] if not str(part).startswith("["))  # as "[key]", and the tags of Rates
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key, allowed here: {', '.join(_keys_beside(model, error['loc']))}"
    if error["type"] == "missing":
        return f"{key}: missing"
    message = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    if error["type"] == "value_error":
        return f"{key}: {message}" if key else message
    return f"{key}: {error['input']!r} is wrong, {message}"


def _keys_beside(model: type[Frozen], location: tuple) -> list[str]:
    """The keys that the model at a location allows."""
    for part in location[:-1]:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        if annotation is None:  # a key of the mapping just entered
            continue
        models = [a for a in (annotation, *getattr(annotation, "__args__", ())) if isinstance(a, type)]
        model = next((a for a in models if issubclass(a, Frozen)), model)
    return list(model.model_fields)
