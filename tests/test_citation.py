"""What `lth cite` writes is what LaTeX and BibTeX read."""

import re
import shutil
import subprocess
import sys

import pandas as pd
import pytest

from lth import paths
from lth.cli import main
from lth.errors import LthError
from lth.figures import FIGURES
from lth.reports import citation, latex


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
    folder = paths.FIGURES / "paper"
    there = [name for name in FIGURES if (folder / f"{name}.pdf").is_file()]
    assert there
    for name in there:
        shutil.copy(folder / f"{name}.pdf", tmp_path)
    figures = "\n".join(latex.figure(name, "figures/paper", FIGURES[name].caption) + "\n\\clearpage" for name in there)
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\n\\usepackage{graphicx}\n\\begin{document}\n\\cite{lth}\n"
        + "\n".join(re.findall(r"^% to cite it: (\\cite\{.+\})", figures, re.MULTILINE))
        + figures
        + "\n\\bibliographystyle{plain}\\bibliography{refs}\n\\end{document}\n"
    )
    entries = [citation.software(), *(citation.software(key=latex.key(name)) for name in there), citation.PAPER]
    (tmp_path / "refs.bib").write_text("\n\n".join(entries))
    typeset = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper"]
    for command in (typeset, ["bibtex", "paper"], typeset, typeset):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
        assert done.returncode == 0, done.stdout[-2000:]
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
        ({"not planned": "vgg19 (ticket)"}, r"is not planned: vgg19 \(ticket\); no experiment here would make it"),
    ],
)
def test_a_figure_that_has_not_been_drawn_says_what_it_lacks(monkeypatch, lacks, said):
    row = {"figure": "figure7", "drawn from": "", "not run": "", "not planned": "", "command": ""} | lacks
    monkeypatch.setattr(citation, "index_of", lambda collection: pd.DataFrame([row]))
    with pytest.raises(LthError, match=f"^figure7 has not been drawn, what it needs {said}"):
        citation.citation("7")


def test_latex_and_bibtex_together_name_one_key(monkeypatch, capsys):
    row = {"figure": "figure4", "drawn from": "lenet", "not run": "", "command": "", "caption": "A caption.", "ours": ""}
    monkeypatch.setattr(citation, "index_of", lambda collection: pd.DataFrame([row]))
    monkeypatch.setattr(sys, "argv", ["lth", "cite", "4", "--bibtex", "--latex"])
    main()
    said = capsys.readouterr().out
    assert said == f"{citation.figure_environment('4')}\n\n{citation.bibtex('4')}\n"
    assert said.index(r"\cite{lth-figure4,frankle2019lottery}") < said.index("@software{lth-figure4,") < said.index("@inproceedings{")
