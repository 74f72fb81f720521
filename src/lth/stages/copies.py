"""DVC stage: train the copies of one arm of an experiment, and keep what they end with.

`python -m lth.stages.copies beyond/lenet-copies ticket`
"""

from lth.config import load_experiment, load_settings
from lth.entry import run
from lth.experiments.copies import train_copies


def main(experiment: str, arm: str) -> None:
    train_copies(load_settings(), load_experiment(experiment), arm)


if __name__ == "__main__":
    run(main)
