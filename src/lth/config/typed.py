"""A YAML file as a frozen typed object: every mistake is one line that names the file, the key, the value and what is allowed."""

import functools
import re
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from lth import paths
from lth.config.grammar import parse_yaml
from lth.config.settings import Frozen
from lth.errors import LthError
from lth.storage import read

Model = TypeVar("Model", bound=Frozen)

LONGEST = 60
"""Characters of a value or key that a message quotes."""

LINE = 300
"""Characters of what is said of it."""

MISTAKES = 5
"""Mistakes that a message names."""


def load(model: type[Model], file: Path) -> Model:
    """A file's values. Raises LthError with one line for a file that is missing or wrong."""
    values = read(file, _parsed, "mend it" if file.exists() else "")
    if not isinstance(values, dict):
        raise LthError(f"{paths.shown(file)}: holds no parameters; restore it with `git checkout -- {paths.shown(file)}`")
    try:
        return model.model_validate(values)
    except ValidationError as error:
        described = [_described(model, mistake) for mistake in error.errors(include_url=False)[:MISTAKES]]
        more = f"; and {error.error_count() - MISTAKES} more" if error.error_count() > MISTAKES else ""
        raise LthError(f"{paths.shown(file)}: {'; '.join(described)}{more}") from error


def quoted(value: object) -> str:
    """A value as Python writes it."""
    return _cut(repr(value))


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
    return f"{key}: {quoted(error['input'])} is wrong, {message}"


def _must(start: re.Match) -> str:
    return "must " if start[2] else ""


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
