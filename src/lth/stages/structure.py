"""DVC stage: look inside the tickets of one experiment, every round and trial; no data, no training.

`python -m lth.stages.structure paper/lenet`
"""

import time

import pandas as pd

from lth.anatomy.cost import cost
from lth.anatomy.overlap import overlap
from lth.anatomy.structure import maps, structure
from lth.config import load_experiment
from lth.entry import run
from lth.errors import LthError
from lth.results.files import save_table, sidecar
from lth.results.provenance import record
from lth.tickets import load_rounds


def main(experiment: str) -> None:
    started = time.monotonic()
    plan = load_experiment(experiment)
    if plan.training.vary:
        raise LthError(f"{plan.folder} is a sweep: structure is measured of experiments that train one variant")
    if plan.network.name != "lenet":
        raise LthError(f"{plan.folder}: structure is measured of networks of dense layers, lenet; {plan.network.name} has convolutions")
    rounds = load_rounds(plan, range(plan.last_round + 1))
    tickets = [ticket for round in rounds.values() for ticket in round]
    tables = {
        "structure": structure(tickets),
        "maps": maps(tickets),
        "overlap": pd.concat([overlap(round) for round in rounds.values()], ignore_index=True),
        "cost": cost(plan, tickets),
    }
    files = [save_table(plan, name, table) for name, table in tables.items()]
    command = f"dvc repro -s -f structure@{plan.folder.replace('/', '-')}"
    record(sidecar(plan.folder, "structure"), files, command, {}, time.monotonic() - started)


if __name__ == "__main__":
    run(main)
