"""The README's map: each claim with its figure, the command that makes its results, what that took, and the verdict."""

from collections.abc import Iterable

import pandas as pd

from lth import paths
from lth.claims.table import load_verdicts
from lth.claims.verdict import NOT_RUN, VERDICTS
from lth.errors import LthError
from lth.reports.pages import render
from lth.results.files import has_results
from lth.results.spent import cost

BEGIN, END = "<!-- map: written by `make figures` -->", "<!-- end of map -->"
NOTHING = "–"


def with_map(readme: str) -> str:
    """The text of a README with its map made anew. Raises LthError where the two marks between which it stands are not there."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise LthError(f"README.md lacks the lines `{BEGIN}` and `{END}`: restore it with git")
    return f"{before}{BEGIN}\n{readme_map()}{END}{after}"


def readme_map() -> str:
    """The map as Markdown, from results/claims.csv, claims-unit.csv and the provenance of the experiments it names."""
    rows = load_verdicts()
    claims = pd.DataFrame(rows)
    judged = claims[claims["verdict"] != NOT_RUN]
    return render(
        "claims_map.md.jinja",
        counted={kind: _counts(parts) for kind, parts in claims.groupby("kind", sort=True)},
        judged=len(judged),
        exploratory=(judged["evidence"] == "exploratory").sum(),
        by_chance=f"{0.05 * len(judged):.1f}",
        rows=[_row(parts) for _, parts in claims.groupby("id", sort=False)],
        machines=_machines(_experiments(claims)),
        both=_both(rows),
    )


def _counts(parts: pd.DataFrame) -> list[str]:
    """How many claims, or parts of them, have each verdict."""
    return [f"{(parts['verdict'] == verdict).sum()} {verdict}" for verdict in VERDICTS]


def _row(parts: pd.DataFrame) -> dict:
    """One claim, its parts together."""
    experiments = _experiments(parts)
    ours = [f"{part.ours} (n = {part.n})" if part.ours else NOTHING for part in parts.itertuples()]
    return {
        "title": parts["title"].iloc[0],
        "figures": [{"number": number, "file": _file(number)} for number in parts["figure"].unique()],
        "experiments": experiments,
        "commands": [command for command in parts["command"].unique() if command],
        "taken": _taken(experiments),
        "paper": _by_part(parts["part"], parts["paper"]),
        "ours": _by_part(parts["part"], ours),
        "verdict": _by_part(parts["part"], map(_verdict, parts["verdict"], parts["evidence"])),
    }


def _both(claims: list[dict]) -> list[dict]:
    """The claims that could be judged on Lenet with pixels in [0, 1] too, beside what they are with images of unit length."""
    length = {(row["id"], row["part"]): row for row in claims}
    return [
        {
            "title": f"{row['title']} ({row['part']})" if row["part"] else row["title"],
            "paper": row["paper"],
            "length": _judged(length[row["id"], row["part"]]),
            "unit": _judged(row),
        }
        for row in load_verdicts("claims_unit")
    ]


def _judged(row: dict) -> str:
    """Our estimate, and the verdict on it."""
    return f"{row['ours']}: {_verdict(row['verdict'], row['evidence'])}"


def _verdict(verdict: str, evidence: str) -> str:
    """A verdict, and whether it explores or confirms."""
    return f"{verdict} ({evidence})" if evidence else verdict


def _by_part(parts: Iterable[str], values: Iterable[str]) -> list[str]:
    """What all parts share, once; otherwise every value with the parts that have it."""
    having: dict[str, list[str]] = {}
    for part, value in zip(parts, values, strict=True):
        having.setdefault(value, []).append(part)
    return list(having) if len(having) == 1 else [f"{', '.join(names)}: {value}" for value, names in having.items()]


def _file(number: int) -> str:
    """A figure's picture from the root, where it is drawn at paper scale."""
    file = paths.FIGURES / "paper" / f"figure{number}.png"
    return str(file.relative_to(paths.ROOT)) if file.is_file() else ""


def _experiments(claims: pd.DataFrame) -> list[str]:
    """The experiments that some claims need, each once."""
    return list(dict.fromkeys(name for names in claims["experiment"] for name in names.split()))


def _taken(experiments: list[str]) -> str:
    """Time, memory and disk of those experiments that have run."""
    costs = [cost(f"paper/{name}") for name in experiments if has_results(f"paper/{name}")]
    if not costs:
        return ""
    minutes = sum(one.seconds for one in costs) / 60
    time = f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
    memory, disk = max(one.memory_mib for one in costs) / 1024, sum(one.disk_bytes for one in costs) / 2**20
    return f"{time}, {memory:.1f} GiB, {disk:.1f} MiB"


def _machines(experiments: list[str]) -> dict[str, list[str]]:
    """On what those experiments that have run were measured."""
    machines: dict[str, list[str]] = {}
    for name in experiments:
        if has_results(f"paper/{name}"):
            machines.setdefault("; ".join(sorted(cost(f"paper/{name}").hardware)), []).append(name)
    return machines
