"""Effects: what every verdict rests on, each claim's mean effect and interval beside the paper's value."""

from lth.claims.basis import ALL, L2, SCALINGS, UNIT, bases
from lth.claims.judge import CLAIMS, CONFIRMATION, EXPLORATORY, judge_all
from lth.claims.verdict import NOT_RUN
from lth.plots.figure import Figure
from lth.plots.forest import Mark, Row, forest
from lth.plots.lines import Drawn
from lth.plots.style import COLOURS
from lth.results.tables import Tables

COLOUR = {L2: COLOURS["blue"], UNIT: COLOURS["red"], "": "0.25"}
MARKER = {EXPLORATORY: "o", CONFIRMATION: "D"}
COLUMNS = ["id", "part", "scaling", "trials", "unit", "effect", "low", "high", "no effect", "verdict", "evidence"]


def draw(tables: Tables) -> Drawn:
    """A line per claim that is judged, in panels by unit; claims that are not are named below."""
    claims = judge_all(tables)
    judged = claims[(claims["verdict"] != NOT_RUN) & (claims["trials"] != ALL)]
    panels: dict[str, list[Row]] = {}
    for claim in CLAIMS:
        rows = judged[(judged["id"] == claim.id) & (judged["part"] == claim.part)]
        if len(rows):
            label = f"{claim.title} ({claim.part})" if claim.part else claim.title
            row = Row(label, [_mark(row) for row in rows.to_dict("records")], rows["no effect"].iloc[0], claim.value, claim.within)
            panels.setdefault(claim.unit, []).append(row)
    absent = claims[~claims["id"].isin(judged["id"])].drop_duplicates(["title", "part"]).groupby("title", sort=False)["part"]
    unjudged = [f"{title} ({', '.join(parts)})" if all(parts) else title for title, parts in absent]
    key = {f"{words}, {evidence}": (COLOUR[scaling], marker) for evidence, marker in MARKER.items() for scaling, words in SCALINGS.items()}
    return Drawn(forest(panels, key, f"Not run: {'; '.join(unjudged)}." if unjudged else ""), judged[COLUMNS])


def _mark(row: dict) -> Mark:
    return Mark(row["effect"], row["low"], row["high"], row["verdict"], COLOUR[row["scaling"]], MARKER[row["evidence"]])


def _needs() -> dict[str, tuple[str, ...]]:
    """By experiment what claims need of it, on any basis."""
    found: dict[str, dict[str, None]] = {}
    for claim in CLAIMS:
        for basis in bases(claim.id, claim.needs):
            for name, needs in claim.needs.items():
                for experiment in basis.experiments(name):
                    found.setdefault(experiment, {}).update(dict.fromkeys(needs))
    return {name: tuple(needs) for name, needs in found.items()}


FIGURE = Figure(
    experiments=dict.fromkeys(_needs(), ("ticket",)),
    also={name: tuple(need for need in needs if need != "ticket") for name, needs in _needs().items()},
    required=("lenet", "lenet-unit"),
    few_rounds=True,
    names_absent=True,
    caption=(
        "The paper's claims: for each, the mean paired effect over trials and its 95% interval by Student's t, larger in the claimed direction, in "
        "the unit below its panel. Thin grey line: no effect. Thick black line and grey band: the paper's value and the tolerance, where the effect "
        "is of the same unit; where the paper names a P_m or a direction, the effect is the lead that decides the direction. Colours are ways to "
        "scale Lenet's images, which the paper does not say; grey are other networks. Hollow circles explore: these trials had been seen "
        "when the rules took their present form. Filled diamonds confirm, or do not. At the right the verdicts."
    ),
    finding="The paper gives values, of which it shows minimum and maximum, and no intervals.",
    draw=draw,
)
