"""What README generates is what the committed results give: what was found, what has run, and the map of claims, with what a command took."""

import json
import re
import subprocess
import sys
import textwrap

import pandas as pd
import pytest

import tiny
from lth import paths
from lth.errors import LthError
from lth.reports import claims_map, found
from lth.reports.claims_map import BEGIN, BEGIN_FOUND, END, END_FOUND, readme_found, readme_map, with_tables
from lth.reports.found import evidence, findings, has_run, scope

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
    "command": "dvc repro pipelines/paper/lenet/dvc.yaml",
}
NETWORK = CLAIM | {
    "id": "conv-es",
    "part": "Conv-2",
    "scaling": "",
    "experiment": "conv2",
    "evidence": "confirmation",
    "command": "dvc repro pipelines/paper/conv2/dvc.yaml",
}
"""Of another network, which is judged in one way alone."""


FOUND = [
    CLAIM | {"id": id, "part": part, "title": title, "paper": paper, "ours": ours}
    for id, part, title, paper, ours in (
        ("lenet-es-38", "", "Ticket stops earlier than dense, P_m 21.1", "38%", "40%"),
        ("lenet-acc-03", "", "Ticket more accurate than dense, P_m 13.5", "> 0.3 points", "+0.4 points"),
        ("lenet-reinit-251", "", "Ticket stops sooner than reinit, P_m 21.1", "2.51 times", "2 times"),
        ("lenet-reinit-acc", "", "Ticket more accurate than reinit, P_m 21.1", "0.5 points", "+0.6 points"),
        ("lenet-structure", "Lenet", "Reinit against random sparsity", "reinit better", "+1 points, mean over some (and more)"),
    )
]


def test_what_is_committed_is_what_the_results_give():
    text = (paths.ROOT / "README.md").read_text()
    assert text == with_tables(text), "run `make figures`"


def test_text_around_what_is_generated_stays(write_claims):
    write_claims(FOUND)
    text = with_tables(f"before\n{BEGIN_FOUND}\n{END_FOUND}\nbetween\n{BEGIN}\nold\n{END}\nafter\n")
    assert text.startswith(f"before\n{BEGIN_FOUND}\nP_m is the percentage")
    assert f"\n{END_FOUND}\nbetween\n{BEGIN}\nHow many claims" in text
    assert text.endswith(f"\n{END}\nafter\n")
    assert with_tables(text) == text
    for marks in ("no marks", f"{BEGIN}\n{END}\n", f"{BEGIN_FOUND}\n{END_FOUND}\n", f"{BEGIN}\n{BEGIN_FOUND}\n{END_FOUND}\n"):
        with pytest.raises(LthError, match="restore it with git"):
            with_tables(marks)


def test_what_was_found_is_said_on_every_scaling_by_the_trials_that_confirm(write_claims):
    fresh = FOUND[0] | {"trials": "fresh", "ours": "39%, by the way", "n": 15, "verdict": "direction only"}
    unit = FOUND[0] | {"scaling": "unit", "ours": "3%", "verdict": "not reproduced"}
    desk = NETWORK | {
        "title": "Ticket stops earlier",
        "paper": "3.5 times",
        "verdict": "not run",
        "desk": "3.1 times, in the claimed direction (n = 3)",
    }
    write_claims([fresh, unit, *FOUND[:3], FOUND[3] | {"verdict": "not run"}, FOUND[4], desk])
    claims = claims_map.load_verdicts()
    said = findings(claims)
    dense, reinit, structure = (ends for _, ends in said[:3])
    failed, (network, points) = said[3:]
    title = FOUND[0]["title"]
    assert failed == ("Not reproduced:", f"with pixels in [0, 1], {title[0].lower()}{title[1:]}, 3% (the paper: 38%).")
    assert network.startswith("Conv-2 on CIFAR10, narrower than the paper's")
    assert points == "ticket stops earlier, 3.1 times, in the claimed direction (n = 3), against 3.5 times in the paper."
    assert dense.startswith(
        "a winning ticket of Lenet stops 39% or 3% sooner at P_m 21.1 (the paper: 38%), and is 0.4 points more accurate at P_m 13.5 "
    )
    assert reinit.endswith(", and is … more accurate (the paper: 0.5 points).")
    assert structure.startswith("is 1 points more accurate than random sparsity")
    rows = {row["title"]: row["cells"] for row in evidence(claims)}
    assert rows[FOUND[0]["title"]] == [
        ("39% (30.00 to 50.00)", "→ direction only, n = 15"),
        ("3% (30.00 to 50.00)", "✗ not reproduced, n = 5"),
    ]
    assert rows[FOUND[3]["title"]] == [("– not run", "")] * 2
    judged = "Judged so far, of the paper's claims and their parts: 4 of the 5 on Lenet and none of the 1 on other networks."
    assert scope(claims) == f"{judged} On fresh trials with images of unit length 1 direction only."


