"""Figure 4: Lenet's early stop and its accuracy there and at the end: tickets and reinitialisations, pruned iteratively and at once."""

from lth.plots.arms import BARS, CUT, EARLY, FINAL_TEST, TEST, TRAIN, Arm, draw_panel, limit, reinit, ticket
from lth.plots.figure import Figure
from lth.plots.lines import Drawn, draw_legend, grid, label_column, plot
from lth.results.tables import Tables

PANELS = TEST | TRAIN | FINAL_TEST
ITERATIVE = [ticket(label="winning ticket, iterative"), reinit(label="random reinit, iterative")]
ONE_SHOT = [
    Arm("lenet-oneshot", "ticket", "winning ticket, one-shot", "green", "-.", "^"),
    Arm("lenet-oneshot", "reinit", "random reinit, one-shot", "red", ":", "v"),
]


def draw(tables: Tables) -> Drawn:
    """Four panels against P_m on a log axis, and two of one-shot pruning on a linear one."""
    one_shot = "lenet-oneshot" in tables
    figure, axes = grid(3 if one_shot else 2, 2, height=7.4 if one_shot else 5)
    lines = [
        line for ax, panel in zip(axes.flat, PANELS.items(), strict=False) for line in draw_panel(ax, tables, ITERATIVE + ONE_SHOT, *panel)
    ]
    if one_shot:
        for ax, (title, column) in zip(axes[2], TEST.items(), strict=True):
            present = [arm for arm in ONE_SHOT if arm.present(tables)]
            networks = [arm.rows(tables) for arm in present]
            panel = [arm.line(f"one-shot, {title}", rows, column) for arm, rows in zip(present, networks, strict=True)]
            limit(label_column(plot(ax, panel), title, column), panel, networks, column)
            ax.set(title="one-shot", xlabel="weights remaining $P_m$ (%), linear axis", xlim=(103, -3))
            lines += panel
    draw_legend(figure, axes[0, 0], 2)
    return Drawn.of(figure, lines)


FIGURE = Figure(
    experiments={"lenet": ("ticket", "reinit"), "lenet-oneshot": ("ticket",)},
    required=("lenet",),
    also={"lenet-oneshot": ("reinit",)},
    caption=(
        "Early-stopping iteration and accuracy of Lenet, pruned iteratively: winning tickets against random reinitialisations of the same structures. "
        f"Early stop, test and training accuracy there, and test accuracy at the last iteration. {BARS}; {CUT} {EARLY}"
    ),
    adds={"lenet-oneshot": "One-shot: pruned at once; the last row shows these alone, on a linear axis."},
    finding=(
        "Iterative tickets stop ever earlier down to 21% of the weights and are more accurate there than the dense network; only at 3.6% are "
        "they back at its level. Reinitialised networks stop later and lose accuracy from the first prunings on. One-shot tickets gain as well "
        "(earlier stops between 67.5% and 17.6%), but iterative ones reach smaller sizes."
    ),
    draw=draw,
)
