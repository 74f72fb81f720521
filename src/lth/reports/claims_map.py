"""What README generates: what was found and what has run; and each claim with its verdict on every basis, and the commands that make the results."""

from collections.abc import Iterable

import pandas as pd

from lth import paths
from lth.claims.basis import FIRST, SCALINGS, TRIALS
from lth.claims.table import load_verdicts
from lth.claims.verdict import NOT_RUN, VERDICTS
from lth.config import COLLECTIONS, experiment_names
from lth.errors import LthError
from lth.reports.found import has_run, opening, scope
from lth.reports.pages import render
from lth.reports.verdicts import claimed, counted, disagreements, in_order, marked, outcome, title
from lth.results.spent import cost

BEGIN, END = "<!-- map: written by `make figures` -->", "<!-- end of map -->"
BEGIN_FOUND, END_FOUND = "<!-- found: written by `make figures` -->", "<!-- end of found -->"
NOTHING = "–"


def with_tables(readme: str) -> str:
    """The text of a README with what was found and its map made anew. Raises LthError where the marks between which they stand are not there."""
    return _between(_between(readme, BEGIN, END, readme_map()), BEGIN_FOUND, END_FOUND, readme_found())


def _between(text: str, begin: str, end: str, made: str) -> str:
    before, marked_begin, rest = text.partition(begin)
    _, marked_end, after = rest.partition(end)
    if not (marked_begin and marked_end):
        raise LthError(f"README.md lacks the lines `{begin}` and `{end}`: restore it with git")
    return f"{before}{begin}\n{made}{end}{after}"


def readme_found() -> str:
    """What was found, in sentences and in one picture, and what that rests on, as Markdown."""
    claims = load_verdicts()
    table, devices = has_run()
    collections = [collection for collection in COLLECTIONS if experiment_names(collection)]
    found = {"scope": scope(claims), "devices": devices, "effects": _picture("effects"), "collections": collections, "run": table}
    return render("found.md.jinja", **opening(claims), **found)


def readme_map() -> str:
    """The map as Markdown, from results/claims.csv and the provenance of the experiments it names."""
    claims = load_verdicts()
    judged = claims[claims["verdict"] != NOT_RUN]
    about_lenet = claims["scaling"] != ""
    return render(
        "claims_map.md.jinja",
        verdicts=list(map(marked, VERDICTS)),
        counted=counted(claims),
        evidence=judged["evidence"].value_counts().sort_index().to_dict(),
        by_chance=f"{0.05 * len(judged):.1f}",
        scalings=SCALINGS,
        lenet=[_lenet(parts) for _, parts in claims[about_lenet].groupby(["id", "part"], sort=False)],
        disagreements=disagreements(claims),
        others=[_other(parts) for _, parts in claims[~about_lenet].groupby("id", sort=False)],
        makes=_makes(claims),
        machines=_machines(_experiments(claims)),
    )


def _lenet(parts: pd.DataFrame) -> dict:
    """One claim about Lenet, or one part of it, on both scalings."""
    first = parts.iloc[0]
    return {
        "title": title(first),
        "figure": _figure(first["figure"]),
        "paper": claimed(first),
        "found": [_found(in_order(parts[parts["scaling"] == scaling].to_dict("records"))) for scaling in SCALINGS],
    }


def _found(rows: list[dict]) -> list[str]:
    """A line per verdict on a claim about Lenet, of one scaling; one that says so where there is none. The first trials go without saying."""
    judged = [row for row in rows if row["verdict"] != NOT_RUN]
    return [outcome(row) + ("" if row["trials"] == FIRST else f", {TRIALS[row['trials']]}") for row in judged] or [marked(NOT_RUN)]


def _other(parts: pd.DataFrame) -> dict:
    """One claim about another network, its parts together."""
    return {
        "title": parts["title"].iloc[0],
        "figures": [_figure(number) for number in parts["figure"].unique()],
        "paper": _by_part(parts["part"], map(claimed, parts.to_dict("records"))),
        "ours": _by_part(
            parts["part"], [marked(NOT_RUN) if row["verdict"] == NOT_RUN else outcome(row) for row in parts.to_dict("records")]
        ),
        "desk": _by_part(parts["part"], parts["desk"].replace("", NOTHING)),
    }


def _makes(claims: pd.DataFrame) -> list[dict]:
    """By experiment that claims are judged on, the command that makes its results, and what it took."""
    targets = list(dict.fromkeys(target for command in claims["command"] for target in command.split()))
    makes = []
    for name in _experiments(claims[claims["command"] != ""]):
        own = [target for target in targets if target.endswith((f"/{name}/dvc.yaml", f"@paper-{name}"))]
        assert own, f"no claim has a command for {name}"
        makes.append({"experiment": name, "command": f"dvc repro {' '.join(own)}", "taken": _taken(name) or NOTHING})
    return makes


def _by_part(parts: Iterable[str], values: Iterable[str]) -> list[str]:
    """What all parts share, once; otherwise every value with the parts that have it."""
    having: dict[str, list[str]] = {}
    for part, value in zip(parts, values, strict=True):
        having.setdefault(value, []).append(part)
    return list(having) if len(having) == 1 else [f"{', '.join(names)}: {value}" for value, names in having.items()]


def _figure(number: int) -> dict:
    """A figure of the paper, and its picture."""
    return {"number": number, "file": _picture(f"figure{number}")}


def _picture(name: str) -> str:
    """A figure's picture from the root, where it is drawn at paper scale."""
    file = paths.FIGURES / "paper" / f"{name}.png"
    return str(file.relative_to(paths.ROOT)) if file.is_file() else ""


def _experiments(claims: pd.DataFrame) -> list[str]:
    """The experiments that some claims need, each once."""
    return list(dict.fromkeys(name for names in claims["experiment"] for name in names.split()))


def _taken(experiment: str) -> str:
    """Time, memory and disk of an experiment, if anything of it has run."""
    taken = cost(f"paper/{experiment}")
    if not taken.stages:
        return ""
    minutes = taken.seconds / 60
    time = f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
    return f"{time}, {taken.memory_mib / 1024:.1f} GiB, {taken.disk_bytes / 2**20:.1f} MiB"


def _machines(experiments: list[str]) -> dict[str, list[str]]:
    """On what those experiments of which anything has run were measured."""
    machines: dict[str, list[str]] = {}
    for name in experiments:
        if (taken := cost(f"paper/{name}")).stages:
            machines.setdefault("; ".join(sorted(taken.hardware)), []).append(name)
    return machines
