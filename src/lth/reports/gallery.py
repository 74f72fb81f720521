"""The gallery: every figure with what the paper found, what we found, and where the numbers come from, as one static page and as Markdown."""

import io
from dataclasses import dataclass

import pandas as pd

from lth import paths
from lth.claims.table import FILES, load_verdicts
from lth.claims.verdict import NOT_RUN, VERDICTS
from lth.figures import FIGURES, title
from lth.reports.citation import PAPER, provenance, software
from lth.reports.drawing import DRAWN, index_of
from lth.reports.found import opening
from lth.reports.pages import render
from lth.reports.verdicts import basis, claimed, counted, in_order, interval, marked
from lth.storage import read, sha256, summed

SCALES = {
    "paper": ("Paper scale", "The paper's networks at full length."),
    "quick": (
        "Quick scale",
        "The same figures from smaller networks, trained in minutes: they show that the pipeline works, and carry no verdict.",
    ),
    "desk": (
        "Desk scale",
        "Narrower networks at the paper's length, Resnet-18 at half of it, trained without a GPU: a first look, no verdict.",
    ),
    "beyond": ("Beyond the paper", "What readers asked next."),
}
SMALL = ("quick",)
"""Collections of which small pictures are shown, and no words: these stand beside the same figures of the paper's scale."""
LACKING = ("paper", "desk", "beyond")
"""Collections whose gaps are shown; those of the others are a choice."""
KINDS = ("pdf", "svg", "png", "csv")
REMEDY = "What each figure lacks, and the command that makes it. What is not planned, an arm or a round of it, needs a block in its experiment's params.yaml first."


@dataclass(frozen=True)
class Shown:
    """A figure as the gallery shows it."""

    name: str
    folder: str
    caption: str
    finding: str
    ours: str
    not_run: str
    not_planned: str
    experiments: list[str]
    claims: list[dict]
    """The claims that are judged on it, and what is found on each basis."""

    @property
    def label(self) -> str:
        return label(self.name)

    @property
    def title(self) -> str:
        return title(self.name)

    @property
    def networks(self) -> str:
        """How many networks its points stand for; nothing where they stand for none."""
        numbers = read(self._numbers, lambda content: pd.read_csv(io.BytesIO(content)), DRAWN, sha256=summed(self._numbers))
        if "n" not in numbers:
            return ""
        least, most = int(numbers["n"].min()), int(numbers["n"].max())
        return f"n = {least}" if least == most else f"n = {least} to {most}, by line; see the CSV"

    @property
    def sources(self) -> dict[str, dict[str, str]]:
        """Where the results of each experiment come from."""
        return {experiment: provenance(experiment) for experiment in self.experiments}

    @property
    def sha256(self) -> str:
        return sha256(self._numbers)

    @property
    def _numbers(self):
        return paths.FIGURES / self.folder / f"{self.name}.csv"


def page() -> str:
    """figures/index.html."""
    collections = _collections()
    drawn = {experiment: None for collection in collections for shown in collection["shown"] for experiment in shown.experiments}
    return render("gallery.html.jinja", collections=collections, software=software(drawn), paper=PAPER, **_shared())


def readme() -> str:
    """figures/README.md: the same, shorter, for a repository browser."""
    return render("gallery.md.jinja", collections=_collections(), **_shared())


def _shared() -> dict:
    """What both pages begin with and say in the same words."""
    claims = load_verdicts()
    return {
        **opening(claims),
        "counted": counted(claims),
        "verdicts": list(map(marked, VERDICTS)),
        "kinds": KINDS,
        "remedy": REMEDY,
    }


def label(name: str) -> str:
    """`figure4` -> Figure 4, `beyond_cost` -> Beyond the paper, `effects` -> Effects."""
    if name.startswith("figure"):
        return f"Figure {_number(name)}"
    return "Beyond the paper" if name.startswith("beyond_") else name.capitalize()


def listed(name: str) -> str:
    """`figure4` -> Figure 4, `beyond_cost` -> its title."""
    return title(name) if name.startswith("beyond_") else label(name)


def _collections() -> list[dict]:
    """The collections that have figures, what is shown of each, and what it lacks, where that is told."""
    found = []
    for folder, (name, about) in SCALES.items():
        index = index_of(folder)
        if index.empty:
            continue
        judged = load_verdicts(folder) if folder in FILES else load_verdicts().iloc[:0]
        shown = [_shown(folder, row, judged) for row in index[index["drawn from"] != ""].to_dict("records")]
        lacking = [
            {"name": listed(row["figure"]), "needs": row["not run"], "command": row["command"]}
            for row in index[index["not run"] != ""].to_dict("records")
        ]
        sources = {experiment: provenance(experiment) for one in shown for experiment in one.experiments} if folder in SMALL else {}
        about_it = {"folder": folder, "title": name, "about": about, "small": folder in SMALL, "sources": sources}
        found.append(about_it | {"shown": shown, "lacking": lacking if folder in LACKING else []})
    return found


def _shown(folder: str, row: dict, claims: pd.DataFrame) -> Shown:
    name = row["figure"]
    return Shown(
        name=name,
        folder=folder,
        caption=row["caption"],
        finding=FIGURES[name].finding,
        ours=row["ours"],
        not_run=row["not run"],
        not_planned=row["not planned"],
        experiments=[f"{folder}/{run}" for run in row["drawn from"].split()],
        claims=_judged(claims[claims["figure"] == (_number(name) if folder == "paper" else name)]),
    )


def _judged(claims: pd.DataFrame) -> list[dict]:
    """Each claim once, with its rows that have a verdict; where none has, with the first."""
    found = []
    for _, rows in claims.groupby(["id", "part"], sort=False):
        shown = in_order(rows.to_dict("records"))
        judged = [row for row in shown if row["verdict"] != NOT_RUN] or shown[:1]
        rows = [row | {"basis": basis(row), "interval": interval(row)} for row in judged]
        found.append(shown[0] | {"claimed": claimed(shown[0]), "rows": rows})
    return found


def _number(name: str) -> int:
    return int(name.removeprefix("figure")) if name.startswith("figure") else -1
