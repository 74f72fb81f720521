"""The verdicts as they are kept, results/claims.csv: written with its hash, and read back whole or not at all."""

import io
from pathlib import Path

import pandas as pd

from lth import paths
from lth.claims.basis import bases
from lth.config.grammar import parse_yaml
from lth.storage import read, summed, write_bytes, write_sums

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


def save_verdicts(rows: pd.DataFrame) -> None:
    """Writes results/claims.csv."""
    write_bytes(_file(), rows.to_csv(index=False, lineterminator="\n", float_format="%.6g").encode())
    write_sums(paths.RESULTS, [_file().name])


def load_claims() -> pd.DataFrame:
    """One row per claim or part of one, and basis that it is judged on. Raises LthError where it is missing or damaged."""
    paths.check_clone()
    return read(_file(), _parse, "make it with `dvc repro -s -f claims`, or restore it with git", sha256=summed(_file()))


def _parse(content: bytes) -> pd.DataFrame:
    table = pd.read_csv(io.BytesIO(content), keep_default_na=False)
    if lacking := COLUMNS - set(table):
        raise ValueError(f"columns missing: {', '.join(sorted(lacking))}")
    promised = [
        (entry["id"], entry.get("part", ""), basis.scaling, basis.trials)
        for entry in SOURCE["claims"]
        for basis in bases(entry["id"], entry["needs"])
    ]
    if list(table[["id", "part", "scaling", "trials"]].itertuples(index=False, name=None)) != promised:
        raise ValueError(f"{len(table)} rows, which are not the {len(promised)} that claims.yaml promises in their order")
    return table


def _file() -> Path:
    return paths.RESULTS / "claims.csv"
