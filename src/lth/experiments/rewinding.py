"""Late rewinding (arXiv 1903.01611): survivors return to iteration k of their trial's dense network in training, not to its initial weights.

No file keeps that network: a stage that needs it trains it to k again, which is short beside the whole training. Same start, same order of images,
same arithmetic give the same network, batchnorm's statistics included; `r00.npz` records a SHA-256 of each, and others are refused.
"""

from collections.abc import Sequence
from dataclasses import replace

from lth.config import load_settings
from lth.errors import LthError
from lth.experiments.stage import Stage, open_stage
from lth.networks import unstacked
from lth.tickets import Rewound, Ticket, digest, lineages, load_tickets


def origins(stage: Stage) -> list[Rewound]:
    """What survivors return to, in the order of `lineages`: the dense networks, trained to there. None where that is their initial weights."""
    if not (iteration := stage.experiment.training.rewind):
        return []
    dense = [stage.member(ticket) for ticket in load_tickets(stage.experiment, 0)]
    trained = stage.until(iteration).train(dense, keep_parameters=True)
    return [Rewound(iteration, digest(parameters), parameters) for parameters in unstacked(trained.parameters)]


def rewound(stage: Stage, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Tickets with what their survivors return to; those that return to their initial weights, as they are.

    Raises LthError where the dense networks are not those that r00 trained, as with other params or on other hardware.
    """
    if not any(ticket.rewound for ticket in tickets):
        return list(tickets)
    there = dict(zip(lineages(stage.experiment), origins(stage), strict=True))
    found = [ticket.rewound and there[ticket.variant, ticket.trial] for ticket in tickets]
    for ticket, origin in zip(tickets, found, strict=True):
        if ticket.rewound and ticket.rewound.sha256 != origin.sha256:
            folder = stage.experiment.folder
            raise LthError(
                f"{folder}: trained to iteration {origin.iteration} again on {stage.made_by['device']} ({stage.made_by['library']}), the dense "
                f"network of trial {ticket.trial} is not the one that r00 rewinds to: use the params.yaml that r00 was trained with and the "
                f"hardware and libraries that results/{folder}/provenance/r00.json names, or train all rounds anew"
            )
    return [replace(ticket, rewound=origin) for ticket, origin in zip(tickets, found, strict=True)]


def rewind(ticket: Ticket) -> Ticket:
    """A ticket with what its survivors return to, its dense network trained to there again, here and now; one that is not rewound, as it is."""
    if not ticket.rewound:
        return ticket
    dense = load_tickets(ticket.experiment, 0)
    with open_stage(load_settings(), ticket.experiment, "rewind", dense, until=ticket.rewound.iteration) as stage:
        (whole,) = rewound(stage, [ticket])
    return whole
