"""The dense networks of an experiment trained again, for how far their weights move (paper, Figures 19 and 20).

Rounds do not keep weights: same start, same data order, same arithmetic give the same networks.
"""

from lth.anatomy.movement import mean_movement, movement, would_leave
from lth.config import Experiment, Settings
from lth.errors import LthError
from lth.experiments.stage import open_stage
from lth.networks import unstacked
from lth.results.files import save_table
from lth.tickets import load_tickets


def measure_movement(settings: Settings, experiment: Experiment, name: str) -> None:
    """Trains the dense networks again and writes how far weights move, in and out of the tickets of round `name`.

    Raises LthError where the networks are not those of r00, as with other params or on other hardware.
    """
    if experiment.training.vary:
        raise LthError(f"{experiment.folder} is a sweep: movement is measured of experiments that train one variant")
    if name not in experiment.rounds:
        raise LthError(f"{experiment.folder} has no round {name}; it has {', '.join(experiment.rounds)}")
    dense, pruned_once, tickets = (load_tickets(experiment, round) for round in (0, 1, int(name[1:])))
    with open_stage(settings, experiment, "movement", dense) as stage:
        trained = stage.train([stage.member(ticket) for ticket in dense], keep_parameters=True)
        final = unstacked(trained.parameters)
        if not all(would_leave(weights, ticket) for weights, ticket in zip(final, pruned_once, strict=True)):
            raise LthError(
                f"{experiment.folder}: trained again on {stage.made_by['device']} ({stage.made_by['library']}), the dense networks are not "
                "those that r00 pruned: use the params.yaml that r00 was trained with and the hardware and libraries that "
                f"results/{experiment.folder}/provenance/r00.json names, or train all rounds anew"
            )
        tables = {"movement": movement(tickets, final), "mean_movement": mean_movement(tickets, final)}
        stage.record(
            [save_table(experiment, table, rows) for table, rows in tables.items()], f"movement@{experiment.folder.replace('/', '-')}"
        )
