"""What `lth cite` writes is what LaTeX and BibTeX read."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable

import pandas as pd
import pytest

from lth import paths
from lth.cli import main
from lth.config import COLLECTIONS
from lth.errors import LthError
from lth.figures import FIGURES, title
from lth.reports import citation, drawing, latex


def test_every_caption_is_escaped():
    for name, figure in FIGURES.items():
        escaped = latex.escape(figure.caption)
        assert escaped.isascii(), f"{name}: {set(re.findall(r'[^ -~]', escaped))} belongs in SPECIAL"
        assert not re.search(r"(?<!\\)[&%#]|(?<![\\P])_", escaped)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("P_m 50%", r"$P_m$ 50\%"),
        ("a_b & {c}", r"a\_b \& \{c\}"),
        ("|final| − |initial|", r"\textbar{}final\textbar{} $-$ \textbar{}initial\textbar{}"),
    ],
)
def test_escapes(text, escaped):
    assert latex.escape(text) == escaped


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="no pdflatex here: texlive-latex-base has it")
def test_every_figure_that_is_there_compiles(tmp_path):
    """With an entry of its own, on one page, by a LaTeX and BibTeX as they are installed."""
    there = [name for name in FIGURES if (paths.FIGURES / "paper" / f"{name}.pdf").is_file()]
    assert there
    figures = "\n".join(citation.figure_environment(f"paper/{name}") + "\n\\clearpage" for name in there)
    for picture, copy in re.findall(r": cp (\S+) (\S+)$", figures, re.MULTILINE):
        shutil.copy(paths.ROOT / picture, tmp_path / copy)
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\n\\usepackage{graphicx}\n\\begin{document}\n\\cite{lth}\n"
        + "\n".join(re.findall(r"^% to cite it: (\\cite\{.+\})", figures, re.MULTILINE))
        + figures
        + "\n\\bibliographystyle{plain}\\bibliography{refs}\n\\end{document}\n"
    )
    entries = [citation.software(), *(citation.software(key=latex.key(f"paper/{name}")) for name in there), citation.PAPER]
    (tmp_path / "refs.bib").write_text("\n\n".join(entries))
    typeset = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper"]
    for command in (typeset, ["bibtex", "paper"], typeset, typeset):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
        assert done.returncode == 0, done.stdout[-2000:]
    assert "Warning" not in (tmp_path / "paper.blg").read_text(), "nor does BibTeX leave anything out"
    cited = (tmp_path / "paper.bbl").read_text()
    assert cited.count("The lottery-ticket reproduction authors") == len(there) + 1
    assert "commit" in cited
    log = (tmp_path / "paper.log").read_text(errors="replace")
    assert "Float too large" not in log
    assert "undefined" not in log
    assert (tmp_path / "paper.pdf").stat().st_size > 10_000


def test_bibtex_takes_what_the_citation_file_has(root):
    (root / "CITATION.cff").write_text(
        "title: T\nauthors:\n  - family-names: F\n    given-names: G\ndate-released: 2025-02-03\nurl: https://example.org/x\ndoi: 10.1/2\n"
    )
    entry = citation.software()
    for key, value in {"title": "T", "author": "F, G", "year": "2025", "url": "https://example.org/x", "doi": "10.1/2"}.items():
        assert f"  {key:<9} = {{{value}}}" in entry
    assert "version" not in entry


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ({"not run": "vgg19 (ticket)", "command": "dvc repro x"}, r"has not run: vgg19 \(ticket\); `dvc repro x` would make it"),
        ({"not planned": "vgg19 (ticket)"}, r"is not planned: vgg19 \(ticket\); no experiment (here|of quick) would make it"),
    ],
)
@pytest.mark.parametrize("word", ["figure7", "quick/figure7"])
def test_a_figure_that_has_not_been_drawn_says_what_it_lacks(monkeypatch, word, lacks, said):
    row = {"figure": "figure7", "drawn from": "", "not run": "", "not planned": "", "command": ""} | lacks
    for module in (citation, drawing):
        monkeypatch.setattr(module, "index_of", lambda collection: pd.DataFrame([row]))
    with pytest.raises(LthError, match=f"^{word} has not been drawn, what it needs {said}"):
        citation.citation(word)


def test_figures_says_what_cite_says_of_one_that_has_not_been_drawn(monkeypatch):
    monkeypatch.setattr(drawing, "draw_collection", lambda collection, only: drawing.index_of(collection))
    rows = [row for collection in COLLECTIONS for row in drawing.index_of(collection).to_dict("records")]
    drawn = {row["figure"] for row in rows if row["drawn from"]}
    lacking = next(row for row in rows if row["command"] and row["figure"] not in drawn)
    said = re.escape(
        f"{lacking['figure']} has not been drawn, what it needs has not run: {lacking['not run']}; `{lacking['command']}` would make it"
    )
    for call in (lambda: citation.citation(lacking["figure"]), lambda: drawing.draw_again([lacking["figure"]])):
        with pytest.raises(LthError, match=said):
            call()


def index(**drawn: str) -> Callable[[str], pd.DataFrame]:
    """Made-up indices, in which each collection that is named has drawn one figure, and of figures 4 and 31 has not drawn the others."""
    none = dict.fromkeys(("drawn from", "not run", "not planned", "command", "caption", "ours"), "")

    def of(collection: str) -> pd.DataFrame:
        rows = [{"figure": figure, **none, "not planned": "conv2 (ticket)"} for figure in ("figure4", "figure31")]
        for row in rows:
            row |= {"drawn from": "lenet"} if row["figure"] == drawn.get(collection) else {}
        return pd.DataFrame(rows if collection in drawn else [], columns=list(rows[0]))

    return of


def test_a_figure_of_a_collection_is_drawn_there_alone(monkeypatch):
    asked, made_up = {}, index(paper="figure31", quick="figure4")

    def draw(collection, only):
        asked[collection] = only
        return made_up(collection)

    monkeypatch.setattr(drawing, "draw_collection", draw)
    monkeypatch.setattr(drawing, "index_of", made_up)
    assert drawing.draw_again(["quick/4", "fig31", "quick/figure4"]) == [
        f"figures/{name}.{{pdf,svg,png,csv}}" for name in ("paper/figure31", "quick/figure4")
    ]
    assert asked.pop("quick") == ["figure4", "figure31"]
    assert all(only == ["figure31"] for only in asked.values())
    asked.clear()
    with pytest.raises(LthError, match=r"^quick/figure31 has not been drawn, "):
        drawing.draw_again(["quick/31"])
    assert list(asked) == ["quick"]


def test_a_figure_that_stands_in_for_another_says_so(monkeypatch):
    monkeypatch.setattr(citation, "index_of", index(paper="figure31", quick="figure4"))
    assert citation.drawn("4").name == "quick/figure4"
    assert citation.citation("4").splitlines()[:2] == ["quick/figure4", "in place of paper/figure4, not drawn yet"]
    assert citation.figure_environment("4").startswith("% in place of paper/figure4, not drawn yet\n% needs ")
    assert citation.bibtex("4").startswith("% in place of paper/figure4, not drawn yet\n@misc{")
    assert citation.citation("quick/4").splitlines()[1] == ""


def test_a_figure_of_a_collection_is_cited_by_its_own_name_scale_and_trials():
    assert citation.drawn("4").name == "paper/figure4"
    assert citation.drawn("quick/fig4").name == "quick/figure4"
    quick = citation.figure_environment("quick/4")
    size = drawing.size("quick", ["quick/lenet"])
    assert f"Q{size[1:]}, pixels in [0, 1].}}" in quick
    for words in (
        "cp figures/quick/figure4.pdf quick-figure4.pdf",
        "{quick-figure4.pdf}",
        "{fig:quick-figure4}",
        r"\cite{lth-quick-figure4,",
    ):
        assert words in quick
    assert "Paper scale: 5 trials, images of unit length.}" in citation.figure_environment("4")
    assert rf"\caption[{{{title('figure4')}}}]{{Early-" in citation.figure_environment("4")
    assert "@misc{lth-quick-figure4," in citation.bibtex("quick/4")
    with pytest.raises(LthError, match=r"^unknown collection 'slow'; there are: paper, "):
        citation.drawn("slow/4")
    with pytest.raises(LthError, match=r"^quick/figure31 has not been drawn; no experiment of quick would make it$"):
        citation.drawn("quick/31")


def test_latex_and_bibtex_together_name_one_key(monkeypatch, capsys):
    row = {"figure": "figure4", "drawn from": "lenet", "not run": "", "command": "", "caption": "A caption.", "ours": ""}
    monkeypatch.setattr(citation, "index_of", lambda collection: pd.DataFrame([row]))
    monkeypatch.setattr(sys, "argv", ["lth", "cite", "4", "--bibtex", "--latex"])
    main()
    said = capsys.readouterr().out
    assert said == f"{citation.figure_environment('4')}\n\n{citation.bibtex('4')}\n"
    assert (
        said.index(r"\cite{lth-paper-figure4,frankle2019lottery}") < said.index("@misc{lth-paper-figure4,") < said.index("@inproceedings{")
    )
