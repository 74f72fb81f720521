"""The paper's figures, one module each, drawn from tables alone: `figure4.py` is Figure 4, `beyond_overlap.py` one that the paper does not have.

A figure module has
  EXPERIMENTS  what it draws: by the name of an experiment (at quick scale `quick-` goes before it), the arms and extra tables it needs;
  REQUIRED     (optional) those of them without which it draws nothing;
  ENOUGH       (optional) how many of them make a figure; otherwise any one does;
  ALSO         (optional) arms that it draws where they are there, and names as not run elsewhere;
  FEW_ROUNDS   (optional) True where it shows a few rounds alone: arms are then not named as run in part;
  CAPTION      what is plotted: the lines, n, and what the error bars are;
  FINDING      what the paper finds there, in our words;
  OURS         (optional) what we find there at paper scale, where no claim is judged on the figure;
  draw(tables) from the `lth.results.tables.Tables` of the experiments that have all that is needed, a `lth.plots.lines.Drawn`.
"""

import pkgutil
import re
from importlib import import_module

from lth.errors import LthError

_MODULES = [module.name for module in pkgutil.iter_modules(__path__) if re.fullmatch(r"figure\d+|beyond_\w+", module.name)]

FIGURES = {
    name: import_module(f"{__name__}.{name}")
    for name in sorted(
        _MODULES, key=lambda name: (name.startswith("beyond_"), int(name.removeprefix("figure")) if name.startswith("figure") else 0, name)
    )
}
"""Every figure's module by its name, in the paper's order, those beyond the paper last."""


def named(word: str) -> str:
    """The name of a figure as a reader may write it: `4`, `fig4` or `Figure 4`, or `beyond_cost`. Raises LthError where there is none."""
    name = word if word in FIGURES else f"figure{word.lower().removeprefix('figure').removeprefix('fig').strip(' .')}"
    if name not in FIGURES:
        raise LthError(f"there is no figure {word!r}; there are: {', '.join(FIGURES)}")
    return name
