"""The paper's figures, one module each, drawn from the tidy tables alone.

A figure module has EXPERIMENTS, the experiments it draws (at quick scale `quick-` goes before each name), CAPTION, and
draw(results, curves) -> Drawn, where both are tables by those names and hold the experiments that have been run.
"""

from lth.figures import figure3, figure4, figure5

FIGURES = {"figure3": figure3, "figure4": figure4, "figure5": figure5}
