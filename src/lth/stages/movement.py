"""DVC stage: train the dense networks of one experiment again and measure how far weights move, in and out of one round's tickets.

`python -m lth.stages.movement paper/lenet r08`
"""

from lth.config import load_experiment, load_settings
from lth.entry import run
from lth.experiments.movement import measure_movement


def main(experiment: str, round: str) -> None:
    measure_movement(load_settings(), load_experiment(experiment), round)


if __name__ == "__main__":
    run(main)
