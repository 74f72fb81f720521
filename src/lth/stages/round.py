"""DVC stage: train and prune one round of one experiment."""

from lth.config import load_experiment, load_settings
from lth.rounds import train_round
from lth.stages import run


def main(experiment: str, round: str) -> None:
    train_round(load_settings(), load_experiment(experiment), round)


if __name__ == "__main__":
    run(main)
