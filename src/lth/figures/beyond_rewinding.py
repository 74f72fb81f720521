"""Beyond the paper: tickets rewound to an early iteration k instead of to their initial values."""

from lth.config import load_experiment
from lth.plots.arms import CUT, FINAL_TEST, Arm, draw_panel
from lth.plots.figure import Figure
from lth.plots.lines import Drawn, draw_legend, grid
from lth.plots.networks import DEEP
from lth.plots.sweep import WORDS, swept
from lth.results.tables import Tables
from lth.sentences import given

TITLES = DEEP | {"lenet-late": "Lenet"}
"""Networks, by their experiment of k = 0; Lenet at the rate that `lth.claims.lost` finds."""
REWOUND = {name: tuple(f"{name}-rewind{end}" for end in ("", "-100", "-500", "-1000", "-2000")) for name in TITLES}
"""Experiments, by that of k = 0; smaller networks have one k each."""
APART = """
    {% for name in rewound if name in tables %}
    {%- set round = 7 if base == "lenet-late" else 9 %}
    {%- set other, initial = networks(name, "ticket", round), networks(base, "ticket", round) %}
    {{- "At P_m " ~ initial.P_m ~ " tickets of " ~ network ~ " reset to their initial values end with " ~ initial.final ~ " test accuracy; " if loop.first }}
    {{- "rewound to iteration " ~ "{:,}".format(other.plan.training.rewind) ~ " they are " ~ other.final.over(initial.final) ~ " (" ~ other.final ~ ")" }}
    {{- "." if loop.last else ", " }}
    {%- endfor %}
"""


def draw(tables: Tables) -> Drawn:
    """A panel per network."""
    panels = {title: _arms(tables, name) for name, title in TITLES.items()}
    panels = {title: arms for title, arms in panels.items() if arms}
    figure, axes = grid(1, len(panels), height=3)
    ((panel, column),) = FINAL_TEST.items()
    lines = []
    for ax, (title, arms) in zip(axes[0], panels.items(), strict=True):
        lines += draw_panel(ax, tables, arms, panel, column, above=title, faint=True)
    draw_legend(figure, axes[0, 0], 6, "rewound to iteration")
    return Drawn.of(figure, lines)


def _arms(tables: Tables, name: str) -> list[Arm]:
    """The tickets of one network that have been run, by k, and the reinitialisations of those of k = 0."""
    iterations = {run: load_experiment(tables.names[run]).training.rewind for run in (name, *REWOUND[name]) if run in tables}
    values = {run: f"{iterations[run]:,}" for run in sorted(iterations, key=iterations.get)}
    reinit = Arm(name, "reinit", "reinit", "grey", ":", "x")
    return [*swept(tables, values), *filter(lambda arm: arm.present(tables), [reinit])]


FIGURE = Figure(
    experiments={name: ("ticket",) for base, rewound in REWOUND.items() for name in (base, *rewound)},
    one_of=tuple(name for rewound in REWOUND.values() for name in rewound),
    also=dict.fromkeys(TITLES, ("reinit",)),
    caption=(
        "Test accuracy at the last iteration of tickets whose weights are rewound, after each round of pruning, to their values at iteration k of "
        "the dense network's training; k = 0 resets them to their initial values, as in the paper. Lenet is trained at the first rate at which its "
        f"ticket is not ahead of its reinitialisations. {WORDS}; {CUT}"
    ),
    finding=(
        "The paper resets to the initial values alone, and at rate 0.1 finds no tickets of Resnet-18 and VGG-19. Frankle et al. (2019) find them by rewinding "
        "to an early iteration."
    ),
    ours=tuple(given(APART, base=name, network=title, rewound=REWOUND[name]) for name, title in TITLES.items()),
    draw=draw,
)
