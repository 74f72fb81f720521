"""DVC stage: train one block of controls of one experiment."""

from lth.config import load_experiment, load_settings
from lth.entry import run
from lth.experiments.blocks import train_block


def main(experiment: str, block: str) -> None:
    train_block(load_settings(), load_experiment(experiment), block)


if __name__ == "__main__":
    run(main)
