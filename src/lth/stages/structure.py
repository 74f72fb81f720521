"""DVC stage: look inside the tickets of one experiment, every round and trial; no data, no training.

`python -m lth.stages.structure paper/lenet`
"""

import pandas as pd

from lth.anatomy.cost import cost
from lth.anatomy.overlap import overlap
from lth.anatomy.structure import maps, structure
from lth.config import load_experiment
from lth.entry import run
from lth.errors import LthError
from lth.results.files import save_table
from lth.tickets import load_rounds


def main(experiment: str) -> None:
    plan = load_experiment(experiment)
    if plan.training.vary:
        raise LthError(f"{plan.folder} is a sweep: structure is measured of experiments that train one variant")
    if plan.network.name != "lenet":
        raise LthError(f"{plan.folder}: structure is measured of networks of dense layers, lenet; {plan.network.name} has convolutions")
    rounds = load_rounds(plan, range(plan.last_round + 1))
    tickets = [ticket for round in rounds.values() for ticket in round]
    save_table(plan, "structure", structure(tickets))
    save_table(plan, "maps", maps(tickets))
    save_table(plan, "overlap", pd.concat([overlap(round) for round in rounds.values()], ignore_index=True))
    save_table(plan, "cost", cost(plan, tickets))


if __name__ == "__main__":
    run(main)
