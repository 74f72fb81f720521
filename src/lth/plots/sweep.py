"""One hyperparameter in several values, one line per value: Figures 26 to 37 and 42 to 45."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from lth.config import load_experiment
from lth.plots.arms import CUT, EARLY, VALIDATION, Arm, draw_panel
from lth.plots.lines import PERCENT, Drawn, draw_legend
from lth.plots.networks import CONV, DEEP, LENET, SCHEDULES
from lth.plots.style import INK, MAP
from lth.results.tables import Tables

Value = str | tuple[str, float]
"""Where a value's networks are: an experiment, or one variant of an experiment that is a sweep."""

REFERENCES = {*LENET, "lenet-sgd", *CONV, *(f"{name}-dropout" for name in CONV), *(name + end for name in DEEP for end in SCHEDULES)}
"""The experiments that other figures are drawn from."""
MARKERS = "osD^v<>Phd"
SHADES = (0, 0.69)
"""From where to where of MAP: up to where colours are dark enough for white paper."""
FLOOR = 0.93
"""Validation accuracy below which Lenet's networks are not told apart."""
WORDS = "Lines are means over trials, pale bars minimum and maximum; black is the value of other figures, where they have one"
MEANS = (
    f"{WORDS}. Accuracy axes are cut at 93% or above, and arrowheads at their lower edge mark what lies below: filled "
    f"for a mean, open for a minimum alone. {EARLY}"
)
"""For Lenet."""
CONV_MEANS = f"{WORDS}; {CUT} {EARLY}"
"""For Conv-2, Conv-4 and Conv-6."""


def variants(tables: Tables, key: str, *experiments: str) -> dict[Value, str]:
    """All values of these experiments that have been run, in order, each as it is written.

    key: what of the optimiser is swept. experiments: where two hold one value, the networks of the later stand for it.
    """
    found: dict[float, Value] = {}
    for name in filter(tables.__contains__, experiments):
        training = load_experiment(tables.names[name]).training
        for variant in training.variants:
            found[getattr(training.optimiser_of(variant), key)] = name if variant is None else (name, variant)
    return {found[value]: f"{value:,g}" for value in sorted(found)}


def swept(tables: Tables, values: Mapping[Value, str], *controls: tuple[str, str, str]) -> list[Arm]:
    """The tickets of each value that has been run, and its controls: the arm, what is added to the legend's label, the line."""
    colours, markers = shades(values), dict(zip(values, cycle(MARKERS), strict=False))
    arms = []
    for value, label in values.items():
        name, variant = (value, None) if isinstance(value, str) else value
        for arm, suffix, style in (("ticket", "", "-"), *controls):
            reference = value in REFERENCES and arm == "ticket"
            arms.append(Arm(name, arm, label + suffix, colours[value], style, markers[value], variant=variant, reference=reference))
    return [arm for arm in arms if arm.present(tables)]


def draw_sweep(tables: Tables, values: Mapping[Value, str], title: str) -> Drawn:
    """Lenet's early stop and validation accuracy there against P_m, in the values that have been run.

    values: the legend's label of each value, in order. title: what is varied.
    """
    return draw_sweeps(tables, {"": swept(tables, values)}, title, floor=FLOOR)


def draw_sweeps(
    tables: Tables,
    networks: Mapping[str, Sequence[Arm]],
    title: str,
    panels: Mapping[str, str] = VALIDATION,
    *,
    against: str = PERCENT,
    floor: float = -np.inf,
) -> Drawn:
    """The same of several networks, a row each; those of which nothing has been run are left out.

    networks: the arms of each, by what stands above its panels. against, floor: as for `lth.plots.arms.draw_panel`.
    """
    rows = {network: arms for network, arms in networks.items() if arms}
    figure = Figure(figsize=(6.75, 3.3 if len(rows) == 1 else 2.8 * len(rows)), layout="constrained")
    lines = []
    for part, (network, arms) in zip(figure.subfigures(len(rows), 1, squeeze=False).flat, rows.items(), strict=True):
        axes = part.subplots(1, len(panels))
        for ax, (panel, column) in zip(axes, panels.items(), strict=True):
            lines += draw_panel(ax, tables, arms, panel, column, above=network, against=against, faint=True, floor=floor)
        draw_legend(part, axes[0], 6, title)
    return Drawn.of(figure, lines)


def shades(values: Iterable[Value]) -> dict[Value, str]:
    """A colour for each value, in order from dark to light; those of other figures are black."""
    others = [value for value in values if value not in REFERENCES]
    spectrum = map(mpl.colors.to_hex, mpl.colormaps[MAP](np.linspace(*SHADES, len(others))))
    return dict(zip(others, spectrum, strict=True)) | dict.fromkeys(REFERENCES, INK)
