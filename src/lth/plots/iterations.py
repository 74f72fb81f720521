"""Accuracy at a few iterations of training, against P_m, a panel an iteration: Figures 7, 8 and 38 to 45."""

from collections.abc import Sequence
from dataclasses import replace

from lth.config import Experiment, load_experiment
from lth.errors import LthError
from lth.plots.arms import Arm, draw_lines, standing
from lth.plots.limits import mark_below, of_accuracies
from lth.plots.lines import Drawn, draw_legend, grid, label_column
from lth.plots.networks import DEEP
from lth.results.tables import Tables

TICKS = 6
"""At most so many on the x axis of a narrow panel."""
CUT_ONCE = (
    "the accuracy axis reaches down at least to the lowest mean at P_m 1.85 or more; where a line falls below it, an arrowhead at the lower edge marks the "
    "first point there, filled for a mean, open for a minimum alone."
)
REINIT = ("reinit", ", reinit", "--")
"""Random reinitialisations: the arm, what is added to the legend's label, the line."""


def draw_iterations(
    tables: Tables, arms: Sequence[Arm], split: str = "test", *, columns: int = 3, title: str | None = None, faint: bool = False
) -> Drawn:
    """One panel an iteration of `evaluation.test_at`, all with one y axis; in each a line an arm, of those that are there.

    split: test or validation. columns, title: of the legend. faint: pale bars. Raises LthError where an experiment has no such iterations.
    """
    present = [arm for arm in arms if arm.present(tables)]
    measured = {arm: _iterations(load_experiment(tables.names[arm.experiment])) for arm in present}
    iterations = sorted({iteration for found in measured.values() for iteration in found})
    figure, axes = grid(1, len(iterations), height=3.2, share_y=True)
    panels, column = [], f"{split}_accuracy"
    for iteration in iterations:
        here = [replace(arm, iteration=iteration) for arm in present if iteration in measured[arm]]
        networks = [arm.rows(tables) for arm in here]
        name = f"{split} accuracy at iteration {iteration:,}"
        panels.append(([arm.line(name, rows, column) for arm, rows in zip(here, networks, strict=True)], networks))
    lines, upright = [line for panel, _ in panels for line in panel], [line for panel in panels for line in standing(*panel)]
    for ax, iteration, (panel, networks) in zip(axes[0], iterations, panels, strict=True):
        draw_lines(ax, panel, networks, ticks=TICKS, faint=faint).set(title=f"iteration {iteration:,}", ylim=of_accuracies(lines, upright))
        mark_below(ax, panel, first=True)
    label_column(axes[0, 0], f"{split} accuracy", column)
    draw_legend(figure, axes[0, -1], columns, title)
    return Drawn.of(figure, lines)


def _iterations(plan: Experiment) -> tuple[int, ...]:
    if not plan.evaluation.test_at:
        raise LthError(
            f"pipelines/{plan.folder}/params.yaml has no evaluation.test_at: name the iterations that {DEEP[plan.network.name]}'s figures show"
        )
    return plan.evaluation.test_at
