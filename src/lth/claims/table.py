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

_CLAIMED = ("id", "part", "title", "verdict", "ours", "paper", "tolerance", "n", "scaling", "trials", "evidence", "kind")
_MEASURED = ("unit", "interval of", "effect", "low", "high", "no effect")
COLUMNS = (*_CLAIMED, *_MEASURED, "desk", "not run", "figure", "section", "claim", "experiment", "command")
"""Those that are read."""


def save_verdicts(rows: "pd.DataFrame", collection: str = "paper") -> None:
    """Writes a collection's verdicts."""
    file = _file(collection)
    write_bytes(file, rows.to_csv(index=False, lineterminator="\n", float_format="%.6g").encode())
    write_sums(paths.RESULTS, [file.name])


def load_verdicts(collection: str = "paper") -> "pd.DataFrame":
    """The claims, each as often as it is judged, and the verdicts: a row for every claim or part of one, scaling of Lenet's images, and trials.

    Numbers are n (int64: trials; of claims on starting sizes, sizes), figure (int64, of the paper; beyond it the name of one of ours), and float64,
    NaN where nothing has run: effect (its mean over those n, in `unit`, larger in the claimed direction), low and high (its 95% interval), no effect
    (what they are held against, such as 0 points, 1 time or a margin). All others are words, empty where there is nothing to say:

    id, part, title, claim      which claim, and which part of it; in a few words; in full
    kind                        `number` or `direction`: what the paper names
    paper, tolerance, ours      the paper's value, how far ours may be from it, and ours, with their units
    unit                        what effect, low and high are counted in: points of accuracy, iterations, times sooner, …
    interval of                 what effect, low and high are of, where ours is of something else, such as a round
    scaling                     of Lenet's images: `l2` or `unit`; empty for other networks
    trials                      `first`, `fresh` or `all`
    verdict                     `reproduced`, `direction only`, `inconclusive`, `not reproduced`, `not run` (`lth.claims.verdict`)
    evidence                    `exploratory`, `confirmation` or `pooled`; empty where nothing has run
    not run, command            what is missing, and what trains it
    desk                        what networks of desk scale point to; no verdict
    section                     of the paper
    experiment                  those that it is judged on

    docs/claims.md says more of scaling, trials and evidence. collection, errors: as `read_verdicts`.
    """
    import pandas as pd

    claims = pd.DataFrame(read_verdicts(collection), columns=COLUMNS)
    return claims.assign(**{name: claims[name].map(lambda cell: float(cell or "nan")) for name in ("effect", "low", "high", "no effect")})


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
    if lacking := set(COLUMNS) - set(reader.fieldnames or ()):
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
