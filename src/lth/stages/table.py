"""DVC stage: summarise an experiment's rows into one small table, a row an arm and round."""

from lth import paths
from lth.results import load_results, summarise
from lth.stages import run
from lth.storage import write_bytes


def main(experiment: str) -> None:
    table = summarise(load_results(experiment)).to_csv(index=False, lineterminator="\n", float_format="%.6g")
    write_bytes(paths.RESULTS / experiment / "summary.csv", table.encode())


if __name__ == "__main__":
    run(main)
