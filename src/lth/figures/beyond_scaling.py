"""Beyond the paper: images of unit length against pixels in [0, 1]."""

from lth.claims.basis import L2, SCALINGS, UNIT
from lth.plots.arms import BARS, CUT, EARLY, TEST, Arm, compare
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.results.tables import Tables
from lth.sentences import given

LOOKS = {"lenet-fresh": (SCALINGS[L2], "blue", "o"), "lenet-unit-fresh": (SCALINGS[UNIT], "red", "s")}
ARMS = [
    Arm(name, arm, scaling + suffix, colour, style, marker)
    for name, (scaling, colour, marker) in LOOKS.items()
    for arm, suffix, style in (("ticket", "", "-"), ("reinit", ", reinit", "--"))
]
HOLDS = """
    {% set stop, accuracy = lead(name, "stop"), lead(name, "accuracy") %}
    On {{ scaling }} tickets stop not measurably later than their dense networks {{ "down to P_m " ~ stop.holds_to if stop.holds_to else "at no P_m" }} and are
    not measurably less accurate {{ "down to P_m " ~ accuracy.holds_to if accuracy.holds_to else "at no P_m" }}; their largest lead in accuracy is
    {{ accuracy.largest.signed }}, at P_m {{ accuracy.largest_at }}.
"""


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m."""
    return compare(tables, ARMS, TEST, legend_columns=2)


FIGURE = Figure(
    experiments=dict.fromkeys(LOOKS, ("ticket",)),
    required=tuple(LOOKS),
    also=dict.fromkeys(LOOKS, ("reinit",)),
    few_rounds=True,
    caption=(
        "Lenet on images of unit length and on pixels in [0, 1]: early-stopping iteration and test accuracy there of winning tickets (solid) and of random "
        "reinitialisations of their structures (dashed). Fresh trials, which have the same initial weights and the same order of images on both. "
        f"{BARS}; {CUT} {EARLY}"
    ),
    finding="The paper does not say how it scales images, and compares no ways to.",
    ours=(
        """
        {% for round in (0, 7, 15) %}
        {%- set length, pixels = networks("lenet-fresh", "ticket", round), networks("lenet-unit-fresh", "ticket", round) %}
        {{- "On pixels in [0, 1] dense networks" if loop.first else "tickets of P_m " ~ pixels.P_m }} stop {{ pixels.stop.over(length.stop) }}
        {{- " than on images of unit length" if loop.first }} ({{ pixels.stop }} against {{ length.stop }}) and are
        {{ pixels.accuracy.over(length.accuracy) }} ({{ pixels.accuracy }} against {{ length.accuracy }})
        {{- "." if loop.last else "; " }}
        {%- endfor %}
        """,
        *(given(HOLDS, name=name, scaling=scaling) for name, (scaling, _, _) in LOOKS.items()),
        """
        {% set length, length_reinit = networks("lenet-fresh", "ticket", 7), networks("lenet-fresh", "reinit", 7) %}
        {% set pixels, pixels_reinit = networks("lenet-unit-fresh", "ticket", 7), networks("lenet-unit-fresh", "reinit", 7) %}
        At P_m {{ length.P_m }} reinitialised tickets take {{ length_reinit.stop.times(length.stop) }} times as long to their early stop as tickets on images of
        unit length, and {{ pixels_reinit.stop.times(pixels.stop) }} times as long on pixels in [0, 1].
        """,
    ),
    draw=draw,
)
