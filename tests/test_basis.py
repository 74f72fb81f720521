"""What claims are judged on: five trials that were seen, fifteen fresh ones, and all of them; two ways to scale the images."""

import numpy as np
import pandas as pd
import pytest

import tiny
from lth import paths
from lth.claims.basis import ALL, FIRST, FRESH, L2, STAND_INS, UNIT, Basis, bases
from lth.claims.judge import CLAIMS, judge
from lth.claims.paired import Absent
from lth.claims.pooled import pooled
from lth.config import experiment_names, load_experiment
from lth.reports.pages import render
from lth.reports.verdicts import disagreements, in_order
from lth.results.columns import COLUMNS, CURVES
from lth.results.expected import expected_networks
from lth.results.files import arms_of, has_results, save
from test_estimators import rows_of

EARLIER = next(claim for claim in CLAIMS if claim.id == "lenet-es-38")
"""At round 7 the ticket stops 38% earlier: 28 to 48%."""
SOONER = next(claim for claim in CLAIMS if claim.id == "lenet-reinit-251")
PLAN = {"collection": "paper", "training.iterations": 50_000, "evaluation.every": 100}
REINIT = {"control": "reinit", "rounds": ["r07"], "after": "r06", "draws": 1, "test_curve_until": 0}


def write(name: str, trials: dict, stop: list[int], rounds: int = 9, blocks: dict | None = None, run: list[str] | None = None) -> None:
    """An experiment whose dense networks all stop at 10,000 and whose tickets of every round at `stop`, by trial, its reinitialisations there too."""
    chain = {f"r{n:02}": f"r{n - 1:02}" if n else "initial" for n in range(rounds)}
    numbers = tiny.numbers({**PLAN, "name": name, "trials": trials, "rounds": chain, "blocks": blocks or {}})
    tiny.write_experiment(paths.ROOT, numbers, f"paper/{name}")
    experiment = load_experiment(f"paper/{name}")
    for stage, networks in expected_networks(experiment).items():
        if run is not None and stage not in run:
            continue
        rows = pd.DataFrame(sorted(networks), columns=["arm", "round", "trial", "draw"])
        values = dict.fromkeys(set(COLUMNS) - set(rows), 0.9) | {
            "experiment": name,
            "scale": "paper",
            "engine": "e",
            "device": "d",
            "library": "l",
        }
        rows = rows.assign(**values).assign(percent_remaining=100 * 0.8 ** rows["round"])
        by_trial = dict(zip(experiment.trials.numbers, stop, strict=True))
        rows["es_iteration"] = np.where(rows["round"] == 0, 10_000, rows["trial"].map(by_trial))
        save(experiment, stage, rows[list(COLUMNS)], pd.DataFrame(columns=list(CURVES)))


FIVE = [6000, 6100, 6200, 6300, 6400]
"""38% earlier, in the mean."""
FIFTEEN = [9000, 9100, 9200] * 5
"""9%."""


def test_first_fresh_and_all_trials_are_judged_apart(root):
    write("lenet", {"count": 5}, FIVE)
    write("lenet-fresh", {"first": 5, "count": 15}, FIFTEEN)
    first, fresh, both = (judge(EARLIER, Basis(L2, trials)) for trials in (FIRST, FRESH, ALL))
    assert (first["ours"], first["n"], first["verdict"], first["evidence"]) == ("38%", 5, "reproduced", "exploratory")
    assert (fresh["ours"], fresh["n"], fresh["verdict"], fresh["evidence"]) == ("9%", 15, "direction only", "confirmation")
    assert (both["ours"], both["n"], both["verdict"], both["evidence"]) == ("16%", 20, "direction only", "pooled")
    assert both["effect"] == pytest.approx((5 * 38 + 15 * 9) / 20)
    assert both["low"] < both["effect"] < both["high"]
    assert (fresh["experiment"], both["experiment"]) == ("lenet-fresh", "lenet lenet-fresh")
    assert both["command"] == "dvc repro pipelines/paper/lenet/dvc.yaml pipelines/paper/lenet-fresh/dvc.yaml"
    assert judge(EARLIER, Basis(UNIT, FRESH))["not run"] == "lenet-unit-fresh (ticket)"


@pytest.mark.parametrize("run", range(9))
def test_fresh_trials_are_not_judged_before_their_rounds_are_there(root, run):
    write("lenet", {"count": 5}, FIVE)
    write("lenet-fresh", {"first": 5, "count": 15}, FIFTEEN, run=[f"r{round:02}" for round in range(run)])
    assert judge(EARLIER, Basis(L2, FIRST))["verdict"] == "reproduced"
    for trials in (FRESH, ALL):
        row = judge(EARLIER, Basis(L2, trials))
        assert (row["verdict"], row["not run"], row["n"], row["ours"]) == ("not run", "lenet-fresh (ticket)", 0, "")


def test_an_arm_waits_for_its_own_stages_alone(root):
    rounds = [f"r{round:02}" for round in range(9)]
    blocks = {"reinit-1": REINIT | {"rounds": ["r03"], "after": "r02"}, "reinit-2": REINIT}
    write("lenet-fresh", {"first": 5, "count": 15}, FIFTEEN, blocks=blocks, run=[*rounds, "reinit-2"])
    assert arms_of("paper/lenet-fresh") == {"ticket"}
    assert not has_results("paper/lenet-fresh")
    assert judge(EARLIER, Basis(L2, FRESH))["verdict"] == "direction only", "its tickets are all there"
    assert judge(SOONER, Basis(L2, FRESH))["not run"] == "lenet-fresh (reinit)", "round 7 is there, round 3 is promised"
    write("lenet-fresh", {"first": 5, "count": 15}, FIFTEEN, blocks=blocks)
    assert arms_of("paper/lenet-fresh") == {"ticket", "reinit"}
    assert judge(SOONER, Basis(L2, FRESH))["n"] == 15


