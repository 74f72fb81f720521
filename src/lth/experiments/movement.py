"""The dense networks of an experiment trained again, for how far their weights move (paper, Figures 19 and 20).

Rounds do not keep weights: same start, same data order, same arithmetic give the same networks.
"""

from lth import paths
from lth.anatomy.movement import mean_movement, movement, would_leave
from lth.config import INITIAL, Experiment, Settings
from lth.errors import LthError
from lth.experiments.run import Candidate, Run
from lth.results.files import save_table
from lth.results.provenance import record
from lth.storage import sha256
from lth.tickets import load_tickets, ticket_file
from lth.training import checkpoints


def measure_movement(settings: Settings, experiment: Experiment, name: str) -> None:
    """Trains the dense networks again and writes how far weights move, in and out of the tickets of round `name`.

    Raises LthError where the networks are not those of r00, as may be on other hardware.
    """
    if name not in experiment.rounds:
        raise LthError(f"{experiment.folder} has no round {name}; it has {', '.join(experiment.rounds)}")
    dense, pruned_once, tickets = (load_tickets(experiment, round) for round in (0, 1, int(name[1:])))
    run = Run(settings, experiment)
    inputs = [ticket_file(experiment, INITIAL), paths.DATA / f"{experiment.data.name}.safetensors"]
    depends_on = {
        "settings": settings.model_dump(),
        "experiment": experiment.model_dump(exclude={"rounds", "blocks"}),
        "files": {paths.shown(file): sha256(file) for file in inputs},
        **run.about,
    }
    title = f"{experiment.folder} movement"
    with checkpoints(depends_on, title) as kept:
        stack = run.train([Candidate("ticket", ticket) for ticket in dense], kept, title=title, keep_parameters=True).parameters
        final = [{name: value[trial] for name, value in stack.items()} for trial in range(experiment.trials.count)]
        if not all(would_leave(weights, ticket) for weights, ticket in zip(final, pruned_once, strict=True)):
            raise LthError(
                f"{experiment.folder}: trained again on {run.about['device']} ({run.about['library']}), the dense networks are not those that "
                f"r00 pruned: use what results/{experiment.folder}/provenance/r00.json names, or train all rounds anew"
            )
        tables = {"movement": movement(tickets, final), "mean_movement": mean_movement(tickets, final)}
        outputs = [save_table(experiment, table, rows) for table, rows in tables.items()]
        sidecar = paths.RESULTS / experiment.folder / "provenance" / "movement.json"
        record(sidecar, outputs, f"dvc repro -s -f movement@{experiment.folder.replace('/', '-')}", run.about, kept.seconds)
        kept.remove()
