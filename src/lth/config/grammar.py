"""YAML as DVC reads it, with DVC's own parser: version 1.2 (`060` is sixty, `1:30` and `yes` are words), no key twice."""

from typing import Any

from ruamel.yaml import YAML, AliasEvent, MappingEndEvent, MappingStartEvent, SequenceEndEvent, SequenceStartEvent
from ruamel.yaml.error import MarkedYAMLError

LONGEST = 2**20
"""Bytes."""

DEEPEST = 20
"""Lists and mappings in one another."""


def parse_yaml(content: bytes) -> Any:
    """What a YAML file's bytes hold. Raises ValueError for what is none.

    Aliases are refused, which let a few lines hold more than there is memory for, and nesting that no file of ours has.
    """
    if len(content) > LONGEST:
        raise ValueError(f"{len(content):,} bytes of YAML, at most {LONGEST:,} are read")
    try:
        text = content.decode()
        _check(text)
        return YAML(typ="safe").load(text)
    except MarkedYAMLError as error:
        where = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise ValueError(f"{where}{error.problem}") from error


def _check(text: str) -> None:
    depth = 0
    for event in YAML(typ="safe").parse(text):  # flat, so that it takes any depth
        if isinstance(event, AliasEvent):
            raise ValueError(f"line {event.start_mark.line + 1}: an alias, *{event.anchor[:60]}: write the value out")
        depth += isinstance(event, MappingStartEvent | SequenceStartEvent) - isinstance(event, MappingEndEvent | SequenceEndEvent)
        if depth > DEEPEST:
            raise ValueError(f"line {event.start_mark.line + 1}: nested more than {DEEPEST} deep")
