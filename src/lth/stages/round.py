"""DVC stage: train and prune one round of one experiment."""

from lth.config import load_experiment, load_settings
from lth.entry import run
from lth.experiments.rounds import train_round


def main(experiment: str, round: str) -> None:
    train_round(load_settings(), load_experiment(experiment), round)


if __name__ == "__main__":
    run(main)
