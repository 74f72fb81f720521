"""DVC stage: draw into figures/<folder> what the named experiments support; index.csv there names what has not been run.

`python -m lth.stages.figures quick quick-lenet quick-conv2`
"""

import pandas as pd

from lth import paths
from lth.config import load_experiment
from lth.figures import FIGURES, style
from lth.figures.tables import Tables, missing
from lth.stages import run
from lth.storage import write_bytes


def main(folder: str, *experiments: str) -> None:
    style.apply()
    index, tables = [], Tables({})
    for figure, module in FIGURES.items():
        wanted = {name.removeprefix("quick-"): name for name in experiments if name.removeprefix("quick-") in module.EXPERIMENTS}
        lacking = {name: missing(wanted[name], module.EXPERIMENTS[name]) for name in wanted}
        available = {name: experiment for name, experiment in wanted.items() if not lacking[name]}
        required = set(getattr(module, "REQUIRED", ()))
        drawable = available and required <= set(available)
        if wanted and required <= set(wanted):
            index.append(
                {
                    "figure": figure,
                    "drawn from": " ".join(available.values()) if drawable else "",
                    "not run": "; ".join(f"{wanted[name]} ({', '.join(needs)})" for name, needs in lacking.items() if needs),
                    "caption": module.CAPTION,
                }
            )
        if drawable:
            quick = any(load_experiment(experiment).scale == "quick" for experiment in available.values())
            style.save(module.draw(tables.only(available)), paths.FIGURES / folder, figure, quick=quick)
    write_bytes(paths.FIGURES / folder / "index.csv", pd.DataFrame(index).to_csv(index=False, lineterminator="\n").encode())


if __name__ == "__main__":
    run(main)
