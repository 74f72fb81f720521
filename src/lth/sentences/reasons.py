"""What could explain where a claim is not reproduced."""

from pathlib import Path

from lth.config.grammar import parse_yaml
from lth.results.tables import Tables
from lth.sentences.template import fill
from lth.storage import read

_SOURCE = read(Path(__file__).with_name("reasons.yaml"), parse_yaml)
SCALING: str = _SOURCE["scaling"]
REASONS: dict[str, list[str]] = _SOURCE["claims"]
"""By a claim's id and, after a comma, its part."""


def reason(tables: Tables, id: str, part: str = "") -> str:
    """All that the tables support of it; nothing for a claim of which there is nothing to say."""
    key = f"{id}, {part}" if part else id
    return fill([SCALING, *REASONS.get(key, ())], tables, id=id, part=part)
