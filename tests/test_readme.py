"""The README's map of claims is what the committed results give, and says what a command took once it has run."""

import json
from collections.abc import Sequence

import pandas as pd
import pytest

from lth import paths
from lth.claims.table import SOURCE
from lth.errors import LthError
from lth.reports.claims_map import BEGIN, END, readme_map, with_map

CLAIM = {
    "id": "lenet-es-38",
    "part": "",
    "title": "Ticket stops earlier",
    "figure": 4,
    "claim": "It stops earlier.",
    "tolerance": "30–50%",
    "kind": "number",
    "paper": "38%",
    "ours": "40%",
    "n": 5,
    "verdict": "reproduced",
    "evidence": "exploratory",
    "experiment": "lenet",
    "command": "dvc repro pipelines/lenet/dvc.yaml",
}


def test_the_committed_map_is_what_the_results_give():
    text = (paths.ROOT / "README.md").read_text()
    assert text == with_map(text), "run `make figures`"


def test_text_around_the_map_stays(write_claims):
    write_claims([CLAIM])
    text = with_map(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert text.startswith(f"before\n{BEGIN}\nClaims")
    assert text.endswith(f"\n{END}\nafter\n")
    assert with_map(text) == text
    with pytest.raises(LthError, match="restore it with git"):
        with_map("no marks")


def test_a_claim_shows_what_its_results_took(write_claims):
    write_claims([CLAIM])
    assert "| `dvc repro pipelines/lenet/dvc.yaml` | – | 38% | 40% (n = 5) | reproduced (exploratory) |" in readme_map()
    write_provenance("paper/lenet", wall_seconds=600.0, peak_memory_mib=1024)
    assert "| 20 min, 1.5 GiB, 1.0 MiB | 38% | 40% (n = 5) | reproduced (exploratory) |" in readme_map()
    assert readme_map().endswith("\nMeasured on 2 x CPU: lenet.\n")


def test_parts_of_a_claim_share_a_row(write_claims):
    write_claims(
        [
            CLAIM,
            CLAIM | {"id": "conv-es", "part": "Conv-2", "paper": "3.5 times"},
            CLAIM
            | {
                "id": "conv-es",
                "part": "Conv-4",
                "paper": "3.5 times",
                "ours": "",
                "verdict": "not run",
                "evidence": "",
                "experiment": "conv4",
            },
        ]
    )
    *_, row = readme_map().splitlines()
    assert row.startswith("| Ticket stops earlier | 4 | lenet, conv4 |")
    assert row.endswith("| 3.5 times | Conv-2: 40% (n = 5)<br>Conv-4: – | Conv-2: reproduced (exploratory)<br>Conv-4: not run |")


def test_the_other_scaling_stands_beside(write_claims):
    write_claims([CLAIM], unit=[CLAIM | {"ours": "39%", "verdict": "direction only", "evidence": "confirmation"}])
    assert readme_map().endswith("| Ticket stops earlier | 38% | 40%: reproduced (exploratory) | 39%: direction only (confirmation) |\n")


def test_a_cell_holds_whatever_a_claim_says(write_claims):
    write_claims([CLAIM | {"title": "a | b", "ours": "<b>1</b>", "verdict": "R&D"}])
    *_, row = readme_map().splitlines()
    assert row.startswith(r"| a \| b | 4 |")
    assert "| &lt;b>1&lt;/b> (n = 5) | R&amp;D (exploratory) |" in row


@pytest.fixture
def write_claims(root, monkeypatch):
    """Writes claims that were made up, which are then all that there are."""

    def write(rows: list[dict], unit: Sequence[dict] = ()) -> None:
        monkeypatch.setitem(SOURCE, "claims", rows)
        paths.RESULTS.mkdir()
        pd.DataFrame(rows).to_csv(paths.RESULTS / "claims.csv", index=False)
        pd.DataFrame(unit, columns=list(CLAIM)).to_csv(paths.RESULTS / "claims-unit.csv", index=False)

    return write


def write_provenance(experiment: str, wall_seconds: float, peak_memory_mib: int) -> None:
    """Two stages, the second of which needs half as much memory again; results and tickets of a MiB together."""
    folder = paths.RESULTS / experiment / "provenance"
    folder.mkdir(parents=True)
    for stage, memory in (("r00", peak_memory_mib), ("r01", peak_memory_mib * 3 // 2)):
        content = {"wall_seconds": wall_seconds, "peak_memory_mib": memory, "hardware": "2 x CPU", "versions": {}, "sha256": {}}
        (folder / f"{stage}.json").write_text(json.dumps(content))
    (paths.RESULTS / experiment / "summary.csv").write_text("")
    (paths.TICKETS / experiment).mkdir(parents=True)
    (paths.TICKETS / experiment / "r00.npz").write_bytes(bytes(2**20))
