"""`make paper`: what the paper-scale experiments would take on this machine. Stops with status 1 where there is no GPU."""

import os
import sys

import torch

from lth.config import Experiment, experiment_names, load_experiment
from lth.results import expected_networks
from lth.stages import run

CPU_MILLISECONDS = {"lenet": 0.4, "conv2": 225, "conv4": 395, "conv6": 553}
"""A network's training step on one core, batch 60: benchmarks/README.md's tables chain (mean of all rounds, evaluations included) and
convolution (without evaluations)."""


def main() -> None:
    if torch.cuda.is_available():
        return
    print("At paper scale there are:\n", file=sys.stderr)
    cores = os.cpu_count() or 1
    for name in experiment_names():
        experiment = load_experiment(name)
        if experiment.scale == "paper":
            print(f"  {name:16} {_described(experiment, cores)}", file=sys.stderr)
    sys.exit(
        "\nThis machine has no GPU that torch sees. The CPU can do the Lenet experiments: `dvc repro pipelines/lenet/dvc.yaml:table`, then `make figures`."
    )


def _described(experiment: Experiment, cores: int) -> str:
    networks = sum(len(stage) for stage in expected_networks(experiment).values())
    iterations = networks * experiment.training.iterations
    hours = iterations * CPU_MILLISECONDS[experiment.network.name] / 3.6e6 / cores
    return f"{networks:5,} networks, {iterations / 1e6:6.1f} million training steps, about {hours:,.0f} hours on {cores} CPU cores"


if __name__ == "__main__":
    run(main)
