"""The README's map: every claim with its figure, the command that makes its results, what that took, and the verdict."""

import pandas as pd

from lth import paths
from lth.claims.verdict import VERDICTS
from lth.costs import cost
from lth.errors import LthError
from lth.results import has_results

BEGIN, END = "<!-- map: written by `make figures` -->", "<!-- end of map -->"


def with_map(readme: str) -> str:
    """The text of a README with its map made anew. Raises LthError where the two marks between which it stands are not there."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise LthError(f"README.md lacks the lines `{BEGIN}` and `{END}`: restore it with git")
    return f"{before}{BEGIN}\n{readme_map()}\n{END}{after}"


def readme_map() -> str:
    """The map as Markdown, from results/claims.csv and the provenance of the experiments it names."""
    claims = pd.read_csv(paths.RESULTS / "claims.csv", keep_default_na=False)
    counts = ", ".join(f"{(claims['verdict'] == verdict).sum()} {verdict}" for verdict in VERDICTS)
    lines = [f"Of {len(claims)} claims: {counts}.", ""]
    lines += ["| claim | figure | command | time | memory | disk | paper | ours | verdict |", "|---|---|---|---|---|---|---|---|---|"]
    lines += [_row(claim) for claim in claims.to_dict("records")]
    return "\n".join(lines + _hardware(sorted({name for names in claims["experiment"] for name in names.split()})))


def _row(claim: dict) -> str:
    ours = f"{claim['ours']} (n = {claim['n']})" if claim["ours"] else "–"
    taken = _taken(claim["experiment"].split())
    cells = [claim["claim"], _figure(claim["figure"]), f"`{claim['command']}`", *taken, claim["paper"], ours, claim["verdict"]]
    return f"| {' | '.join(cells)} |"


def _figure(number: int) -> str:
    """A figure's number, a link to it where it is drawn at paper scale."""
    file = paths.FIGURES / "paper" / f"figure{number}.png"
    return f"[{number}]({file.relative_to(paths.ROOT)})" if file.is_file() else str(number)


def _taken(experiments: list[str]) -> tuple[str, str, str]:
    """Time, memory and disk of some experiments; nothing is known until all have run."""
    if not all(has_results(name) for name in experiments):
        return "–", "–", "–"
    costs = [cost(name) for name in experiments]
    minutes = sum(one.seconds for one in costs) / 60
    time = f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"
    return time, f"{max(one.memory_mib for one in costs) / 1024:.1f} GiB", f"{sum(one.disk_bytes for one in costs) / 2**20:.1f} MiB"


def _hardware(experiments: list[str]) -> list[str]:
    """On what the experiments that have run were measured."""
    machines: dict[str, list[str]] = {}
    for name in filter(has_results, experiments):
        machines.setdefault("; ".join(sorted(cost(name).hardware)), []).append(f"`{name}`")
    return [line for machine, names in machines.items() for line in ("", f"Measured on {machine}: {', '.join(names)}.")]
