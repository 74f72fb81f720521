"""Sentences about our results: they change when a table does, numbers and words alike, and hold no number that somebody typed."""

import ast
import re

import pandas as pd
import pytest
from jinja2 import nodes

from lth import paths
from lth.claims.paired import Absent
from lth.config import experiment_names
from lth.errors import LthError
from lth.figures import FIGURES
from lth.reports.drawing import draw_collection
from lth.reports.notebooks import read
from lth.results.tables import Tables
from lth.sentences import fill
from lth.sentences.copies import POINTS
from lth.sentences.quantity import ACCURACY, ITERATION, Quantity
from lth.sentences.reasons import REASONS, SCALING, reason
from lth.sentences.template import ENVIRONMENT, at, listed, once
from test_figures import made_up

ROUNDS = {"r00": "initial", **{f"r{n:02}": f"r{n - 1:02}" for n in range(1, 19)}}
SAMPLED = {"sparsity": {"control": "sparsity", "rounds": ["r09"], "after": "r08", "draws": 2, "test_curve_until": 0}}

SENTENCES = {
    **{f"{name}, sentence {number}": text for name, figure in FIGURES.items() for number, text in enumerate(figure.ours, start=1)},
    "reasons.yaml, scaling": SCALING,
    **{f"reasons.yaml, {key}, sentence {number}": text for key, texts in REASONS.items() for number, text in enumerate(texts, start=1)},
}
NAMES = (
    {name.split("/")[1] for name in experiment_names()}
    | {run for figure in FIGURES.values() for run in figure.experiments}
    | {"fc1", "fc2"}
)
"""Words with digits that are names."""
ALLOWED = re.compile(r"95%|\[0, 1\]|ICLR 20\d\d|[Ss]ection \d|round 0|Conv-\d|Resnet-18|VGG-19|lenet-\w+|fc1|sha256")
"""Digits that are no result of ours."""
TEMPLATES = sorted((paths.ROOT / "src" / "lth" / "reports" / "templates").glob("*.jinja"))


def quantity(*values: float, unit=ACCURACY) -> Quantity:
    return Quantity(pd.Series(values), unit)


def test_a_quantity_with_its_interval():
    rises = quantity(0.1, 0.3, 0.8, unit=POINTS)
    assert rises.within == "0.40 points (−0.50 to 1.30)"


def typed(template: str) -> list[str]:
    """What of a template holds digits that no table gave: text, words that name nothing, numbers that are shown or kept."""
    tree = ENVIRONMENT.parse(template)
    found = [data.data for data in tree.find_all(nodes.TemplateData) if re.search(r"\d", ALLOWED.sub("", data.data))]
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and re.search(r"\d", ALLOWED.sub("", constant.value)) and constant.value not in NAMES:
            found.append(constant.value)
        if isinstance(constant.value, int | float) and abs(constant.value) >= 100:
            found.append(str(constant.value))
    shown = [node for output in tree.find_all(nodes.Output) for node in output.nodes] + [kept.node for kept in tree.find_all(nodes.Assign)]
    return found + [str(node.value) for node in shown if isinstance(node, nodes.Const) and not isinstance(node.value, str)]


def rewrite(folder: str, stage: str, **columns: list[float]) -> None:
    """Puts other values, one per trial, into a stage's rows; all draws of a trial have the same."""
    file = paths.RESULTS / folder / "runs" / f"{stage}.csv"
    rows = pd.read_csv(file)
    for column, values in columns.items():
        rows[column] = [values[trial] for trial in rows["trial"]]
    rows.to_csv(file, index=False)


def test_words_follow_the_interval():
    dense, sooner = quantity(5000, 6000, 7000, unit=ITERATION), quantity(4000, 5100, 5900, unit=ITERATION)
    assert str(sooner.over(dense)) == "earlier", "less is ahead"
    assert str(dense.over(sooner)) == "later"
    assert str(quantity(5100, 5900, 7000, unit=ITERATION).over(dense)) == "neither measurably earlier nor later"
    assert sooner.over(dense).gap == "1,000 iterations"
    assert (str(dense), sooner.times(dense)) == ("6,000", "0.83")
    better = quantity(0.98, 0.99).over(quantity(0.97, 0.98))
    assert (str(better), better.gap, better.signed) == ("more accurate", "1.00 points", "1.00 points")
    assert better.say("up", "down", "level") == "up"
    assert quantity(0.5, 0.6).over(quantity(0.6, 0.5)).interval == "−127.06 points to 127.06 points"


def test_only_trials_that_both_have_are_compared():
    assert quantity(0.9, 0.9, 0.1).over(quantity(0.8, 0.8)).ahead
    with pytest.raises(Absent):
        quantity(0.9, 0.9).over(quantity(0.8))


def test_lists_read_well():
    assert [listed([]), listed([1]), listed("ab"), listed("abc")] == ["none", "1", "a and b", "a, b and c"]
    assert [once("aa"), once("ab")] == ["a", "a and b"]
    assert [at([]), at(["80", "64"])] == ["at no P_m", "at P_m 80 and 64"]


