"""The verdicts as they are kept, results/claims.csv: written with its hash, and read back whole or not at all.

Read without pandas, which takes longer to import than all else that `lth claims` does.
"""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lth import paths
from lth.claims.basis import bases
from lth.config.grammar import parse_yaml
from lth.storage import read, summed, write_bytes, write_sums

if TYPE_CHECKING:
    import pandas as pd

SOURCE = read(Path(__file__).with_name("claims.yaml"), parse_yaml)

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
COLUMNS |= {"n", "verdict", "evidence", "not run", "desk", "experiment", "command"}
"""Those that are shown."""


def save_verdicts(rows: "pd.DataFrame") -> None:
    """Writes results/claims.csv."""
    write_bytes(_file(), rows.to_csv(index=False, lineterminator="\n", float_format="%.6g").encode())
    write_sums(paths.RESULTS, [_file().name])


def load_verdicts() -> "pd.DataFrame":
    """`read_verdicts` as a table."""
    import pandas as pd

    return pd.DataFrame(read_verdicts(), columns=sorted(COLUMNS))


def read_verdicts() -> list[dict[str, Any]]:
    """One row per claim or part of one, and basis that it is judged on. Raises LthError where it is missing or damaged."""
    if not _file().is_file():
        paths.check_clone()
    return read(_file(), _parse, "make it with `dvc repro -s -f claims`, or restore it with git", sha256=summed(_file()))


def _parse(content: bytes) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(content.decode(), newline=""), strict=True)
    rows = list(reader)
    if lacking := COLUMNS - set(reader.fieldnames or ()):
        raise ValueError(f"columns missing: {', '.join(sorted(lacking))}")
    promised = [
        (entry["id"], entry.get("part", ""), basis.scaling, basis.trials)
        for entry in SOURCE["claims"]
        for basis in bases(entry["id"], entry["needs"])
    ]
    if [(row["id"], row["part"], row["scaling"], row["trials"]) for row in rows] != promised:
        raise ValueError(f"{len(rows)} rows, which are not the {len(promised)} that claims.yaml promises in their order")
    if any(None in row or None in row.values() for row in rows):
        raise ValueError("a row has more or fewer cells than there are columns")
    return [row | {"figure": int(row["figure"]), "n": int(row["n"])} for row in rows]


def _file() -> Path:
    return paths.RESULTS / "claims.csv"
