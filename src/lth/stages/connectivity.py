"""DVC stage: measure the lines between copies, and how far they end apart.

`python -m lth.stages.connectivity beyond/lenet-copies`
"""

from lth.config import load_experiment, load_settings
from lth.entry import run
from lth.experiments.connectivity import measure_connectivity


def main(experiment: str) -> None:
    measure_connectivity(load_settings(), load_experiment(experiment))


if __name__ == "__main__":
    run(main)
