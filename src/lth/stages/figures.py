"""DVC stage: draw into figures/<folder> what the named experiments support; index.csv there names what has not been run.

`python -m lth.stages.figures quick quick-lenet quick-conv2`
"""

import pandas as pd

from lth import paths
from lth.config import load_experiment
from lth.figures import FIGURES, style
from lth.results import has_results, load_curves, load_results
from lth.stages import run
from lth.storage import write_bytes


def main(folder: str, *experiments: str) -> None:
    style.apply()
    present = [name for name in experiments if has_results(name)]
    results = {name: load_results(name) for name in present}
    curves = {name: load_curves(name) for name in present}
    index = []
    for figure, module in FIGURES.items():
        wanted = [name for name in experiments if name.removeprefix("quick-") in module.EXPERIMENTS]
        available = [name for name in wanted if name in present]
        missing = [name for name in wanted if name not in present]
        if wanted:
            index.append({"figure": figure, "drawn from": " ".join(available), "not run": " ".join(missing), "caption": module.CAPTION})
        if available:
            drawn = module.draw({name: results[name] for name in available}, {name: curves[name] for name in available})
            quick = any(load_experiment(name).scale == "quick" for name in available)
            style.save(drawn, paths.FIGURES / folder, figure, quick=quick)
    write_bytes(paths.FIGURES / folder / "index.csv", pd.DataFrame(index).to_csv(index=False, lineterminator="\n").encode())


if __name__ == "__main__":
    run(main)
