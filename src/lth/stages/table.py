"""DVC stage: summarise an experiment's rows into one small table, a row an arm and round, and a few numbers for `dvc metrics show`."""

import json

from lth import paths
from lth.config import load_experiment
from lth.entry import run
from lth.results.files import load_results
from lth.results.summary import headline, summarise
from lth.storage import write_bytes


def main(experiment: str) -> None:
    folder = paths.RESULTS / load_experiment(experiment).folder
    rows = load_results(experiment)
    write_bytes(folder / "metrics.json", (json.dumps(headline(rows), indent=2) + "\n").encode())
    table = summarise(rows).to_csv(index=False, lineterminator="\n", float_format="%.6g")
    write_bytes(folder / "summary.csv", table.encode())


if __name__ == "__main__":
    run(main)
