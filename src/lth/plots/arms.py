"""Figures that compare arms against P_m: what most of the paper's figures are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from matplotlib.axes import Axes

from lth.measures import COLLAPSED
from lth.plots.limits import cut_below, of_iterations
from lth.plots.lines import Drawn, Line, against_percent_remaining, by_percent_remaining, grid, plot
from lth.plots.style import COLOURS, INK
from lth.results.tables import Tables

EARLY_STOP = "early-stop iteration"
TEST = {EARLY_STOP: "es_iteration", "test accuracy at early stop": "es_test_accuracy"}
VALIDATION = {EARLY_STOP: "es_iteration", "validation accuracy at early stop": "es_validation_accuracy"}
FINAL_TEST = {"test accuracy at the last iteration": "final_test_accuracy"}
FINAL_TRAIN = {"training accuracy at the last iteration": "final_train_accuracy"}
TRAIN = {"training accuracy at early stop": "es_train_accuracy"}

BARS = "Lines are means, error bars minimum and maximum over all networks of a point"
CUT = (
    "accuracy axes reach down at least to the lowest mean at P_m 1.85 or more, and arrowheads at their lower edge mark what lies below: filled "
    "for a mean, open for a minimum alone. The CSV holds every point."
)
EARLY = (
    "Axes of early stops are logarithmic where these spread widely; a black cross marks points with collapsed networks (less than 20% of the test "
    "images right), whose early stop means little."
)


@dataclass(frozen=True)
class Arm:
    """One line per panel: an arm of an experiment, from its dense networks on."""

    experiment: str
    arm: str
    label: str
    colour: str
    style: str = "-"
    marker: str = "o"

    def present(self, tables: Tables) -> bool:
        """Whether it is there to be drawn."""
        return self.experiment in tables and (tables.rows(self.experiment)["arm"] == self.arm).any()

    def rows(self, tables: Tables) -> pd.DataFrame:
        """Its networks, the dense ones first."""
        return from_dense(tables.rows(self.experiment), self.arm)

    def line(self, panel: str, tables: Tables, column: str) -> Line:
        """A column of its rows against P_m."""
        return Line(panel, self.label, by_percent_remaining(self.rows(tables), column), COLOURS[self.colour], self.style, self.marker)


def ticket(experiment: str = "lenet", label: str = "winning ticket", colour: str = "blue") -> Arm:
    return Arm(experiment, "ticket", label, colour)


def reinit(experiment: str = "lenet", label: str = "random reinit", colour: str = "orange") -> Arm:
    return Arm(experiment, "reinit", label, colour, "--", "s")


def from_dense(rows: pd.DataFrame, arm: str) -> pd.DataFrame:
    """The rows of one arm, and before them those of the dense networks, from which every arm starts."""
    return pd.concat([rows[rows["round"] == 0], rows[(rows["arm"] == arm) & (rows["round"] > 0)]])


def compare(tables: Tables, arms: Sequence[Arm], panels: Mapping[str, str], *, columns: int = 2, legend_columns: int = 3) -> Drawn:
    """One panel a column of the rows, in each a line an arm; those that are not there are left out."""
    rows = -(-len(panels) // columns)
    figure, axes = grid(rows, columns, height=0.4 + 2.3 * rows)
    lines = [line for ax, panel in zip(axes.flat, panels.items(), strict=False) for line in draw_panel(ax, tables, arms, *panel)]
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=legend_columns)
    return Drawn.of(figure, lines)


def draw_panel(ax: Axes, tables: Tables, arms: Sequence[Arm], title: str, column: str) -> list[Line]:
    """One column of the rows against P_m on a log axis, and the lines drawn."""
    present = [arm for arm in arms if arm.present(tables)]
    lines = [arm.line(title, tables, column) for arm in present]
    percents = max((tables.rows(arm.experiment).groupby("round")["percent_remaining"].first().tolist() for arm in present), key=len)
    against_percent_remaining(plot(ax, lines), percents)
    limit(ax, lines, [arm.rows(tables) for arm in present], column)
    ax.set_title(title)
    return lines


def limit(ax: Axes, lines: Sequence[Line], networks: Sequence[pd.DataFrame], column: str, **limits: float) -> Axes:
    """The y axis that a column wants; points whose networks have all collapsed do not set it.

    networks: the rows of each line. limits: of `cut_below` or `of_iterations`.
    """
    standing = []
    for line, rows in zip(lines, networks, strict=True):
        accuracy = rows.groupby("round")["es_test_accuracy"].agg(["min", "max"])
        some, all = (accuracy[which].to_numpy() < COLLAPSED for which in ("min", "max"))
        standing.append(replace(line, points=line.points[~all]))
        if column == "es_iteration":
            ax.plot(line.points["x"][some], line.points["mean"][some], "x", color=INK, markersize=4, zorder=4)
    return (of_iterations if column == "es_iteration" else cut_below)(ax, lines, standing, **limits)
