"""How panels are drawn: where axes are cut and what is marked there, axes that panels share, the reference in front."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from lth.claims.paired import LEAST_PERCENT
from lth.figures import figure31
from lth.plots import limits, style, sweep
from lth.plots.arms import FINAL_TEST, FINAL_TRAIN, TEST, TRAIN
from lth.plots.arms import limit as limit_arms
from lth.plots.histograms import draw_panels
from lth.plots.lines import Line, against_percent_remaining, grid, label_column, label_y, plot
from lth.plots.training_curves import PANELS, panels_of

PERCENTS = [100, 50, 10, 1.85, 1, 0.5]


def line(means: list[float], spread: float = 0.0, colour: str = "#0173b2", **fields) -> Line:
    """A line over PERCENTS, or as many of them as it has means."""
    means = np.array(means, dtype=float)
    points = pd.DataFrame({"x": PERCENTS[: len(means)], "mean": means, "low": means - spread, "high": means + spread, "n": 5})
    return Line("panel", "label", points, colour, **fields)


def panel(lines: list[Line], limit, **options):
    """Axes with these lines, limited."""
    ax = grid(1, 1, height=2)[1][0, 0]
    return limit(plot(ax, lines), lines, **options)


def marks(ax) -> list[tuple[float, bool]]:
    """The x of every mark at the lower edge, and whether it is filled."""
    found = [artist for artist in ax.lines if artist.get_gid() == "below"]
    return [(artist.get_xdata()[0], artist.get_markerfacecolor() == artist.get_markeredgecolor()) for artist in found]


def test_every_point_that_is_judged_is_inside_and_the_others_are_marked():
    high, low = line([0.98, 0.98, 0.98, 0.97, 0.96, 0.3], 0.002), line([0.98, 0.97, 0.95, 0.91, 0.5, 0.1], 0.002)
    ax = panel([high, low], limits.cut_below)
    bottom, top = ax.get_ylim()
    for shown in (high, low):
        judged = shown.points[shown.points["x"] >= LEAST_PERCENT]
        assert len(judged) == 4
        assert bottom < judged["low"].min()
        assert judged["high"].max() < top
    assert bottom > 0.9, "collapsed networks flatten nothing"
    assert sorted(marks(ax)) == [(0.5, True), (0.5, True), (1, True)]


def test_a_minimum_below_the_axis_is_marked_open():
    means = line([0.98, 0.98, 0.97, 0.96, 0.955])
    means.points.loc[4, "low"] = 0.1
    assert marks(panel([means], limits.cut_below)) == [(1, False)]


def test_one_collapsed_network_among_those_judged_flattens_nothing():
    means = line([0.98, 0.98, 0.97, 0.96, 0.955])
    means.points.loc[3, "low"] = 0.1
    ax = panel([means], limits.cut_below)
    assert 0.9 < ax.get_ylim()[0] < 0.96
    assert marks(ax) == [(1.85, False)]


def test_a_floor_cuts_before_what_is_judged():
    ax = panel([line([0.98, 0.97, 0.5, 0.1])], limits.cut_below, floor=0.9)
    assert 0.89 < ax.get_ylim()[0] < 0.9
    assert marks(ax) == [(10, True), (1.85, True)]


def test_early_stops_that_spread_are_on_a_log_axis_with_readable_ticks():
    ax = panel([line([6000, 5000, 8000, 20000, 45000, 48000], 500)], limits.of_iterations)
    assert ax.get_yscale() == "log"
    ax.figure.draw_without_rendering()
    bottom, top = ax.get_ylim()
    shown = [label.get_text() for label in ax.get_yticklabels() if bottom <= label.get_position()[1] <= top]
    assert shown == ["5,000", "10,000", "20,000"] or shown == ["5,000", "10,000", "20,000", "50,000"]
    assert marks(ax) == []


def test_early_stops_that_hardly_differ_are_on_a_linear_axis():
    assert panel([line([6000, 5000, 4000])], limits.of_iterations).get_yscale() == "linear"
    assert panel([line([1000, 1000])], limits.of_iterations).get_ylim() == (900, 1100), "and those that do not at all"


def test_a_stop_at_iteration_0_is_marked_on_a_log_axis():
    stops = line([6000, 5000, 8000, 20000, 45000, 0])
    ax = panel([stops], limits.of_iterations)
    assert 0 < ax.get_ylim()[0] < limits.INTERVAL
    assert marks(ax) == [(0.5, True)]


def test_the_stop_of_a_collapsed_network_is_crossed():
    rows = pd.DataFrame(
        {"round": [0, 0, 1, 1], "es_test_accuracy": [0.98, 0.98, 0.97, 0.1], "percent_remaining": [100, 100, 50, 50], "arm": "ticket"}
    )
    ax = grid(1, 1, height=2)[1][0, 0]
    limit_arms(ax, [line([6000, 5000])], [rows], "es_iteration")
    crosses = [list(artist.get_xdata()) for artist in ax.lines if artist.get_marker() == "x"]
    assert crosses == [[50]]


@pytest.mark.parametrize(
    ("column", "good", "lost"), [("es_iteration", [6000, 9000], [0, 0]), ("es_test_accuracy", [0.98, 0.97], [0.1, 0.1])]
)
def test_networks_that_have_all_collapsed_do_not_set_the_axis(column, good, lost):
    rows = pd.DataFrame({"round": [0, 1], "es_test_accuracy": [0.98, 0.97]})
    ax = grid(1, 1, height=2)[1][0, 0]
    limit_arms(ax, [line(good), line(lost)], [rows, rows.assign(es_test_accuracy=0.1)], column)
    assert ax.get_ylim()[0] > 0.9 * min(good)
    assert marks(ax) == [(100, True), (50, True)]


def test_the_reference_is_black_thick_and_in_front():
    colours = sweep.shades(["a", "lenet", "b"])
    ax = grid(1, 1, height=2)[1][0, 0]
    plot(ax, [replace(line([0.98, 0.97], colour=colours[name]), label=name, reference=name == "lenet") for name in ("a", "lenet", "b")])
    drawn = {artist.get_label(): artist[0] for artist in ax.containers}
    assert list(drawn) == ["a", "lenet", "b"], "in the legend the values stay in order"
    assert drawn["lenet"].get_color() == style.INK
    for other in (drawn["a"], drawn["b"]):
        assert drawn["lenet"].get_zorder() > other.get_zorder()
        assert drawn["lenet"].get_linewidth() > other.get_linewidth()


@pytest.mark.parametrize(("rounds", "ticks", "shown"), [(5, 10, 5), (10, 10, 10), (28, 10, 10), (33, 10, 6), (15, 5, 5), (33, 5, 4)])
def test_ticks_are_at_every_round_or_every_third(rounds, ticks, shown):
    percents = [100 * 0.8**round for round in range(rounds)]
    ax = against_percent_remaining(grid(1, 1, height=2)[1][0, 0], percents, ticks=ticks)
    assert len(ax.get_xticks()) == shown <= ticks
    assert set(ax.get_xticks()) <= set(percents[::3] if shown < rounds else percents)


def test_what_the_paper_compares_of_lenet_has_a_tick_and_no_label_touches_another():
    style.apply()
    percents = [100 * (265_200 * 0.8**round + 1_000 * 0.9**round) / 266_200 for round in range(28)]
    figure, axes = grid(1, 2, height=2)
    ax = against_percent_remaining(axes[0, 0], percents)
    figure.draw_without_rendering()
    labels = ax.get_xticklabels()
    assert [label.get_text() for label in labels] == ["100", "51.3", "21.1", "10.8", "3.6", "1.9", "1.0", "0.5", "0.3"]
    places = [label.get_window_extent() for label in labels]
    assert all(one.x1 < other.x0 for one, other in pairwise(places))


def test_a_label_that_is_too_long_is_broken_before_at():
    ax = grid(1, 1, height=2)[1][0, 0]
    assert label_y(ax, "early-stop iteration").get_ylabel() == "early-stop iteration"
    assert label_y(ax, "test accuracy at early stop").get_ylabel() == "test accuracy\nat early stop"


def test_labels_fit_the_lowest_panels():
    """Those of Figures 32 to 37, three networks one above the other, are 1.67 inches high."""
    style.apply()
    figure, ((ax,),) = grid(1, 1, height=2.3)
    for panel, column in (figure31.PANELS | TEST | TRAIN | FINAL_TEST | FINAL_TRAIN).items():
        label = label_column(ax, panel, column).yaxis.label
        assert label.get_window_extent().height / figure.dpi < 1.6


def test_accuracies_are_written_in_percent_and_kept_as_shares():
    figure, ((ax,),) = grid(1, 1, height=2)
    plot(ax, [line([0.975, 0.98])])
    label_column(ax, "test accuracy at early stop", "es_test_accuracy").set_yticks([0.97, 0.9725, 0.98])
    assert ax.get_ylabel() == "test accuracy (%)\nat early stop"
    figure.draw_without_rendering()
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["97", "97.25", "98"]
    assert ax.containers[0][0].get_ydata().tolist() == [0.975, 0.98]


@pytest.mark.parametrize("column", ["es_iteration", "validation_loss", "gain"])
def test_what_is_no_accuracy_is_written_as_it_is(column):
    figure, ((ax,),) = grid(1, 1, height=2)
    plot(ax, [line([0.5, 0.75])])
    label_column(ax, "a label", column).set_yticks([0.5, 0.75])
    figure.draw_without_rendering()
    assert ax.get_ylabel() == "a label"
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["0.50", "0.75"]


def test_a_panel_of_curves_that_adds_nothing_is_left_out():
    mild = [("ticket", 0), ("ticket", 3), ("ticket", 7)]
    fresh = [("reinit", 3), ("reinit", 7)]
    assert list(panels_of([*mild, *fresh])) == ["tickets, mildly pruned", "tickets and reinitialisations"]
    strong = panels_of([*mild, ("ticket", 12), *fresh])
    assert list(strong) == list(PANELS)
    assert strong["tickets, strongly pruned"] == [("ticket", 0), ("ticket", 7), ("ticket", 12)]


@pytest.mark.parametrize("count", [1, 3, 9])
def test_a_sweeps_colours_differ_in_grey_too_and_are_readable_on_white(count):
    values = [f"value {number}" for number in range(count)]
    colours = sweep.shades([*values, "lenet"])
    assert colours["lenet"] == style.INK
    linear = [[part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colours[value])] for value in values]
    luminance = np.array(linear) @ [0.2126, 0.7152, 0.0722]
    assert (1.05 / (luminance + 0.05) > 2.4).all()
    lightness = 116 * np.cbrt(luminance) - 16
    assert (np.diff(lightness) > 6).all(), "CIE L*, which rises with the values"


@pytest.mark.parametrize("shared", [True, False])
def test_panels_of_histograms_share_their_axes(shared):
    narrow, wide = line([0.1, 0.9, 0.1]), line([0.3, 0.4, 0.3])
    wide.points["x"] *= 3
    drawn = draw_panels({"one": [narrow], "other": [wide]}, x="x", y="y", share_y=shared)
    one, other = drawn.figure.axes
    assert one.get_xlim() == other.get_xlim()
    assert (one.get_ylim() == other.get_ylim()) is shared
    assert one.get_ylim()[0] == other.get_ylim()[0] == 0
    assert one.get_ylim()[1] > 0.9
