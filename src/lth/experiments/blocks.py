"""The controls beside iterative pruning, in blocks: one block is one stage."""

from lth.config import Experiment, Settings
from lth.errors import LthError
from lth.experiments.rewinding import rewound
from lth.experiments.stage import open_stage
from lth.tickets import load_rounds


def train_block(settings: Settings, experiment: Experiment, name: str) -> None:
    """Trains one block of controls, all its rounds, trials and draws as one stack, and writes rows and curves."""
    if name not in experiment.blocks:
        raise LthError(f"unknown block {name!r}; there are: {', '.join(experiment.blocks)}")
    block = experiment.blocks[name]
    rounds = load_rounds(experiment, [int(round[1:]) for round in block.rounds])
    tickets = [ticket for tickets in rounds.values() for ticket in tickets]
    with open_stage(settings, experiment, name, tickets, test_curve_until=block.test_curve_until) as stage:
        if experiment.first_iteration(block.control, tickets[0].round):  # fresh values return nowhere
            tickets = rewound(stage, tickets)
        members = [stage.member(ticket, arm=block.control, draw=draw) for ticket in tickets for draw in range(block.draws)]
        stage.write(members, stage.train(members))
