"""DVC stage: draw into figures/<folder> what the named experiments support; index.csv there names what has not been run.

`python -m lth.stages.figures quick quick-lenet quick-conv2`
"""

from lth.entry import run
from lth.reports.drawing import draw_folder


def main(folder: str, *experiments: str) -> None:
    draw_folder(folder, experiments)


if __name__ == "__main__":
    run(main)
