"""DVC stage: initialise an experiment's dense networks; what is kept is the seed and a hash of each."""

from lth.config import load_experiment, load_settings
from lth.entry import run
from lth.tickets import save_initial


def main(experiment: str) -> None:
    save_initial(load_experiment(experiment), load_settings().seed)


if __name__ == "__main__":
    run(main)
