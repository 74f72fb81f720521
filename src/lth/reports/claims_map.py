"""The README's map: each claim with its figure, the command that makes its results, what that took, and the verdict."""

from collections.abc import Iterable, Sequence

import pandas as pd

from lth import paths
from lth.claims.verdict import NOT_RUN, VERDICTS
from lth.errors import LthError
from lth.results.files import has_results
from lth.results.spent import cost

BEGIN, END = "<!-- map: written by `make figures` -->", "<!-- end of map -->"
HEAD = ("claim", "figure", "experiment", "command", "time, memory, disk", "paper", "ours", "verdict")
NOTHING = "–"


def with_map(readme: str) -> str:
    """The text of a README with its map made anew. Raises LthError where the two marks between which it stands are not there."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise LthError(f"README.md lacks the lines `{BEGIN}` and `{END}`: restore it with git")
    return f"{before}{BEGIN}\n{readme_map()}\n{END}{after}"


def readme_map() -> str:
    """The map as Markdown, from results/claims.csv, claims-unit.csv and the provenance of the experiments it names."""
    claims = pd.read_csv(paths.RESULTS / "claims.csv", keep_default_na=False)
    table = _table(HEAD, [_row(parts) for _, parts in claims.groupby("id", sort=False)])
    return "\n".join([_headline(claims), "", *table, *_hardware(_experiments(claims)), *_unit(claims)])


def _headline(claims: pd.DataFrame) -> str:
    """Verdicts counted, numbers and directions apart, and how far to trust them."""
    counted = []
    for kind, parts in claims.groupby("kind", sort=True):
        counts = ", ".join(f"{(parts['verdict'] == verdict).sum()} {verdict}" for verdict in VERDICTS)
        counted.append(f"Claims and parts of claims that name a {kind}: {counts}.")
    judged = claims[claims["verdict"] != NOT_RUN]
    exploratory = (judged["evidence"] == "exploratory").sum()
    trust = (
        f"Of {len(judged)} verdicts {exploratory} are exploratory: the rules took their present form when the runs behind them had been seen. "
        f"Intervals are at 95% and uncorrected: were there no effect anywhere, about {0.05 * len(judged):.1f} of them would exclude it all the same. "
        "Most of Lenet's lean on the same five dense networks."
    )
    return "\n".join([*counted, "", trust])


def _unit(claims: pd.DataFrame) -> list[str]:
    """The claims that could be judged on Lenet with pixels in [0, 1] too, beside what they are with images of unit length."""
    both = pd.read_csv(paths.RESULTS / "claims-unit.csv", keep_default_na=False).merge(claims, on=["id", "part"], suffixes=("", "_length"))
    if both.empty:
        return []
    head = ("claim", "paper", "images of unit length (`lenet`)", "pixels in [0, 1] (`lenet-unit`)")
    rows = [
        [
            f"{row.title} ({row.part})" if row.part else row.title,
            row.paper,
            f"{row.ours_length}: {row.verdict_length}",
            f"{row.ours}: {row.verdict}",
        ]
        for row in both.itertuples()
    ]
    words = "The paper does not say how it scales images. The claims that need tickets alone, judged by the same rule with both:"
    return ["", words, "", *_table(head, rows)]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def _row(parts: pd.DataFrame) -> list[str]:
    """The cells of one claim, its parts together."""
    experiments = _experiments(parts)
    ours = [f"{part.ours} (n = {part.n})" if part.ours else NOTHING for part in parts.itertuples()]
    return [
        parts["title"].iloc[0],
        ", ".join(_figure(number) for number in parts["figure"].unique()),
        ", ".join(experiments),
        "<br>".join(f"`{command}`" for command in parts["command"].unique() if command) or NOTHING,
        _taken(experiments),
        _by_part(parts["part"], parts["paper"]),
        _by_part(parts["part"], ours),
        _by_part(parts["part"], parts["verdict"]),
    ]


def _by_part(parts: Iterable[str], values: Iterable[str]) -> str:
    """What all parts share, once; otherwise every value with the parts that have it."""
    having: dict[str, list[str]] = {}
    for part, value in zip(parts, values, strict=True):
        having.setdefault(value, []).append(part)
    return next(iter(having)) if len(having) == 1 else "<br>".join(f"{', '.join(names)}: {value}" for value, names in having.items())


def _figure(number: int) -> str:
    """A figure's number, a link to it where it is drawn at paper scale."""
    file = paths.FIGURES / "paper" / f"figure{number}.png"
    return f"[{number}]({file.relative_to(paths.ROOT)})" if file.is_file() else str(number)


def _experiments(claims: pd.DataFrame) -> list[str]:
    """The experiments that some claims need, each once."""
    return list(dict.fromkeys(name for names in claims["experiment"] for name in names.split()))


def _taken(experiments: list[str]) -> str:
    """Time, memory and disk of those experiments that have run."""
    costs = [cost(f"paper/{name}") for name in experiments if has_results(f"paper/{name}")]
    if not costs:
        return NOTHING
    minutes = sum(one.seconds for one in costs) / 60
    time = f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
    memory, disk = max(one.memory_mib for one in costs) / 1024, sum(one.disk_bytes for one in costs) / 2**20
    return f"{time}, {memory:.1f} GiB, {disk:.1f} MiB"


def _hardware(experiments: list[str]) -> list[str]:
    """On what those experiments that have run were measured."""
    machines: dict[str, list[str]] = {}
    for name in experiments:
        if has_results(f"paper/{name}"):
            machines.setdefault("; ".join(sorted(cost(f"paper/{name}").hardware)), []).append(name)
    return [line for machine, names in machines.items() for line in ("", f"Measured on {machine}: {', '.join(names)}.")]
