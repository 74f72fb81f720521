"""Results are made from sources that are committed, so that a citation can name the commit; and which version a citation names."""

import re
import tomllib

import yaml

import lth
from lth import paths
from lth.reports.citation import software
from lth.results.files import read_sidecar
from lth.results.spent import commits

CHANGED = {
    "paper/lenet": {"noise-1-1", "noise-2-1", "noise-3-1", "noise-half-1", "resampled-1"},
    "paper/lenet-unit": {f"r{number:02}" for number in range(9)},
}
"""Stages that were run when sources differed from the commit that they name. Run again, a stage leaves this list; none joins it."""


def test_no_further_result_was_made_from_sources_that_no_commit_has():
    found: dict[str, set[str]] = {}
    for file in paths.RESULTS.glob("*/*/provenance/*.json"):
        if "with changes" in read_sidecar(file).get("commit", ""):
            found.setdefault(str(file.parents[1].relative_to(paths.RESULTS)), set()).add(file.stem)
    assert found == CHANGED, "commit sources before a stage is run; strike from CHANGED what was run again"


def test_commits_are_named_by_their_first_digits_most_stages_first():
    stages = [{"commit": "a" * 40}, {"commit": "b" * 40 + " with changes"}, {"commit": "b" * 40 + " with changes"}, {}]
    assert commits(stages) == {"b" * 12 + " with changes": 2, "a" * 12: 1}


def test_one_version_and_its_date():
    about = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text())
    dynamic = tomllib.loads((paths.ROOT / "pyproject.toml").read_text())["project"]["dynamic"]
    assert dynamic == ["version"], "flit reads it from the package"
    assert about["version"] == lth.__version__
    assert f"\n## {lth.__version__}, {about['date-released']}\n" in (paths.ROOT / "CHANGELOG.md").read_text()
    cited = software()
    assert f"version   = {{{lth.__version__}}}" in cited
    assert re.search(rf"year +=.*{about['date-released']:%Y}", cited)
