"""The verdicts as they are kept, results/claims.csv and claims-beyond.csv: written with their hashes, and read back whole or not at all.

Read without pandas, which takes longer to import than all else that `lth claims` does.
"""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lth import paths
from lth.claims.basis import bases
from lth.config.grammar import parse_yaml
from lth.errors import LthError
from lth.storage import read, summed, write_bytes, write_sums

if TYPE_CHECKING:
    import pandas as pd

FILES = {"paper": "claims", "beyond": "claims-beyond"}
"""Of the paper's claims, and of those of what came after it: `<name>.yaml` beside this file has the claims, `results/<name>.csv` the verdicts."""
SOURCES = {collection: read(Path(__file__).with_name(f"{name}.yaml"), parse_yaml) for collection, name in FILES.items()}

COLUMNS = {
    "id",
    "part",
    "scaling",
    "trials",
    "title",
    "figure",
    "claim",
    "kind",
    "paper",
    "tolerance",
    "ours",
    "unit",
    "effect",
    "low",
    "high",
}
COLUMNS |= {"interval of", "n", "verdict", "evidence", "not run", "desk", "experiment", "command"}
"""Those that are shown."""


def save_verdicts(rows: "pd.DataFrame", collection: str = "paper") -> None:
    """Writes a collection's verdicts."""
    file = _file(collection)
    write_bytes(file, rows.to_csv(index=False, lineterminator="\n", float_format="%.6g").encode())
    write_sums(paths.RESULTS, [file.name])


def load_verdicts(collection: str = "paper") -> "pd.DataFrame":
    """`read_verdicts` as a table."""
    import pandas as pd

    return pd.DataFrame(read_verdicts(collection), columns=sorted(COLUMNS))


def read_verdicts(collection: str = "paper") -> list[dict[str, Any]]:
    """One row per claim or part of one, and basis that it is judged on. Raises LthError where it is missing or damaged.

    collection: `paper`, or `beyond` for the claims of what came after it.
    """
    if collection not in SOURCES:
        raise LthError(f"claims are judged on {' and '.join(SOURCES)}, not on {collection!r:.60}")
    file = _file(collection)
    if not file.is_file():
        paths.check_clone()
    return read(file, lambda content: _parse(content, collection), "make it with `dvc repro -s -f claims`", sha256=summed(file))


def _parse(content: bytes, collection: str) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True)
    rows = list(reader)
    if lacking := COLUMNS - set(reader.fieldnames or ()):
        raise ValueError(f"columns missing: {', '.join(sorted(lacking))}")
    promised = [
        (entry["id"], entry.get("part", ""), basis.scaling, basis.trials)
        for entry in SOURCES[collection]["claims"]
        for basis in bases(entry["id"], entry["needs"], collection)
    ]
    if [(row["id"], row["part"], row["scaling"], row["trials"]) for row in rows] != promised:
        raise ValueError(f"{len(rows)} rows, which are not the {len(promised)} that {FILES[collection]}.yaml promises in their order")
    if any(None in row or None in row.values() for row in rows):
        raise ValueError("a row has more or fewer cells than there are columns")
    number = str if collection == "beyond" else int
    return [row | {"figure": number(row["figure"]), "n": int(row["n"])} for row in rows]


def _file(collection: str) -> Path:
    return paths.RESULTS / f"{FILES[collection]}.csv"
