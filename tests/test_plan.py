"""`lth plan`: a table that fits a terminal, names every experiment and its figures, and says what is an estimate."""

import re

import pytest

import tiny
from lth.config import Settings, experiment_names, load_settings
from lth.figures import FIGURES
from lth.reports.drawing import index_of
from lth.reports.plan import WIDTH, plan


@pytest.fixture(scope="module")
def paper() -> str:
    return plan(load_settings(), cores=2)


def table(text: str) -> dict[str, list[str]]:
    """The words of the table's lines, by the first; also `experiment`, its head, and `all`, its sum."""
    return {line.split()[0]: line.split()[1:] for line in text.split("\n\n")[1].splitlines()}


def order(text: str) -> dict[str, str]:
    """What is said of order and figures, by experiment."""
    lines = re.sub(r"\n +", " ", text.split("\n\n")[4]).splitlines()
    return {line.split()[0]: line for line in lines}


def test_every_experiment_of_the_paper_is_there_and_names_its_figures(paper):
    assert table(paper).keys() == {"experiment", "all", *order(paper)}
    for name in experiment_names("paper"):
        short = name.removeprefix("paper/")
        (line,) = [line for line in order(paper) if line == short or fullmatch(line, short)]
        shown = order(paper)[line].partition("figure")[2].removeprefix("s").replace(" ", "").split(",")
        assert {figure.removeprefix("figure") for figure, about in FIGURES.items() if short in about.experiments} <= set(shown)


def fullmatch(line: str, name: str) -> bool:
    """Whether a line of a sweep, `lenet-size-*`, is that of an experiment."""
    return line.endswith("*") and bool(re.fullmatch(re.escape(line[:-1]) + r"[\d.-]+", name))


def test_sweeps_are_added_up_and_named_experiments_are_not(paper):
    assert table(paper)["lenet-size-*"][:2] == ["9/9", "756"]
    one = table(plan(load_settings(), 2, ["lenet-size-25-9", "quick/lenet"]))
    assert list(one) == ["experiment", "lenet-size-25-9", "quick/lenet", "all"]
    assert one["lenet-size-25-9"][:2] == ["1/1", "84"]
    assert one["all"][:2] == ["2/2", "135"]


def test_an_experiment_feeds_the_figures_of_its_own_collection():
    index = index_of("quick")
    drawn = index["figure"][["lenet" in runs.split() for runs in index["drawn from"]]]
    assert 0 < len(drawn) < sum("lenet" in figure.experiments for figure in FIGURES.values())
    fed = order(plan(load_settings(), 2, ["quick/lenet"]))["quick/lenet"].partition("; figures ")[2]
    assert fed == ", ".join(name.removeprefix("figure") for name in drawn)


def test_a_collection_stands_for_its_experiments():
    named = table(plan(load_settings(), 2, ["quick/lenet", "desk"]))
    assert list(named) == ["experiment", "quick/lenet", *experiment_names("desk"), "all"]


@pytest.mark.parametrize("names", [(), tuple(experiment_names())])
def test_it_fits_a_terminal(names):
    assert max(map(len, plan(load_settings(), 64, names).splitlines())) <= WIDTH


def test_what_a_cpu_refuses_is_marked(paper):
    marked = {name for name, words in table(paper).items() if any(word.endswith("*") for word in words)}
    assert {name.split("-")[0] for name in marked} == {"conv2", "conv4", "conv6", "resnet18", "vgg19", "all"}


def test_estimates_say_so(paper):
    assert "H200: an estimate until one is measured" in paper
    assert "±40%" in paper


def test_precisions_are_named(paper):
    words = " ".join(paper.split())
    assert "many networks side by side, in ieee (lenet), tf32 (conv2, conv4, conv6, resnet18, vgg19)." in words
    assert "many networks side by side, in tf32." in " ".join(plan(load_settings(), 2, ["conv2"]).split())


def test_params_alone_are_needed(root):
    tiny.write_experiment(root, tiny.numbers())
    text = plan(Settings.model_validate(tiny.SETTINGS), 1, ["tiny"])
    assert table(text)["quick/tiny"][:2] == ["0/1", "10"]
    assert "3 rounds, 1 block; no figure" in text
