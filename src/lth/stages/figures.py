"""DVC stage: draw into figures/<collection> what its experiments support; index.csv there names what has not been run.

`python -m lth.stages.figures quick`
"""

from lth.config import COLLECTIONS, experiment_names
from lth.entry import run
from lth.errors import LthError
from lth.reports.drawing import draw_collection


def main(collection: str) -> None:
    if collection not in COLLECTIONS:
        raise LthError(f"unknown collection {collection[:60]!r}; there are: {', '.join(COLLECTIONS)}")
    if not experiment_names(collection):
        raise LthError(f"pipelines/{collection}/ holds no experiment: there is nothing to draw")
    draw_collection(collection)


if __name__ == "__main__":
    run(main)