def test_what_is_found_beyond_the_paper_is_named_last(root, write_claims, monkeypatch):
    write_claims(FOUND)
    tiny.write_experiment(root, tiny.numbers({"collection": "beyond"}), "beyond/tiny")
    claims = claims_map.load_verdicts()
    before = findings(claims)
    assert len(before) == 3, "nothing is drawn there"
    drawn = [
        {"figure": name, "drawn from": "tiny", "ours": said} for name, said in (("beyond_basin", "Two."), ("beyond_instability", "One."))
    ]
    monkeypatch.setattr(found, "index_of", lambda collection: pd.DataFrame(drawn))
    assert findings(claims) == [*before, ("After the paper, on Lenet (paper scale: 2 trials):", "One. Two.")]


def test_what_has_run_is_counted_and_on_what(root):
    for name in ("lenet", "lenet-again"):
        tiny.write_experiment(root, tiny.numbers({"collection": "paper", "name": name}), f"paper/{name}")
    assert has_run()[0][0] == {"network": "Lenet", "run": ["none of 2"]}
    write_provenance("paper/lenet", wall_seconds=1.0, peak_memory_mib=1)
    table, devices = has_run()
    assert table[0]["run"] == ["none of 2, 1 more in part"]
    assert devices == "No result comes from a GPU: all were trained on the CPU."
    write_provenance("paper/lenet-again", wall_seconds=1.0, peak_memory_mib=1, device="cuda")
    assert has_run()[1] == "Trained on cpu and cuda."


def test_verdicts_come_second_and_commands_fold_away(write_claims):
    write_claims([CLAIM, NETWORK])
    before, _, folded = readme_map().partition("<details>")
    assert "| claim, figure | images of unit length | pixels in [0, 1] | paper |" in before
    assert "| claim, figure | ours | paper | desk scale |" in before
    assert "`dvc repro" not in before
    assert "`dvc repro" in folded


def test_what_a_reviewer_runs_first_finds_what_the_page_says():
    """In the files that git holds alone."""
    scripts = re.findall(r"python3 - <<'END'\n(.+?)\n +END", (paths.ROOT / "docs" / "reviewing.md").read_text(), re.DOTALL)
    files, claim = (
        subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=paths.ROOT, capture_output=True, text=True, check=True).stdout
        for script in scripts
    )
    assert re.fullmatch(r"\d{4} files, not as recorded: none\n", files)
    assert claim == "2.51\n"


