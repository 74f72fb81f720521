"""The README's map: the verdicts counted, each claim with its figure and what we find on every basis, and the commands that make the results."""

from collections.abc import Iterable

import pandas as pd

from lth import paths
from lth.claims.basis import ALL, SCALINGS, TRIALS
from lth.claims.table import load_claims
from lth.claims.verdict import NOT_RUN, VERDICTS
from lth.errors import LthError
from lth.reports.pages import render
from lth.reports.verdicts import basis, disagreements, in_order, outcome, title
from lth.results.spent import cost

BEGIN, END = "<!-- map: written by `make figures` -->", "<!-- end of map -->"
NOTHING = "–"
KINDS = ("number", "direction")


def with_map(readme: str) -> str:
    """The text of a README with its map made anew. Raises LthError where the two marks between which it stands are not there."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise LthError(f"README.md lacks the lines `{BEGIN}` and `{END}`: restore it with git")
    return f"{before}{BEGIN}\n{readme_map()}{END}{after}"


def readme_map() -> str:
    """The map as Markdown, from results/claims.csv and the provenance of the experiments it names."""
    claims = load_claims()
    judged = claims[claims["verdict"] != NOT_RUN]
    about_lenet = claims["scaling"] != ""
    return render(
        "claims_map.md.jinja",
        effects=_picture("effects"),
        verdicts=VERDICTS,
        counted=_counted(claims),
        evidence=judged["evidence"].value_counts().sort_index().to_dict(),
        by_chance=f"{0.05 * len(judged):.1f}",
        scalings=SCALINGS,
        lenet=[_lenet(parts) for _, parts in claims[about_lenet].groupby(["id", "part"], sort=False)],
        disagreements=disagreements(claims),
        others=[_other(parts) for _, parts in claims[~about_lenet].groupby("id", sort=False)],
        makes=_makes(claims),
        machines=_machines(_experiments(claims)),
    )


def _counted(claims: pd.DataFrame) -> list[dict]:
    """By what they are judged on, how many claims or parts of them have each verdict: those that name a number, and those that name a direction."""
    found = []
    for trials in TRIALS:
        for scaling in (*SCALINGS, ""):
            rows = claims[(claims["scaling"] == scaling) & (claims["trials"] == trials)]
            if len(rows):
                counts = [[((rows["kind"] == kind) & (rows["verdict"] == verdict)).sum() for kind in KINDS] for verdict in VERDICTS]
                found.append({"on": f"Lenet, {basis(rows.iloc[0])}" if scaling else "other networks", "counts": counts})
    return found


def _lenet(parts: pd.DataFrame) -> dict:
    """One claim about Lenet, or one part of it, on both scalings."""
    first = parts.iloc[0]
    return {
        "title": title(first),
        "figure": _figure(first["figure"]),
        "paper": f"{first['paper']} ({first['tolerance']})" if first["tolerance"] != first["kind"] else first["paper"],
        "found": [
            [f"{TRIALS[row['trials']]}: {outcome(row)}" for row in in_order(parts[parts["scaling"] == scaling])] or [NOTHING]
            for scaling in SCALINGS
        ],
    }


def _other(parts: pd.DataFrame) -> dict:
    """One claim about another network, its parts together."""
    return {
        "title": parts["title"].iloc[0],
        "figures": [_figure(number) for number in parts["figure"].unique()],
        "paper": _by_part(parts["part"], parts["paper"]),
        "ours": _by_part(parts["part"], map(outcome, parts.to_dict("records"))),
        "desk": _by_part(parts["part"], parts["desk"].replace("", NOTHING)),
    }


def _makes(claims: pd.DataFrame) -> list[dict]:
    """The commands that make what claims are judged on, each once, and what they took."""
    alone = claims[(claims["trials"] != ALL) & (claims["command"] != "")].drop_duplicates("command")
    return [
        {"experiments": row["experiment"].split(), "command": row["command"], "taken": _taken(row["experiment"].split()) or NOTHING}
        for row in alone.to_dict("records")
    ]


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


def _taken(experiments: list[str]) -> str:
    """Time, memory and disk of those experiments of which anything has run."""
    costs = [one for name in experiments if (one := cost(f"paper/{name}")).stages]
    if not costs:
        return ""
    minutes = sum(one.seconds for one in costs) / 60
    time = f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
    memory, disk = max(one.memory_mib for one in costs) / 1024, sum(one.disk_bytes for one in costs) / 2**20
    return f"{time}, {memory:.1f} GiB, {disk:.1f} MiB"


def _machines(experiments: list[str]) -> dict[str, list[str]]:
    """On what those experiments of which anything has run were measured."""
    machines: dict[str, list[str]] = {}
    for name in experiments:
        if (taken := cost(f"paper/{name}")).stages:
            machines.setdefault("; ".join(sorted(taken.hardware)), []).append(name)
    return machines
