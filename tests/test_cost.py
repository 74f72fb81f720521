"""docs/cost.md says of every experiment of the paper what it takes and which figures it feeds; no figure is without its experiments."""

import re

from lth import paths
from lth.config import experiment_names, load_settings
from lth.figures import FIGURES
from lth.reports.cost_page import CORES, cost_page
from lth.reports.drawing import index_of
from lth.reports.gallery import readme
from lth.reports.plan import plan

COMMITTED = (paths.ROOT / "docs" / "cost.md").read_text()
OF_THE_PAPER = [f"figure{number}" for number in range(1, 46)]


def lines(page: str) -> dict[str, list[str]]:
    """The cells of its tables' lines, by the first."""
    cells = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| ")]
    return {first: others for first, *others in cells}


def test_the_committed_page_is_what_the_params_give():
    assert cost_page(load_settings()) == COMMITTED, "run `python -m lth.stages.cost`"


def test_it_says_what_lth_plan_says():
    """Of an experiment in a line of its own, on as many cores."""
    settings, page = load_settings(), lines(COMMITTED)
    for name in ("lenet", "conv6-adam-rates", "vgg19-warmup-layerwise"):
        planned = plan(settings, CORES, [name]).split("\n\n")[1].splitlines()[1]
        assert "".join(page[name][1:]).replace(" ", "") == "".join(planned.split()[2:])
    assert "an estimate until one is measured" in COMMITTED


def test_every_experiment_of_the_paper_is_there_and_feeds_a_figure():
    names = [name.removeprefix("paper/") for name in experiment_names("paper")]
    page = lines(COMMITTED)
    assert set(names) <= set(page)
    drawn = {name: {figure for figure, about in FIGURES.items() if name in about.experiments} for name in names}
    for name, figures in drawn.items():
        shown = {figure.removeprefix("figure").removeprefix("beyond_").replace("_", " ") for figure in figures}
        assert set(page[name][0].split(", ")) == (shown or {"no figure"})
    assert {name for name, figures in drawn.items() if not figures} <= set(filter(for_claims_alone, names))


def for_claims_alone(name: str) -> bool:
    """Whether an experiment has Lenet's other scaling of images, or fresh trials, which no figure is drawn from."""
    return bool(re.match(r"lenet(-\w+)*-(unit|fresh)\b", name))


def test_every_figure_of_the_paper_is_drawn_or_named_with_the_command_that_makes_it():
    index, gallery = index_of("paper").set_index("figure"), readme()
    assert set(OF_THE_PAPER) <= set(index.index)
    for figure, row in index.loc[OF_THE_PAPER].iterrows():
        assert row["drawn from"] or row["not run"], figure
        if row["not run"]:
            assert row["command"].startswith("dvc repro pipelines/paper/"), figure
            assert f"- **Figure {figure.removeprefix('figure')}** {row['not run']}\n  <br>`{row['command']}`" in gallery