def test_trials_are_pooled_in_the_rounds_that_both_hold():
    def part(first: int, reinit: tuple[int, ...], tickets: int) -> pd.DataFrame:
        values = {("ticket", round): [1, 2] for round in range(tickets)} | {("reinit", round): [3, 4] for round in reinit}
        return rows_of(values, "es_iteration", first=first)

    rows = pooled([part(0, (3, 6, 9), 25), part(5, (3, 6, 7, 9), 21)])
    assert sorted(set(rows["trial"])) == [0, 1, 5, 6]
    held = rows.groupby("arm")["round"].unique().map(sorted).to_dict()
    assert held == {"ticket": list(range(21)), "reinit": [3, 6, 9]}, (
        "rounds 21 to 24 lie below the P_m that rules look at; round 7 is one's own"
    )
    assert (rows.groupby(["arm", "round"])["trial"].nunique() == 4).all()
    with pytest.raises(Absent, match=r"^lenet, lenet \(reinit of the same rounds\)$"):
        pooled([part(0, (3, 6, 9), 21), part(5, (3, 7, 9), 21)])
    with pytest.raises(Absent, match="ticket of the same rounds"):
        pooled([part(0, (3,), 21).query("round != 2"), part(5, (3,), 21).query("round != 4")])


def test_what_claims_are_judged_on():
    assert bases("lenet-es-38", ["lenet"]) == [Basis(scaling, trials) for scaling in (L2, UNIT) for trials in (FIRST, FRESH, ALL)]
    assert bases("reset", ["lenet", "lenet-continued"]) == [Basis(L2, FIRST), Basis(UNIT, FIRST)], "the fresh trials are not for it"
    assert bases("size-9-15k", ["lenet", "lenet-size-25-9"]) == [Basis(L2, FIRST)]
    assert bases("conv-es", ["conv2"]) == [Basis()]
    there = {folder.split("/")[1] for folder in experiment_names("paper")}
    assert {name for names in STAND_INS.values() for name in names.values()} <= there


def test_stand_ins_differ_in_scaling_and_trials_alone():
    for (scaling, trials), names in STAND_INS.items():
        for name, stand_in in names.items():
            one, other = load_experiment(f"paper/{name}"), load_experiment(f"paper/{stand_in}")
            assert other.data.scaling == scaling
            assert list(other.trials.numbers) == (list(range(5)) if trials == FIRST else list(range(5, 20)))
            for part in ("network", "training", "pruning"):
                assert getattr(one, part) == getattr(other, part), f"{stand_in}: {part}"


def verdicts(**by_trials: str) -> pd.DataFrame:
    row = {"id": "a", "part": "", "title": "Ticket stops earlier", "scaling": UNIT, "not run": "", "n": 5, "ours": "3%"}
    return pd.DataFrame([row | {"trials": trials, "verdict": verdict} for trials, verdict in by_trials.items()])


@pytest.mark.parametrize(
    ("first", "fresh", "says"),
    [
        ("reproduced", "inconclusive", "for the claim is not confirmed"),
        ("direction only", "inconclusive", "for the claim is not confirmed"),
        ("not reproduced", "inconclusive", "against the claim is not confirmed"),
        ("inconclusive", "reproduced", "could not tell; fresh ones show the effect in the claimed direction"),
        ("inconclusive", "direction only", "could not tell; fresh ones show the effect in the claimed direction"),
        ("inconclusive", "not reproduced", "could not tell; fresh ones show an effect against the claim"),
        ("reproduced", "direction only", "The direction is confirmed; that the value is within the tolerance is not"),
        ("direction only", "reproduced", "The direction is confirmed, and on fresh trials the value is within the tolerance too"),
        ("reproduced", "not reproduced", "turns round: what the first trials showed for the claim"),
        ("direction only", "not reproduced", "turns round: what the first trials showed for the claim"),
        ("not reproduced", "reproduced", "turns round: what the first trials showed against the claim"),
        ("not reproduced", "direction only", "turns round: what the first trials showed against the claim"),
    ],
)
def test_a_disagreement_says_what_it_means(first, fresh, says):
    found = disagreements(verdicts(first=first, fresh=fresh, all="reproduced"))
    assert found == [{"title": "Ticket stops earlier", "on": "pixels in [0, 1]", "first": first, "fresh": fresh}]
    text = render("claims_map.md.jinja", **EMPTY | {"disagreements": found})
    (line,) = [line for line in text.splitlines() if line.startswith("- ")]
    assert line.startswith(f"- Ticket stops earlier, pixels in [0, 1]: {first} on the first trials, {fresh} on fresh ones. ")
    assert says in line
    assert line.endswith(".")


EMPTY = dict.fromkeys(("verdicts", "counted", "lenet", "others", "makes"), ()) | {name: {} for name in ("evidence", "machines", "scalings")}
EMPTY |= {"effects": "", "by_chance": ""}


def test_agreement_and_what_has_not_been_run_are_no_disagreement():
    assert disagreements(verdicts(first="reproduced", fresh="reproduced")) == []
    assert disagreements(verdicts(first="reproduced", fresh="not run", all="not run")) == []
    shown = in_order(verdicts(first="reproduced", fresh="not run", all="not run").to_dict("records"))
    assert [row["trials"] for row in shown] == ["fresh", "first"], "what confirms leads; all trials only where they are judged"
