"""The paper's figures, one module each, drawn from tables alone.

A figure module has
  EXPERIMENTS  what it draws: by the name of an experiment (at quick scale `quick-` goes before it), the arms and extra tables it needs;
  REQUIRED     (optional) those of them without which it draws nothing; otherwise any one is enough;
  CAPTION      what is plotted: the lines, n, and what the error bars are;
  FINDING      what the paper finds there, in our words;
  draw(tables) from the `lth.figures.tables.Tables` of the experiments that have all that is needed, a `lth.figures.lines.Drawn`.
"""

from lth.figures import figure3, figure4, figure5

FIGURES = {"figure3": figure3, "figure4": figure4, "figure5": figure5}
