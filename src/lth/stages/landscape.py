"""DVC stage: measure the loss around dense networks and tickets, and how it bends there.

`python -m lth.stages.landscape beyond/lenet-copies`
"""

from lth.config import load_experiment, load_settings
from lth.entry import run
from lth.experiments.landscape import measure_landscape


def main(experiment: str) -> None:
    measure_landscape(load_settings(), load_experiment(experiment))


if __name__ == "__main__":
    run(main)