@pytest.mark.parametrize(
    "misspelt", ["{{ tickets }}", "{{ networks('lenet').acuracy }}", "{{ lead('lenet', 'acuracy').ahead }}", "{{ x|lst }}"]
)
def test_a_misspelt_name_is_an_error(root, misspelt):
    made_up("lenet", {}, rounds=ROUNDS)
    with pytest.raises(LthError, match="in the sentence"):
        fill([misspelt], Tables.of("paper"))


def test_what_has_not_been_run_is_not_spoken_of(root):
    made_up("lenet", {}, rounds=ROUNDS)
    absent = [
        "{{ networks('lenet', 'reinit', 9).stop }}",
        "{{ networks('other').stop }}",
        "{{ cost('lenet', 7).P_m }}",
        "{{ scaled('lenet-es-38') }}",
    ]
    text = fill(["One.", *absent, "{% if false %}Two.{% endif %}", "Three."], Tables.of("paper"))
    assert text == "One. Three."


def test_a_figures_sentence_changes_with_the_table(root):
    made_up("lenet", SAMPLED, rounds=ROUNDS)

    def said(sampled: list[int], ticket: list[int], accuracies: list[float]) -> str:
        rewrite("paper/lenet", "sparsity", es_iteration=sampled, es_test_accuracy=[0.97, 0.971])
        rewrite("paper/lenet", "r09", es_iteration=ticket, es_test_accuracy=accuracies)
        draw_collection("paper", ["figure1"])
        index = pd.read_csv(paths.FIGURES / "paper" / "index.csv", keep_default_na=False, index_col="figure")
        return index.loc["figure1", "ours"]

    assert said([20000, 21000], [5000, 6000], [0.98, 0.982]) == (
        "At P_m 13.4 Lenet's sampled networks stop at iteration 20,500 with 97.0%, winning tickets at 5,500 with 98.1%: "
        "tickets stop earlier and are more accurate."
    )
    assert said([5000, 6000], [20000, 21000], [0.96, 0.961]) == (
        "At P_m 13.4 Lenet's sampled networks stop at iteration 5,500 with 97.0%, winning tickets at 20,500 with 96.0%: "
        "tickets stop later and are less accurate."
    )
    assert said([5000, 6000], [6000, 5000], [0.98, 0.961]).endswith(
        "tickets stop neither measurably earlier nor later and are neither measurably more nor less accurate."
    )


def test_a_reason_changes_with_the_table(root):
    for name in ("lenet", "lenet-unit"):
        made_up(name, {}, rounds=ROUNDS)
        rewrite(f"paper/{name}", "r00", es_iteration=[5000, 6000])
    rewrite("paper/lenet", "r07", es_iteration=[5000, 6000])

    def said(*stops: int) -> str:
        rewrite("paper/lenet-unit", "r07", es_iteration=stops)
        return reason(Tables.of("paper"), "lenet-es-38")

    assert said(2500, 3000).startswith("With pixels in [0, 1] (`lenet-unit`) it is 50%. Trial by trial, the effect there is larger.")
    assert "Trial by trial, the effect there is smaller." in said(7500, 9000)
    assert "Trial by trial, the effect there is neither measurably larger nor smaller." in said(2500, 9000)
    assert reason(Tables.of("paper"), "lenet-oneshot-fast") == "", "it has not been run"


def test_every_sentence_reads_as_one():
    """On the committed results none fails, and all read as sentences."""
    tables = Tables.of("paper")
    for figure in FIGURES.values():
        assert isinstance(figure.ours, tuple)
        for sentence in figure.ours:
            text = fill([sentence], tables)
            assert not text or (text[0].isupper() and text.endswith(".") and not re.search(r"\bnan\b|[{}<>]|\s[,.;:]|  ", text)), text


@pytest.mark.parametrize("where", SENTENCES)
def test_no_number_of_ours_is_typed(where):
    assert typed(SENTENCES[where]) == []


def test_typed_numbers_are_found():
    assert typed("It stops at 5,380.") == ["It stops at 5,380."]
    assert typed("{{ 97.5 }}{% set x = 3 %}") == ["97.5", "3"]
    assert typed("{{ networks('lenet', 'ticket', 7).stop.over(x).say('33% sooner', 'later', 'level') }}") == ["33% sooner"]
    assert typed("{{ networks('lenet-rate-0.4', 'ticket', 7).stop }} of [0, 1]") == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda file: file.name)
def test_no_number_is_typed_into_a_page(template):
    words = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", template.read_text())
    words = ALLOWED.sub("", re.sub(r"<[^>]*>", "", words))
    assert not re.search(r".*\d.*", words)


@pytest.mark.parametrize("name", ["mnist", "cifar10"])
def test_no_number_is_typed_into_a_notebook(name):
    for cell in read(paths.ROOT / "notebooks" / f"{name}.py").cells:
        texts = [cell.source]
        if cell.cell_type == "code":
            strings = [
                node.value for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
            texts = [text for text in strings if " " in text.strip()]
        for text in texts:
            assert not re.search(r"\d", ALLOWED.sub("", text)), text
