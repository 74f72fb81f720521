"""DVC stage: draw into figures/<folder> what the named experiments support.

`python -m lth.stages.figures quick quick-lenet quick-conv2`
"""

import sys

from lth import paths
from lth.config import load_experiment
from lth.figures import FIGURES, style
from lth.results import has_results, load_curves, load_results
from lth.stages import run


def main(folder: str, *experiments: str) -> None:
    style.apply()
    present = [name for name in experiments if has_results(name)]
    results = {name: load_results(name) for name in present}
    curves = {name: load_curves(name) for name in present}
    for figure, module in FIGURES.items():
        wanted = [name for name in experiments if name.removeprefix("quick-") in module.EXPERIMENTS]
        available = [name for name in wanted if name in present]
        if missing := [name for name in wanted if name not in present]:
            print(f"{figure}: not run: {', '.join(missing)}", file=sys.stderr)
        if available:
            drawn = module.draw({name: results[name] for name in available}, {name: curves[name] for name in available})
            quick = any(load_experiment(name).scale == "quick" for name in available)
            style.save(drawn, paths.FIGURES / folder, figure, quick=quick)


if __name__ == "__main__":
    run(main)
