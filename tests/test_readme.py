"""The README's map of claims is what the committed results give, and says what a command took once it has run."""

import json

import pandas as pd
import pytest

from lth import paths
from lth.errors import LthError
from lth.reports import claims_map
from lth.reports.claims_map import BEGIN, END, readme_map, with_map

CLAIM = {
    "id": "lenet-es-38",
    "part": "",
    "scaling": "l2",
    "trials": "first",
    "title": "Ticket stops earlier",
    "figure": 4,
    "claim": "It stops earlier.",
    "tolerance": "30–50%",
    "kind": "number",
    "paper": "38%",
    "ours": "40%",
    "unit": "%",
    "effect": 40,
    "low": 30,
    "high": 50,
    "n": 5,
    "verdict": "reproduced",
    "evidence": "exploratory",
    "not run": "",
    "desk": "",
    "experiment": "lenet",
    "command": "dvc repro pipelines/lenet/dvc.yaml",
}
NETWORK = CLAIM | {"id": "conv-es", "part": "Conv-2", "scaling": "", "experiment": "conv2", "evidence": "confirmation"}
"""Of another network, which is judged in one way alone."""


def test_the_committed_map_is_what_the_results_give():
    text = (paths.ROOT / "README.md").read_text()
    assert text == with_map(text), "run `make figures`"


def test_text_around_the_map_stays(write_claims):
    write_claims([CLAIM])
    text = with_map(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    assert text.startswith(f"before\n{BEGIN}\nVerdicts")
    assert text.endswith(f"\n{END}\nafter\n")
    assert with_map(text) == text
    with pytest.raises(LthError, match="restore it with git"):
        with_map("no marks")


def test_a_command_shows_what_its_results_took(write_claims):
    write_claims([CLAIM, CLAIM | {"trials": "all", "command": "make all"}, CLAIM | {"part": "another"}])
    assert readme_map().count("| lenet | `dvc repro pipelines/lenet/dvc.yaml` | – |\n") == 1
    assert "make all" not in readme_map(), "all trials are made by two commands"
    write_provenance("paper/lenet", wall_seconds=600.0, peak_memory_mib=1024)
    assert "| lenet | `dvc repro pipelines/lenet/dvc.yaml` | 20 min, 1.5 GiB, 1.0 MiB |\n" in readme_map()
    assert readme_map().endswith("\nMeasured on 2 x CPU: lenet.\n")


def test_parts_of_a_claim_about_another_network_share_a_row(write_claims):
    later = {
        "ours": "",
        "verdict": "not run",
        "evidence": "",
        "not run": "conv4 (ticket)",
        "experiment": "conv4",
        "desk": "as claimed: 2.1",
    }
    write_claims([NETWORK | {"paper": "3.5 times"}, NETWORK | {"part": "Conv-4", "paper": "3.5 times"} | later])
    (row,) = [line for line in readme_map().splitlines() if line.startswith("| Ticket stops")]
    ours = "Conv-2: reproduced: 40% (n = 5)<br>Conv-4: not run: conv4 (ticket)"
    assert row == f"| Ticket stops earlier | 4 | 3.5 times | {ours} | Conv-2: –<br>Conv-4: as claimed: 2.1 |"


def test_fresh_trials_lead_and_both_scalings_stand_side_by_side(write_claims):
    fresh = CLAIM | {"trials": "fresh", "ours": "39%", "n": 15, "verdict": "direction only", "evidence": "confirmation"}
    unit = CLAIM | {"scaling": "unit", "verdict": "not run", "evidence": "", "not run": "lenet-unit (ticket)", "ours": ""}
    write_claims(
        [
            CLAIM,
            fresh,
            fresh | {"trials": "all", "ours": "41%", "n": 20},
            unit,
            unit | {"trials": "fresh", "not run": "lenet-unit-fresh (ticket)"},
        ]
    )
    text = readme_map()
    (row,) = [line for line in text.splitlines() if line.startswith("| Ticket stops")]
    length = (
        "fresh trials: direction only: 39% (n = 15)<br>first trials: reproduced: 40% (n = 5)<br>all trials: direction only: 41% (n = 20)"
    )
    pixels = "fresh trials: not run: lenet-unit-fresh (ticket)<br>first trials: not run: lenet-unit (ticket)"
    assert row == f"| Ticket stops earlier | 4 | 38% (30–50%) | {length} | {pixels} |"
    assert "| Lenet, images of unit length, fresh trials | 0 + 0 | 1 + 0 | 0 + 0 | 0 + 0 | 0 + 0 |" in text
    assert text.index("fresh trials | 0") < text.index("first trials | 1"), "what confirms is counted first"
    assert "Where fresh trials and the first disagree:" in text
    assert "reproduced on the first trials, direction only on fresh ones. The direction is confirmed" in text


def test_a_cell_holds_whatever_a_claim_says(write_claims):
    write_claims([NETWORK | {"title": "a | b", "ours": "<b>1</b>", "verdict": "R&D"}])
    (row,) = [line for line in readme_map().splitlines() if line.startswith(r"| a \| b | 4 |")]
    assert "| R&amp;D: &lt;b>1&lt;/b> (n = 5) |" in row


def test_the_picture_comes_first_where_it_is_drawn(write_claims):
    write_claims([CLAIM])
    picture = paths.FIGURES / "paper" / "effects.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"")
    assert readme_map().splitlines()[0].endswith("](figures/paper/effects.png)")


@pytest.fixture
def write_claims(root, monkeypatch):
    """Writes claims that were made up, which are then all that there are."""

    def write(rows: list[dict]) -> None:
        monkeypatch.setattr(claims_map, "load_claims", lambda: pd.DataFrame(rows))

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
