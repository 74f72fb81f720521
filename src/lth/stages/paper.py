"""`make paper`: what the paper-scale experiments would take on this machine. Stops with status 1 where there is no GPU."""

import re
import sys

import pandas as pd
import torch

from lth.config import Experiment, experiment_names, load_experiment
from lth.entry import run
from lth.machine import cores
from lth.results.expected import expected_networks
from lth.results.files import has_results

CPU_MILLISECONDS = {"lenet": 0.4, "conv2": 225, "conv4": 395, "conv6": 553}
"""A network's training step on one core, batch 60: benchmarks/README.md's tables chain (mean of all rounds, evaluations included) and
convolution (without evaluations)."""


def main() -> None:
    if torch.cuda.is_available():
        return
    experiments = map(load_experiment, experiment_names("paper"))
    described = pd.DataFrame([_described(experiment) for experiment in experiments])
    table = described.groupby("experiment", sort=False).sum()
    print(
        f"At paper scale there are, with hours estimated for {cores()} CPU cores, and experiments whose results are here:\n",
        file=sys.stderr,
    )
    header = ["experiments", "run", "networks", "million steps", "hours"]
    print(table.to_string(header=header, index_names=False, float_format="{:,.1f}".format), file=sys.stderr)
    sys.exit(
        "\nThis machine has no GPU that torch sees. The CPU can do the Lenet experiments: `dvc repro pipelines/paper/lenet/dvc.yaml:table`, then `make figures`."
    )


def _described(experiment: Experiment) -> dict:
    """A row of the table; the experiments of a sweep, named by a number, are added up."""
    networks = sum(len(stage) for stage in expected_networks(experiment).values())
    if experiment.pruning.method == "continued":  # trained on from level to level to find the masks
        networks += (experiment.pruning.levels - 1) * experiment.trials.count
    steps = networks * experiment.training.iterations
    return {
        "experiment": re.sub(r"-\d[\d.e-]*$", "-*", experiment.name),
        "experiments": 1,
        "run": int(has_results(experiment.folder)),
        "networks": networks,
        "steps": steps / 1e6,
        "hours": steps * CPU_MILLISECONDS[experiment.network.name] / 3.6e6 / cores(),
    }


if __name__ == "__main__":
    run(main)
