"""Figure 10: resetting tickets before each round of training against training on, Conv-2, Conv-4 and Conv-6."""

from lth.plots.arms import BARS, CUT, EARLY, VALIDATION, Arm, compare
from lth.plots.figure import Figure
from lth.plots.lines import Drawn
from lth.plots.networks import CONV, LOOKS
from lth.results.tables import Tables
from lth.sentences import given

CONTINUED = tuple(f"{name}-continued" for name in CONV)
ARMS = [
    Arm(name + end, "ticket", f"{title}, {label}", colour, style, marker)
    for name, title in CONV.items()
    for colour, marker in [LOOKS[name]]
    for end, label, style in (("", "resetting", "-"), ("-continued", "continued", "--"))
]
APART = """
    {% set reset, continued = networks(name, "ticket", 12), networks(name ~ "-continued", "ticket", 12) %}
    At P_m {{ reset.P_m }} {{ network }}'s tickets found with resetting stop {{ reset.stop.over(continued.stop) }} than those of continued training ({{ reset.stop }},
    {{ continued.stop }}) and are {{ reset.validation.over(continued.validation) }} on the validation images ({{ reset.validation }}, {{ continued.validation }}).
"""


def draw(tables: Tables) -> Drawn:
    """Two panels against P_m."""
    return compare(tables, ARMS, VALIDATION)


FIGURE = Figure(
    experiments=dict.fromkeys((*CONV, *CONTINUED), ("ticket",)),
    one_of=CONTINUED,
    caption=(
        "Two ways to prune Conv-2, Conv-4 and Conv-6 iteratively: resetting the survivors to their initial weights before each round (solid), and "
        "training them on (dashed). At each P_m the network found is trained from its initial weights: early-stopping iteration and validation "
        f"accuracy there. {BARS}; {CUT} {EARLY}"
    ),
    finding="With resetting, tickets keep higher accuracy and stop earlier down to smaller sizes than with continued training.",
    ours=tuple(given(APART, name=name, network=title) for name, title in CONV.items()),
    draw=draw,
)
