"""DVC stage: draw into figures/<collection> what its experiments support; index.csv there names what has not been run.

`python -m lth.stages.figures quick`
"""

from lth.config import COLLECTIONS
from lth.entry import run
from lth.errors import LthError
from lth.reports.drawing import draw_collection


def main(collection: str) -> None:
    if collection not in COLLECTIONS:
        raise LthError(f"unknown collection {collection[:60]!r}; there are: {', '.join(COLLECTIONS)}")
    draw_collection(collection)


if __name__ == "__main__":
    run(main)
