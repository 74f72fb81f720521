"""The figure of effects: a line per claim that is judged, on the axis of its unit, and what is not judged below."""

import pandas as pd
import pytest

from lth.figures import FIGURES, effects
from lth.plots.forest import Mark, Row, forest
from lth.reports.drawing import in_index
from lth.results.tables import Tables


def row(id: str, part: str = "", **of) -> dict:
    found = {
        "id": id,
        "part": part,
        "title": f"title of {id}",
        "scaling": "l2",
        "trials": "first",
        "unit": "u",
        "effect": 2.0,
        "low": 1.0,
        "high": 3.0,
        "no effect": 0.0,
    }
    return found | {"verdict": "reproduced", "evidence": "exploratory"} | of


@pytest.fixture
def drawn(monkeypatch):
    """The figure of a few claims that were made up."""
    missing = {"verdict": "not run", "evidence": "", "effect": None, "low": None, "high": None, "no effect": None}
    rows = [
        row("lenet-es-38", effect=30.0, low=20.0, high=40.0),
        row("lenet-es-38", trials="fresh", evidence="confirmation", verdict="direction only"),
        row("lenet-es-38", trials="all", evidence="pooled"),
        row("lenet-es-38", scaling="unit") | missing,
        row("conv-es", "Conv-4", scaling="", evidence="confirmation", **{"no effect": 1.0}),
        row("vgg-01", scaling="") | missing,
    ]
    monkeypatch.setattr(effects, "judge_all", lambda tables: pd.DataFrame(rows))
    return effects.draw(Tables({}))


def words(drawn) -> list[str]:
    return [text.get_text() for ax in drawn.figure.axes for text in ax.texts] + [text.get_text() for text in drawn.figure.texts]


def test_a_line_per_claim_that_is_judged_and_the_others_below(drawn):
    said = words(drawn)
    assert "Ticket stops earlier than dense,\n$P_m$ 21.1" in said
    assert "Not run: title of vgg-01." in said
    assert [text for text in said if text[0] in "○◆"] == ["○ reproduced", "◆ direction only", "◆ reproduced"]
    assert drawn.numbers[["id", "trials"]].to_numpy().tolist() == [["lenet-es-38", "first"], ["lenet-es-38", "fresh"], ["conv-es", "first"]]


def test_units_have_axes_of_their_own_that_hold_the_papers_value_and_tolerance(drawn):
    percent, times = drawn.figure.axes
    assert [ax.texts[0].get_text() for ax in (percent, times)] == ["% of the dense early stop", "times sooner"]
    low, high = percent.get_xlim()
    assert low < 0, "no effect"
    assert high > 48, "the upper end of the tolerance"
    low, high = times.get_xlim()
    assert low < 1, "no effect"
    assert high > 4.55


def test_a_tolerance_without_end_stretches_no_axis():
    mark = Mark(0.2, 0.1, 0.3, "reproduced", "red", "o")
    ends = {
        within: forest({"points": [Row("a claim", [mark], 0.0, value, within)]}, {}, "").axes[0].get_xlim()
        for value, within in ((0.3, (0.2, 100)), (0.25, (0.2, float("inf"))), (0.0, (-0.5, 0.5)))
    }
    assert ends[0.2, 100][1] < 0.4
    assert ends[0.2, float("inf")][1] < 0.4
    assert ends[-0.5, 0.5][0] < -0.5, "bounds of a claim of no difference"


def test_it_is_of_paper_scale_alone_and_first():
    assert next(iter(FIGURES)) == "effects"
    assert "effects" in in_index("paper")
    assert not any("effects" in in_index(collection) for collection in ("quick", "desk"))