@pytest.mark.parametrize("page", ["README.md", "docs/reviewing.md", "docs/dvc.md", "docs/claims.md", "docs/clusters.md"])
def test_every_link_leads_somewhere(page):
    folder, text = (paths.ROOT / page).parent, (paths.ROOT / page).read_text()
    anchors = {re.sub(r"[^\w -]", "", line.lstrip("# ")).lower().replace(" ", "-") for line in text.splitlines() if line.startswith("#")}
    for link in re.findall(r"\]\(([^)]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text):
        file, _, anchor = link.partition("#")
        assert "://" in link or (folder / file).exists(), link
        assert file or anchor in anchors, link


def test_a_command_shows_what_its_results_took(write_claims):
    """A row an experiment, with all that some claim needs of it."""
    both = {"experiment": "lenet lenet-fresh", "command": f"{CLAIM['command']} pipelines/paper/lenet-fresh/dvc.yaml"}
    further = {"command": f"{CLAIM['command']} movement@paper-lenet"}
    write_claims([CLAIM, CLAIM | {"trials": "all"} | both, CLAIM | {"part": "another"} | further])
    makes = "dvc repro pipelines/paper/lenet/dvc.yaml movement@paper-lenet"
    assert f"| lenet | `{makes}` | – |\n| lenet-fresh | `dvc repro pipelines/paper/lenet-fresh/dvc.yaml` | – |\n\n" in readme_map()
    write_provenance("paper/lenet", wall_seconds=600.0, peak_memory_mib=1024)
    assert f"| lenet | `{makes}` | 20 min, 1.5 GiB, 1.0 MiB |\n" in readme_map()
    assert "\nMeasured on 2 x CPU: lenet.\n" in readme_map()


def test_parts_of_a_claim_about_another_network_share_a_row(write_claims):
    later = {
        "ours": "",
        "verdict": "not run",
        "evidence": "",
        "not run": "conv4 (ticket)",
        "experiment": "conv4",
        "command": "dvc repro pipelines/paper/conv4/dvc.yaml",
        "desk": "2.1, in the claimed direction",
    }
    write_claims([NETWORK | {"paper": "3.5 times"}, NETWORK | {"part": "Conv-4", "paper": "3.5 times"} | later])
    (row,) = [line for line in readme_map().splitlines() if line.startswith("| Ticket stops")]
    ours = "Conv-2: ✓ reproduced: 40% (n = 5)<br>Conv-4: – not run"
    assert row == f"| Ticket stops earlier, Figure 4 | {ours} | 3.5 times (30–50%) | Conv-2: –<br>Conv-4: 2.1, in the claimed direction |"


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
    length = "→ direction only: 39% (n = 15), fresh trials<br>✓ reproduced: 40% (n = 5)<br>→ direction only: 41% (n = 20), all trials"
    assert row == f"| Ticket stops earlier, Figure 4 | {length} | – not run | 38% (30–50%) |"
    assert "| Lenet, images of unit length, fresh trials |  | 1 + 0 |  |  |  |" in text
    assert text.index("fresh trials |") < text.index("first trials |"), "what confirms is counted first"
    assert "Where fresh trials and the first differ:" in text
    assert "reproduced on the first trials, direction only on fresh ones. The direction is confirmed" in text


def test_a_cell_holds_whatever_a_claim_says(write_claims):
    write_claims([NETWORK | {"title": "a | b", "ours": "<b>1</b> R&D"}])
    (row,) = [line for line in readme_map().splitlines() if line.startswith(r"| a \| b, Figure 4 |")]
    assert "| ✓ reproduced: &lt;b>1&lt;/b> R&amp;D (n = 5) |" in row


def test_the_picture_is_shown_where_it_is_drawn(write_claims):
    write_claims(FOUND)
    picture = paths.FIGURES / "paper" / "effects.png"
    assert "effects.png" not in readme_found()
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"")
    assert '<img src="figures/paper/effects.png"' in readme_found()


@pytest.fixture
def write_claims(root, monkeypatch):
    """Writes claims that were made up, which are then all that there are."""

    def write(rows: list[dict]) -> None:
        monkeypatch.setattr(claims_map, "load_verdicts", lambda: pd.DataFrame(rows))

    return write


def write_provenance(experiment: str, wall_seconds: float, peak_memory_mib: int, device: str = "cpu") -> None:
    """Two stages, the second of which needs half as much memory again; results and tickets of a MiB together."""
    folder = paths.RESULTS / experiment / "provenance"
    folder.mkdir(parents=True)
    for stage, memory in (("r00", peak_memory_mib), ("r01", peak_memory_mib * 3 // 2)):
        content = {"wall_seconds": wall_seconds, "peak_memory_mib": memory, "hardware": "2 x CPU", "versions": {}, "sha256": {}}
        content |= {"device": device}
        (folder / f"{stage}.json").write_text(json.dumps(content))
    (paths.RESULTS / experiment / "summary.csv").write_text("")
    (paths.TICKETS / experiment).mkdir(parents=True)
    (paths.TICKETS / experiment / "r00.npz").write_bytes(bytes(2**20))
