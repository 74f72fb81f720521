"""The gallery as committed: whole, linked, readable in a real browser on a wide and a narrow window; and what `lth cite` says."""

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pandas as pd
import pytest

from lth import paths
from lth.claims.table import COLUMNS, SOURCES
from lth.config import COLLECTIONS
from lth.errors import LthError
from lth.figures import title
from lth.reports import drawing, gallery
from lth.reports.citation import citation, drawn, software
from lth.reports.drawing import index_of
from lth.reports.gallery import page, readme
from lth.reports.latex import key
from lth.reports.pages import notation

BROWSER = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
CHECKS = """
<script>addEventListener("load", () => {
  document.querySelectorAll("details").forEach(part => part.open = true);
  const broken = [...document.images].filter(image => !image.naturalWidth).map(image => image.src);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  parent.postMessage(JSON.stringify({images: document.images.length, broken, wide, width: innerWidth}), "*");
});</script>
"""
FRAME = """
<!doctype html><title>waiting</title><link rel="icon" href="data:,">
<script>addEventListener("message", event => document.title = event.data);</script>
<iframe src="{page}" style="border: 0; width: {width}px; height: 900px"></iframe>
"""
"""Shows a page as wide as asked; a browser's own window has a least width."""


class Links(HTMLParser):
    """All that a page refers to, its ids, and its pictures' texts."""

    def __init__(self, text: str):
        super().__init__()
        self.links, self.ids, self.texts = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.links += [values[key] for key in ("href", "src") if key in values]
        self.ids += [values["id"]] if "id" in values else []
        self.texts += [values.get("alt")] if tag == "img" else []


@pytest.fixture(scope="module")
def html() -> str:
    return (paths.FIGURES / "index.html").read_text()


def test_the_committed_gallery_is_what_the_results_give(html):
    assert html == page()
    assert (paths.FIGURES / "README.md").read_text() == readme()


def test_every_link_leads_somewhere(html):
    found = Links(html)
    assert len(found.ids) == len(set(found.ids))
    assert found.texts
    assert all(found.texts), "every picture has a text"
    for link in found.links:
        if link.startswith("#"):
            assert link[1:] in found.ids
        elif not link.startswith("data:"):
            assert "://" not in link, "nothing from the network"
            assert (paths.FIGURES / link).is_file(), link
    text = readme()
    found = Links(text)
    for link in re.findall(r"\]\(([^)]+)\)", text) + found.links:
        file, _, anchor = link.partition("#")
        assert (paths.FIGURES / file).is_file() or anchor in [*found.ids, "figures"], link


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("width", [1400, 390])
def test_a_browser_shows_it_whole(html, width, tmp_path):
    copy = tmp_path / "index.html"
    copy.write_text(html.replace("<head>", f'<head><base href="{paths.FIGURES.as_uri()}/">{CHECKS}'))
    frame = tmp_path / "frame.html"
    frame.write_text(FRAME.format(page=copy.as_uri(), width=width))
    words = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", f"--user-data-dir={tmp_path / 'profile'}"]
    words += ["--window-size=1500,1000", "--virtual-time-budget=20000", "--dump-dom", frame.as_uri()]
    shown = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    title = re.search(r"<title>(\{.*?\})</title>", shown.stdout).group(1)
    found = json.loads(title)
    assert found == {"images": html.count("<img "), "broken": [], "wide": 0, "width": width}, "all is loaded, nothing overflows to the side"
    assert "CONSOLE" not in shown.stderr


def test_what_has_not_been_run_beyond_the_paper_is_listed_by_its_title(html):
    index = index_of("beyond")
    lacking = index.loc[index["not run"] != "", "figure"]
    assert len(lacking)
    for name in lacking:
        assert f"\n- **{title(name)}** " in readme()
        assert f"<li><b>{notation(title(name))}</b> " in html


def test_the_command_beside_a_figure_cites_that_figure(html):
    index = index_of("desk")
    for name in index.loc[index["drawn from"] != "", "figure"]:
        assert f"<code>lth cite desk/{name}</code>" in html


def test_every_drawn_figure_can_be_cited():
    for collection in COLLECTIONS:
        index = index_of(collection)
        for figure in index[index["drawn from"] != ""]["figure"]:
            name = f"{collection}/{figure}"
            cited, text = drawn(name), citation(name)
            assert cited.name == name
            assert cited.row["caption"] in text
            assert cited.row["ours"] in text
            assert "sha256" in text
            assert software(cited.experiments, key(name)) in text
            assert "results made at " in text
    assert drawn("figure3").collection == "paper", "at paper scale where it is drawn there"
    assert citation("fig3") == citation("figure3") == citation("3")
    with pytest.raises(LthError, match="there is no figure 'figure99'; there are: effects, figure1"):
        citation("figure99")


def test_what_is_said_is_escaped(root, monkeypatch):
    monkeypatch.setattr(drawing, "in_index", lambda collection: ["figure1", "figure4"])
    folder = paths.FIGURES / "paper"
    folder.mkdir(parents=True)
    row = {"figure": "figure4", "drawn from": "", "not run": "a<b>", "command": "x && y", "not planned": "", "caption": "c", "ours": ""}
    shown = {
        **row,
        "figure": "figure1",
        "drawn from": "lenet<i>",
        "not run": "",
        "not planned": "d<e>",
        "caption": 'P_m "<1>"',
        "ours": "<2>",
    }
    pd.DataFrame([shown, row]).to_csv(folder / "index.csv", index=False)
    (folder / "figure1.csv").write_text("n\n1\n5\n")
    claim = dict.fromkeys(sorted(COLUMNS), "<3>") | {
        "figure": 1,
        "n": 4,
        "verdict": "reproduced",
        "effect": 500,
        "low": -0.25,
        "high": 1234.5,
        "no effect": 0,
        "scaling": "",
        "trials": "first",
        "needs": ["conv2"],
    }
    row = {"title": "<6>", "cells": [("<7>", "<8>")], "paper": "<9>"}
    began = {"two_scalings": "<1>", "findings": [("<4>", "<5>")], "evidence": [row], "scalings": ["<5>"]}
    monkeypatch.setattr(gallery, "opening", lambda claims: began)
    for claims in ([claim], []):
        monkeypatch.setitem(SOURCES["paper"], "claims", claims)
        paths.RESULTS.mkdir(exist_ok=True)
        pd.DataFrame(claims, columns=list(claim)).to_csv(paths.RESULTS / "claims.csv", index=False)
        write_sources(root, "lenet<i>")
        text = page()
        assert not re.search(r"<\d>|<b>a<|lenet<i>", text)
        for words in (
            "a&lt;b&gt;",
            "x &amp;&amp; y",
            "<i>P</i><sub>m</sub> &#34;&lt;1&gt;&#34;",
            "paper/lenet&lt;i&gt;",
            "n = 1 to 5, by line",
        ):
            assert words in text
        assert "<b>&lt;4&gt;</b> &lt;5&gt;" in text
        assert (
            ("&lt;3&gt;" in text) == ("<b>✓ reproduced</b>" in text) == ("&lt;3&gt;: −0.25 to 1,234.50 &lt;3&gt;" in text) == bool(claims)
        )
        assert ("&lt;2&gt;" in text) == (not claims), "a claim speaks where there is one"


def write_sources(root, experiment: str):
    """What provenance is read from, of an experiment that has not been run; and CITATION.cff."""
    folder = paths.PIPELINES / "paper" / experiment
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "params.yaml").write_text("")
    (root / "CITATION.cff").write_text("title: t\nauthors: [{name: a}]\n")
