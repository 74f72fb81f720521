"""The verdicts as they are kept, results/claims.csv and claims-unit.csv: written with their hashes, and read back whole or not at all.

Read without pandas, which takes three times as long to import as `lth claims` takes in all.
"""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lth import paths
from lth.config.grammar import parse_yaml
from lth.storage import read, summed, write_bytes, write_sums

if TYPE_CHECKING:
    import pandas as pd

SOURCE = read(Path(__file__).with_name("claims.yaml"), parse_yaml)

COLUMNS = {"id", "part", "title", "figure", "claim", "paper", "tolerance", "ours", "n", "verdict", "evidence", "experiment", "command"}
"""Those that are shown."""


def save_verdicts(**tables: "pd.DataFrame") -> None:
    """Writes results/claims.csv and the like, by name."""
    for name, rows in tables.items():
        write_bytes(_file(name), rows.to_csv(index=False, lineterminator="\n", float_format="%.6g").encode())
    write_sums(paths.RESULTS, [_file(name).name for name in tables])


def load_verdicts(name: str = "claims") -> list[dict[str, Any]]:
    """One row a claim or part of one: all of claims.yaml, or for `claims_unit` some. Raises LthError where it is missing or damaged."""
    file = _file(name)
    return read(
        file, lambda content: _parse(content, name), "make it with `dvc repro -s -f claims`, or restore it with git", sha256=summed(file)
    )


def _parse(content: bytes, name: str) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True)
    rows = list(reader)
    if lacking := COLUMNS - set(reader.fieldnames or ()):
        raise ValueError(f"columns missing: {', '.join(sorted(lacking))}")
    promised = [(entry["id"], entry.get("part", "")) for entry in SOURCE["claims"]]
    found = [(row["id"], row["part"]) for row in rows]
    if found != (promised if name == "claims" else [claim for claim in promised if claim in found]):
        raise ValueError(f"{len(found)} claims, which are not the {len(promised)} of claims.yaml in their order")
    if any(None in row or None in row.values() for row in rows):
        raise ValueError("a row has more or fewer cells than there are columns")
    return [row | {"figure": int(row["figure"]), "n": int(row["n"])} for row in rows]


def _file(name: str) -> Path:
    return paths.RESULTS / f"{name.replace('_', '-')}.csv"
