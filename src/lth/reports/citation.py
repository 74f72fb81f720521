"""What to write beside a figure of this repository: its caption, where its numbers come from, and how to cite it."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from lth import paths
from lth.config import COLLECTIONS
from lth.config.grammar import parse_yaml
from lth.errors import LthError
from lth.figures import title
from lth.reports import latex
from lth.reports.drawing import DRAWN, LACKS, collection_and_figure, index_of, not_drawn
from lth.results.spent import commits, cost, sidecars
from lth.results.tables import EXTRA, command
from lth.storage import read, sha256, summed

PAPER = """\
@inproceedings{frankle2019lottery,
  title     = {The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks},
  author    = {Frankle, Jonathan and Carbin, Michael},
  booktitle = {International Conference on Learning Representations},
  year      = {2019}
}"""

MOST = 8
"""Commits that are named; the sidecars in results/ have all."""


@dataclass(frozen=True)
class Cited:
    """A figure that has been drawn."""

    collection: str
    row: dict
    """What its collection's index says of it."""
    instead_of: tuple[str, ...] = ()
    """The same figure of collections that come first, where it has not been drawn."""

    @property
    def name(self) -> str:
        """`paper/figure4`."""
        return f"{self.collection}/{self.row['figure']}"

    @property
    def experiments(self) -> list[str]:
        """Those that it is drawn from."""
        return [f"{self.collection}/{run}" for run in self.row["drawn from"].split()]

    @property
    def why(self) -> list[str]:
        """A line on why this figure is cited and no other, where that needs one."""
        return [f"in place of {' and '.join(self.instead_of)}, not drawn yet"] if self.instead_of else []

    @property
    def remarks(self) -> list[str]:
        """The same as comments of LaTeX, which BibTeX passes over too."""
        return [f"% {line}" for line in self.why]


def citation(word: str) -> str:
    """The text of `lth cite`. word: as for `drawn`."""
    cited = drawn(word)
    numbers = paths.FIGURES / f"{cited.name}.csv"
    digest = read(numbers, lambda content: hashlib.sha256(content).hexdigest(), DRAWN, sha256=summed(numbers))
    lines = [cited.name, *cited.why, "", cited.row["caption"]]
    if cited.row["ours"]:
        lines += ["", f"Ours: {cited.row['ours']}"]
    lines += ["", "Provenance"]
    lines += [f"  numbers        {paths.shown(numbers)}, sha256 {digest}"]
    for experiment in cited.experiments:
        lines += [f"  {experiment}", *(f"    {key:<12} {value}" for key, value in provenance(experiment).items())]
    lines += [f"  {lack:<14} {cited.row[lack]}" for lack in LACKS if cited.row[lack]]
    return "\n".join([*lines, "", _entries(cited)])


def bibtex(word: str) -> str:
    """This repository and the paper as BibTeX, with the commits that a figure's results were made at: `lth cite --bibtex`. word: as for `drawn`."""
    cited = drawn(word)
    return "\n".join([*cited.remarks, _entries(cited)])


def _entries(cited: Cited) -> str:
    return f"{software(cited.experiments, latex.key(cited.name))}\n\n{PAPER}"


def figure_environment(word: str) -> str:
    """The text of `lth cite --latex`. word: as for `drawn`."""
    cited = drawn(word)
    return "\n".join([*cited.remarks, latex.figure(cited.name, title(cited.row["figure"]), cited.row["caption"])])


def drawn(word: str) -> Cited:
    """The figure that a word names: `4` or `figure4`, of the first collection that has drawn it; `quick/4`, of that one.

    Raises LthError where there is no such figure or collection, and where it has not been drawn.
    """
    collection, figure = collection_and_figure(word)
    lacking = []
    for place in [collection] if collection else COLLECTIONS:
        for row in index_of(place).to_dict("records"):
            if row["figure"] == figure and row["drawn from"]:
                return Cited(place, row, tuple(lacking))
            if row["figure"] == figure:
                lacking.append(f"{place}/{figure}")
    raise LthError(not_drawn(figure, collection))


def provenance(experiment: str) -> dict[str, str]:
    """Where an experiment's results come from: hashes of its params and results; hardware, versions, and hours and memory of its stages."""
    params = {"params": f"pipelines/{experiment}/params.yaml, sha256 {sha256(paths.PIPELINES / experiment / 'params.yaml')}"}
    made = [table for table in EXTRA if (paths.RESULTS / experiment / f"{table}.parquet").is_file()]
    again = {"command": command({experiment: made})}
    stages = sidecars(experiment)
    if not stages:
        return params | {"results": "none, it has not been run"} | again
    taken = cost(experiment)
    content = hashlib.sha256()
    files = sorted(file for kind in ("runs/*", "*.parquet") for file in (paths.RESULTS / experiment).glob(kind))
    for file in files:
        content.update(file.read_bytes())
    versions = {f"{name} {version}" for about in stages for name, version in about["versions"].items()}
    known = {
        "commits": _first([f"{commit} ({number} stage{'s' * (number > 1)})" for commit, number in commits(stages).items()]),
        "results": f"results/{experiment}, runs/* and *.parquet in this order, sha256 {content.hexdigest()}",
        "hardware": "; ".join(sorted(taken.hardware)),
        "versions": ", ".join(sorted(versions)),
        "wall time": f"{taken.seconds / 3600:.2f} hours in {taken.stages} stages",
        "memory": f"at most {taken.memory_mib:,} MiB",
    }
    return params | known | again


def software(experiments: Iterable[str] = (), key: str = "lth") -> str:
    """This repository as BibTeX, from CITATION.cff; year and address from git where the file has none.

    experiments: those whose results are cited, `paper/lenet`, named by the commits that made them; of none, the commit that is checked out.
    key: the entry's, which a document cites.
    """
    made = commits(stage for experiment in experiments for stage in sidecars(experiment))
    fields = read(paths.ROOT / "CITATION.cff", _fields)
    commit, _, date = (paths.git("show", "--no-patch", "--format=%H %cs", "HEAD") or "").partition(" ")
    fields["year"] = fields["year"] or date[:4]
    fields["url"] = fields["url"] or _address()
    fields["note"] = f"results made at {_first(list(made))}" if made else f"commit {commit}" if commit else ""
    inside = ",\n".join(f"  {name:<9} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{key},\n{inside}\n}}"


def _first(made: list[str]) -> str:
    """The commits at which most stages were made, and how many more there are."""
    return ", ".join(made[:MOST]) + (f" and {len(made) - MOST} more" if len(made) > MOST else "")


def _fields(content: bytes) -> dict[str, str]:
    """What CITATION.cff says, by BibTeX's names."""
    about = parse_yaml(content)
    authors = [
        f"{{{author['name']}}}" if "name" in author else f"{author['family-names']}, {author['given-names']}" for author in about["authors"]
    ]
    return {
        "title": about["title"],
        "author": " and ".join(authors),
        "version": str(about.get("version", "")),
        "date": str(about.get("date-released", "")),
        "year": str(about.get("date-released", ""))[:4],
        "url": about.get("url") or about.get("repository-code", ""),
        "doi": about.get("doi", ""),
    }


def _address() -> str:
    """Where this clone came from; nothing where that is no page that a reader can open."""
    origin = paths.git("remote", "get-url", "origin") or ""
    return origin.removesuffix(".git") if origin.startswith("https://") and "@" not in origin else ""
