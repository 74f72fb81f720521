"""Figures: what they say they need, the numbers they plot, the same bytes each time."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import seaborn as sns

import tiny
from invented import invent
from lth import paths
from lth.errors import LthError
from lth.figures import FIGURES
from lth.measures import CURVES as MEASURED
from lth.measures import SCORES
from lth.plots import style
from lth.plots.arms import from_dense
from lth.plots.figure import Figure
from lth.plots.lines import by_percent_remaining
from lth.reports.drawing import draw_collection, size
from lth.results.tables import Tables, missing, partial
from lth.stages import figures

ROUNDS = {"r00": "initial", **{f"r{n:02}": f"r{n - 1:02}" for n in range(1, 19)}}
LENGTH = {"training.iterations": 50_000, "evaluation.every": 500}
ARMS = ("reinit", "sparsity", "reshuffle", "resampled", "noise-0.5", "noise-1", "noise-2", "noise-3")
CONTROLLED = {
    arm.replace(".", "-"): {"control": arm, "rounds": ["r03", "r07"], "after": "r06", "draws": 2, "test_curve_until": 0} for arm in ARMS
}
AT_ONCE = {
    arm: {"control": arm, "rounds": ["r01", "r03"], "after": "r00", "draws": draws, "test_curve_until": 0}
    for arm, draws in (("ticket", 1), ("reinit", 2))
}


def made_up(name: str, blocks: dict, *, collection: str = "paper", **changes) -> None:
    """An experiment that never ran, with rows and curves made of noise for all that its params.yaml promises."""
    generator = np.random.Generator(np.random.Philox(key=5))

    def rows_of(rows: pd.DataFrame) -> dict:
        scores = {score: 0.97 + 0.02 * generator.random(len(rows)) for score in SCORES}
        return {**scores, "es_iteration": generator.integers(1, 50, len(rows)) * 1000}

    def curves_of(points: pd.DataFrame) -> dict:
        return {column: generator.random(len(points)) for column in MEASURED}

    invent(name, {"blocks": blocks, **LENGTH, **changes}, rows_of, curves_of, collection)


@pytest.fixture
def made(root):
    """Lenet and its three ways to prune at once."""
    made_up("lenet", CONTROLLED, rounds=ROUNDS)
    for name, method in (("lenet-oneshot", "oneshot"), ("lenet-continued", "continued"), ("lenet-iteration0", "iteration0")):
        pruning = {"method": method, "levels": 3, "conv": 0.0, "fc": 0.2, "output": 0.1}
        made_up(name, AT_ONCE, rounds={"r00": "initial"}, pruning=pruning)
    return SimpleNamespace(names=["lenet", "lenet-oneshot", "lenet-continued", "lenet-iteration0"])


CONV = {"network": {"name": "conv2", "width": 0.05}, "data": {"name": "cifar10", "scaling": "unit"}, "rounds": ROUNDS}


def index(collection: str = "paper") -> pd.DataFrame:
    return pd.read_csv(paths.FIGURES / collection / "index.csv", index_col="figure", keep_default_na=False)


def drawn() -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((paths.FIGURES / "paper").iterdir())}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_says_what_it_needs_and_shows(name):
    figure = FIGURES[name]
    assert figure.experiments
    assert set(figure.required) | set(figure.also) <= set(figure.experiments)
    assert figure.caption.endswith(".")
    assert figure.finding.endswith(".")


def test_a_misspelt_field_is_an_error():
    with pytest.raises(TypeError, match="few_round"):
        Figure(experiments={"lenet": ()}, caption="c.", finding="f.", draw=None, few_round=True)


def test_drawing_again_gives_the_same_bytes(made):
    figures.main("paper")
    before = drawn()
    names = set(index().index[index()["drawn from"] != ""])
    assert {"figure1", "figure3", "figure4", "figure9", "figure12", "figure14", "figure17", "figure18", "figure25"} <= names
    assert set(before) == {f"{name}.{kind}" for name in names for kind in ("pdf", "svg", "png", "csv")} | {"index.csv", "SHA256SUMS"}
    figures.main("paper")
    assert drawn() == before


def test_the_plotted_numbers_are_those_of_the_table(made):
    figures.main("paper")
    rows = Tables({"lenet": "paper/lenet"}).rows("lenet")
    plotted = pd.read_csv(paths.FIGURES / "paper" / "figure17.csv")
    line = plotted[(plotted["panel"] == "test accuracy at early stop") & (plotted["line"] == "resampled values")]
    for (_, point), round in zip(line.iterrows(), (0, 3, 7), strict=True):
        arm = "resampled" if round else "ticket"
        values = rows[(rows["arm"] == arm) & (rows["round"] == round)]["es_test_accuracy"]
        assert point["x"] == pytest.approx(100 * 0.8**round)
        assert (point["mean"], point["low"], point["high"], point["n"]) == pytest.approx(
            (values.mean(), values.min(), values.max(), len(values))
        )


def test_means_minima_and_maxima_by_hand():
    rows = pd.DataFrame(
        {"arm": ["ticket", "ticket", "reinit"], "round": [0, 1, 1], "percent_remaining": [100, 80, 80], "y": [1.0, 5.0, 2.0]}
    )
    rows = pd.concat([rows, rows.assign(y=rows["y"] + [2, 0, 4])])
    points = by_percent_remaining(from_dense(rows, "reinit"), "y")
    assert points.to_dict("list") == {"x": [100, 80], "mean": [2.0, 4.0], "low": [1.0, 2.0], "high": [3.0, 6.0], "n": [2, 2]}


def test_what_has_not_been_run_is_named(made):
    (paths.RESULTS / "paper" / "lenet-continued" / "runs" / "ticket.csv").unlink()
    values = tiny.numbers({"collection": "paper", "name": "lenet", "blocks": {"reinit": CONTROLLED["reinit"]}, "rounds": ROUNDS, **LENGTH})
    tiny.write_experiment(paths.ROOT, values, "paper/lenet")
    assert missing("paper/lenet", ("ticket", "reinit", "resampled")) == ["resampled"]
    figures.main("paper")
    assert index().loc["figure9", ["drawn from", "not run"]].tolist() == ["", "lenet-continued (ticket)"]
    assert index().loc["figure17", ["drawn from", "not run", "command", "not planned"]].tolist() == ["", "", "", "lenet (resampled)"]
    assert index().loc["figure4", "drawn from"] == "lenet lenet-oneshot"
    assert not (paths.FIGURES / "paper" / "figure17.png").exists()


def test_a_collection_that_has_not_been_run_is_named_with_its_command(root):
    tiny.write_experiment(root, tiny.numbers({"collection": "desk", "name": "conv2", "blocks": CONTROLLED, **CONV}), "desk/conv2")
    figures.main("desk")
    assert index("desk").loc["figure5", ["drawn from", "not run", "command"]].tolist() == [
        "",
        "conv2 (ticket, reinit)",
        "dvc repro pipelines/desk/conv2/dvc.yaml && make figures",
    ]


def test_figures_of_smaller_networks_say_how_small_these_are(root):
    made_up("conv2", CONTROLLED, collection="desk", **CONV)
    made_up("conv4", CONTROLLED, collection="desk", **CONV | {"network": {"name": "conv4", "width": 0.25}, "trials": 3})
    figures.main("desk")
    found = index("desk")["drawn from"]
    assert found[found == "conv2 conv4"].index.tolist() == ["figure1", "figure2", "figure5", "figure13", "figure14"]
    assert size("desk", ["desk/conv2", "desk/conv4"]) == "desk scale: 0.05 to 0.25 of the paper's width, 50,000 iterations, 2 to 3 trials"
    drawn = FIGURES["figure5"].draw(Tables.of("desk"))
    style.save(drawn, paths.FIGURES / "desk", "mine", face="desk scale")
    assert drawn.figure.get_suptitle() == "desk scale"


@pytest.mark.parametrize(
    ("widths", "said"),
    [([1.0], "the paper's width"), ([0.125], "0.125 of the paper's width"), ([1.0, 0.125], "0.125 to all of the paper's width")],
)
def test_the_papers_own_width_is_called_that(root, widths, said):
    for place, width in enumerate(widths):
        values = tiny.numbers({"collection": "desk", "name": f"lenet-{place}", "network": {"name": "lenet", "width": width}, **LENGTH})
        tiny.write_experiment(root, values, f"desk/lenet-{place}")
    folders = [f"desk/lenet-{place}" for place in range(len(widths))]
    assert size("desk", folders) == f"desk scale: {said}, 50,000 iterations, 2 trials"


def test_arms_that_were_run_in_part_are_named(made):
    figures.main("paper")
    assert partial("paper/lenet", ("ticket", "reinit")) == ["reinit in 16 of 18 rounds"]
    assert index().loc["figure17", ["not run", "not planned"]].tolist() == [
        "",
        "lenet (reinit in 16 of 18 rounds, resampled in 16 of 18 rounds)",
    ]
    assert index().loc["figure3", "not planned"] == "", "it shows two rounds of reinitialisations, no more"


def test_drawing_one_figure_says_nothing_of_others(made):
    figures.main("paper")
    whole = drawn()
    (paths.RESULTS / "paper" / "lenet-continued" / "runs" / "ticket.csv").unlink()
    draw_collection("paper", ["figure3"])
    assert drawn() == whole
    draw_collection("paper", ["figure9"])
    assert index().loc["figure9", "drawn from"] == ""


def test_a_table_that_lacks_rows_refuses(made):
    file = paths.RESULTS / "paper" / "lenet" / "runs" / "r07.csv"
    pd.read_csv(file).iloc[1:].to_csv(file, index=False)
    with pytest.raises(LthError, match=r"r07\.csv lacks 1 of its 2 networks \(ticket round 7 trial 0"):
        figures.main("paper")


def test_colours_are_seaborns_colour_blind_palette():
    assert list(style.COLOURS.values()) == sns.color_palette("colorblind").as_hex()
