"""Claims: the rule of verdicts on literal numbers, the file of claims, and nothing judged that has not been run."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import tiny
from invented import literal
from lth import paths
from lth.claims import estimators
from lth.claims.basis import FIRST, UNIT, Basis
from lth.claims.judge import BEYOND, CLAIMS, check_needs, judge, judge_all, read_claims
from lth.claims.table import load_verdicts
from lth.claims.verdict import Measured, ends, interval
from lth.config import load_experiment
from lth.errors import LthError
from lth.figures import FIGURES
from lth.results.columns import COLUMNS, CURVES
from lth.results.files import has_results, save
from lth.results.tables import EXTRA
from lth.stages import claims
from lth.tickets.controls import CONTROLS

PAPER = [
    "lenet-es-38",
    "lenet-acc-03",
    "lenet-back-3.6",
    "lenet-50k-035",
    "lenet-train-100",
    "lenet-reinit-251",
    "lenet-reinit-acc",
    "lenet-reinit-drop",
    "lenet-oneshot-fast",
    "lenet-oneshot-acc",
    "lenet-structure",
    "conv-es",
    "conv-acc",
    "conv-above-2",
    "conv-reinit",
    "conv-dropout",
    "vgg-01",
    "vgg-001",
    "vgg-warmup",
    "resnet-001",
    "resnet-warmup",
    "move-further",
    "resampled",
    "noise",
    "reset",
    "size-9-15k",
]


def write_results(root, name: str, collection: str, rounds: int, run: int | None = None) -> None:
    """An experiment without controls, and results of it in which early stop comes 5% sooner with each round; of its first `run` rounds alone."""
    plan = {"collection": collection, "name": name, "trials": 3, "blocks": {}, "training.iterations": 5000, "evaluation.every": 50}
    plan["rounds"] = {f"r{n:02}": f"r{n - 1:02}" if n else "initial" for n in range(rounds)}
    folder = f"{collection}/{name}"
    tiny.write_experiment(root, tiny.numbers(plan), folder)
    experiment = load_experiment(folder)
    for round in range(rounds if run is None else run):
        who = {"experiment": name, "scale": collection, "arm": "ticket", "round": round, "draw": 0, "percent_remaining": 100 * 0.8**round}
        made = {"engine": "sparse-1", "device": "cpu", "library": "numba"}
        rows = [
            {**dict.fromkeys(COLUMNS, 0.9), **who, **made, "trial": trial, "es_iteration": 50 * (1 + trial) * (20 - round)}
            for trial in range(3)
        ]
        save(experiment, f"r{round:02}", pd.DataFrame(rows), pd.DataFrame(columns=list(CURVES)))


@pytest.mark.parametrize(
    ("effects", "within", "verdict"),
    [
        ([1.0, 1.1, 0.9], True, "reproduced"),
        ([1.0, 1.1, 0.9], False, "direction only"),
        ([1.0, -1.0, 0.5], True, "inconclusive"),
        ([-1.0, -1.1, -0.9], False, "not reproduced"),
        ([0.0, 0.0, 0.0], True, "inconclusive"),
    ],
)
def test_verdicts(effects, within, verdict):
    assert Measured("", within, np.array(effects)).verdict() == verdict


def test_a_claim_of_no_difference():
    def verdict(*effects: float) -> str:
        return Measured("", True, np.array(effects), equivalence=0.5).verdict()

    assert verdict(0.1, -0.1, 0.05) == "reproduced"
    assert verdict(1.0, -1.0, 0.5) == "inconclusive", "noise alone reproduces nothing"
    assert verdict(0.3, 0.31, 0.29) == "reproduced", "a difference there may be, if it is small"
    assert verdict(1.0, 1.1, 0.9) == verdict(-1.0, -1.1, -0.9) == "not reproduced"


@pytest.mark.parametrize(
    ("low", "high", "unit", "written"),
    [
        (-0.004, 0.6, "points of accuracy", "−0.004 to 0.60"),
        (0, 1234.5, "points of accuracy", "0.00 to 1,234.50"),
        (-1287.6, -0.3, "iterations", "−1,288 to −0.3"),
        (9.51, 25.93, "% of the dense early stop", "9.5 to 25.9"),
    ],
)
def test_an_interval_is_written_in_the_digits_of_its_unit(low, high, unit, written):
    assert ends(low, high, unit) == written


def test_the_interval_is_students():
    low, high = interval([1, 2, 3, 4, 5])
    assert (low, high) == pytest.approx((3 - 2.776445 * 2.5**0.5 / 5**0.5, 3 + 2.776445 * 2.5**0.5 / 5**0.5), rel=1e-6)
    with pytest.raises(LthError, match="two trials"):
        interval([1])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"need": {}}, "got an unexpected keyword argument 'need'; the keys are id, title"),
        ({"figure": "beyond_cost"}, "figure: 'beyond_cost' is wrong, must be the number of a figure of the paper"),
        ({"estimator": "guess"}, "lth/claims/estimators/ has no function 'guess'"),
        ({"needs": {"lenet": ["ticket", "reshufle"]}}, "needs: there is no reshufle; there are: cost, "),
    ],
)
def test_a_mistake_in_the_file_is_one_line(change, says):
    entry = {name: getattr(CLAIMS[0], name) for name in CLAIMS[0].__dataclass_fields__ if name != "collection"}
    assert read_claims([entry]) == CLAIMS[:1]
    with pytest.raises(LthError, match=f"^claims.yaml, lenet-es-38: {says}") as caught:
        check_needs(read_claims([entry | change]))
    assert "\n" not in str(caught.value)


def test_claims_need_what_there_can_be():
    check_needs(CLAIMS)
    assert {need for claim in CLAIMS for needs in claim.needs.values() for need in needs} <= {*CONTROLS, *EXTRA}


def test_needs_are_checked_without_torch():
    """Which is slow to import, and which figures and claims otherwise do without."""
    code = "import sys; from lth.claims.judge import CLAIMS, check_needs; check_needs(CLAIMS); sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], env=tiny.environment(tiny.REPOSITORY), check=True)


def test_every_claim_of_the_paper_is_there():
    assert set(PAPER) <= {claim.id for claim in CLAIMS}
    assert len({(claim.id, claim.part) for claim in CLAIMS}) == len(CLAIMS)
    assert len({(claim.id, claim.title) for claim in CLAIMS}) == len({claim.id for claim in CLAIMS}), "a claim's parts share its title"
    for claim in CLAIMS:
        if claim.estimator:
            assert callable(getattr(estimators, claim.estimator))
            assert claim.unit, "what its effects are counted in"
            assert claim.value is None or claim.within, "the paper's number has a tolerance"
        else:
            assert judge(claim)["verdict"] == "not run"
            assert not any(has_results(f"paper/{name}") for name in claim.needs), "what has run has an estimator"


def test_claims_of_what_came_after_name_their_figures_and_say_what_they_need():
    check_needs(BEYOND)
    assert len({(claim.id, claim.part) for claim in BEYOND}) == len(BEYOND)
    assert not {claim.id for claim in BEYOND} & {claim.id for claim in CLAIMS}
    for claim in BEYOND:
        assert claim.figure in FIGURES, claim.id
        assert callable(getattr(estimators, claim.estimator))
        assert set(claim.needs) <= set(FIGURES[claim.figure].experiments)


def test_claims_of_what_came_after_are_judged_on_the_collection_beyond(root):
    blocks = {arm: {"control": arm, "rounds": ["r01", "r02"], "after": "r01"} for arm in ("drawn-random", "gaussian-random")}
    literal("lenet-values", {"blocks": blocks, "training.iterations": 1000, "evaluation.every": 100}, collection="beyond")
    rows = {(row["id"], row["part"]): row for row in judge_all(claims=BEYOND).to_dict("records")}
    found = rows["values-scale", "random mask"]
    assert (found["verdict"], found["ours"], found["evidence"]) == ("reproduced", "+0.00 points at P_m 80", "confirmation")
    assert rows["values-scale", "dense"]["not run"] == "lenet-values (drawn-dense, gaussian-dense)"
    assert rows["values-scale", "dense"]["command"] == "dvc repro pipelines/beyond/lenet-values/dvc.yaml"


def test_what_has_not_been_run_gets_no_verdict(root):
    rows = [judge(claim) for claim in CLAIMS]
    assert {row["verdict"] for row in rows} == {"not run"}
    assert rows[0]["not run"] == "lenet (ticket)"


@pytest.mark.parametrize("collection", ["paper", "quick", "desk"])
def test_results_are_judged_at_paper_scale_alone(root, collection):
    write_results(root, "lenet", collection, rounds=16)
    rows = {(row["id"], row["part"]): row for row in map(judge, CLAIMS)}
    assert rows["lenet-es-38", ""]["verdict"] == ("reproduced" if collection == "paper" else "not run")
    assert rows["lenet-reinit-251", ""]["not run"] == ("lenet (reinit)" if collection == "paper" else "lenet (ticket, reinit)")
    if collection == "paper":
        assert rows["lenet-es-38", ""]["ours"] == "35%"
        assert rows["lenet-es-38", ""]["n"] == 3
        assert rows["lenet-es-38", ""]["evidence"] == "exploratory", "lenet had run when the rules took their present form"


def test_another_experiment_may_stand_in(root):
    write_results(root, "lenet-unit", "paper", rounds=8)
    found = judge(CLAIMS[0], Basis(UNIT, FIRST))
    assert (found["id"], found["ours"], found["verdict"], found["experiment"]) == ("lenet-es-38", "35%", "reproduced", "lenet-unit")
    assert (found["scaling"], found["trials"], found["evidence"]) == ("unit", "first", "exploratory")
    assert found["command"] == "dvc repro pipelines/paper/lenet-unit/dvc.yaml"
    assert judge(CLAIMS[0])["verdict"] == "not run"


def test_a_round_that_is_missing_is_named(root):
    write_results(root, "lenet", "paper", rounds=6)
    early = judge(CLAIMS[0])
    assert (early["verdict"], early["not run"], early["ours"]) == ("not run", "not planned: lenet (ticket of r07)", "")


@pytest.mark.parametrize("run", range(16))
def test_a_chain_that_has_not_been_run_to_its_end_is_not_judged(root, run):
    write_results(root, "lenet", "paper", rounds=16, run=run)
    early = judge(CLAIMS[0])
    assert (early["verdict"], early["not run"]) == ("not run", "lenet (ticket)"), (
        "round 7 alone would do, but the rest of its arm is promised"
    )


def test_desk_scale_points_and_gets_no_verdict(root, monkeypatch):
    claim = next(claim for claim in CLAIMS if claim.id == "conv-es")
    assert judge(claim)["desk"] == ""
    write_results(root, "conv2", "desk", rounds=16)
    row = judge(claim)
    assert row["desk"] == "4.00 times at P_m 3.52, in the claimed direction (n = 3, interval 4.00 to 4.00)"
    assert (row["verdict"], row["n"], row["not run"]) == ("not run", 0, "conv2 (ticket)")
    assert judge(CLAIMS[0])["desk"] == ""
    alike = Measured("+0.71 points", True, np.array([0.61, 0.65, 0.88]), equivalence=0.5)
    monkeypatch.setattr("lth.claims.judge._measured", lambda claim, tables: alike)
    assert judge(claim)["desk"] == "+0.71 points, neither within the tolerance nor outside (n = 3, interval 0.35 to 1.08)"


def test_the_table_is_the_same_again(root):
    write_results(root, "lenet", "paper", rounds=16)
    claims.main()
    before = (paths.RESULTS / "claims.csv").read_bytes(), (paths.RESULTS / "claims.json").read_bytes()
    claims.main()
    assert before == ((paths.RESULTS / "claims.csv").read_bytes(), (paths.RESULTS / "claims.json").read_bytes())
    rows = load_verdicts()
    assert {(row.id, row.part) for row in rows.itertuples()} == {(claim.id, claim.part) for claim in CLAIMS}
    counts = json.loads((paths.RESULTS / "claims.json").read_text())["claims"]
    assert sum(sum(verdicts.values()) for verdicts in counts.values()) == len(rows) == len(judge_all())
    assert counts["l2 first"]["reproduced"] > counts["l2 fresh"]["reproduced"] == 0
