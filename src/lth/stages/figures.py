"""DVC stage: draw into figures/<collection> what its experiments support; index.csv there names what has not been run.

`python -m lth.stages.figures quick`
"""

from lth.entry import run
from lth.reports.drawing import draw_collection


def main(collection: str) -> None:
    draw_collection(collection)


if __name__ == "__main__":
    run(main)
