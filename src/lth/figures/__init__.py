"""The figures, one module each, drawn from tables alone: `figure4.py` is the paper's Figure 4, `beyond_overlap.py` and `effects.py` are ours.

Each module has one `lth.plots.figure.Figure`, FIGURE, which says what the figure needs, what it shows, and how it is drawn. Its docstring begins with
the figure's name and title, `Figure 4: …`, which pages print.
"""

import pkgutil
import re
from importlib import import_module

from lth.errors import LthError

_MODULES = [module.name for module in pkgutil.iter_modules(__path__) if re.fullmatch(r"figure\d+|beyond_\w+|effects", module.name)]

FIGURES = {
    name: import_module(f"{__name__}.{name}").FIGURE
    for name in sorted(
        _MODULES, key=lambda name: (name != "effects", name.startswith("beyond_"), int("".join(filter(str.isdigit, name)) or 0), name)
    )
}
"""Every figure by its name: what the verdicts rest on, the paper's in its order, those beyond the paper."""


def title(name: str) -> str:
    """What a figure shows, in a line: from the docstring of its module."""
    words = import_module(f"{__name__}.{name}").__doc__.partition(": ")[2].partition("\n")[0].rstrip(".")
    return words[0].upper() + words[1:]


def named(word: str) -> str:
    """The name of a figure as a reader may write it: `4`, `fig4` or `Figure 4`, or `beyond_cost`. Raises LthError where there is none."""
    name = word if word in FIGURES else f"figure{word.lower().removeprefix('figure').removeprefix('fig').strip(' .')}"
    if name not in FIGURES:
        raise LthError(f"there is no figure {word!r}; there are: {', '.join(FIGURES)}")
    return name
