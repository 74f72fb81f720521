"""Results are made from sources that are committed, so that a citation can name the commit; and which version a citation names."""

import re
import tomllib

import yaml

import lth
from lth import paths
from lth.reports.citation import software
from lth.results.files import read_sidecar
from lth.results.spent import commits


def test_no_result_was_made_from_sources_that_no_commit_has():
    files = sorted(paths.RESULTS.glob("*/*/provenance/*.json"))
    assert files
    assert not [str(file) for file in files if "with changes" in read_sidecar(file).get("commit", "")], (
        "commit sources before a stage is run"
    )


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
