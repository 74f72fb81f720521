"""All tickets at once, from the dense networks: no round is trained between two prunings (`pruning.method` oneshot, continued, iteration0,
borrowed).

Masks and parameters are stacked: [R, *shape] for R trials. There is a list of masks, one per level of pruning.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from lth.experiments.borrowing import lent_masks
from lth.experiments.stage import Stage
from lth.networks import Parameters, stacked, unstacked
from lth.pruning import Masks
from lth.pruning.methods import prune, prune_levels
from lth.tickets import Start, Ticket, save_levels


def prune_at_once(stage: Stage, tickets: Sequence[Ticket]) -> None:
    """Trains the dense networks, prunes every level of them, and writes rows, curves and the levels. tickets: those of round 0."""
    members = [stage.member(ticket) for ticket in tickets]
    trained = stage.train(members, keep_parameters=True)
    levels = METHODS[stage.experiment.pruning.method](stage, tickets, trained.parameters)
    stage.write(members, trained, save_levels(stage.experiment, levels))


def oneshot(stage: Stage, tickets: Sequence[Ticket], trained: Parameters) -> list[Masks]:
    """Prunes the trained dense networks (paper, section 2, one-shot pruning)."""
    return prune_levels(stage.experiment, stage.network.layers, trained, _masks(tickets))


def iteration0(stage: Stage, tickets: Sequence[Ticket], trained: Parameters) -> list[Masks]:
    """Prunes the untrained networks, by the magnitudes of their initial weights (paper, appendix F.4)."""
    initial = stacked([ticket.initial_parameters() for ticket in tickets])
    return prune_levels(stage.experiment, stage.network.layers, initial, _masks(tickets))


def continued(stage: Stage, tickets: Sequence[Ticket], trained: Parameters) -> list[Masks]:
    """Prunes, trains on from where the survivors are, and so on; nothing is ever reset (paper, appendix B, strategy 2)."""
    parameters, levels = trained, [prune(stage.experiment, stage.network.layers, trained, _masks(tickets))]
    for level in range(1, stage.experiment.pruning.levels):
        parameters = train_on(stage, tickets, level, parameters, levels[-1])
        levels.append(prune(stage.experiment, stage.network.layers, parameters, levels[-1]))
    return levels


def borrowed(stage: Stage, tickets: Sequence[Ticket], trained: Parameters) -> list[Masks]:
    """Prunes nothing: takes what another experiment has pruned."""
    return lent_masks(stage.experiment, tickets)


METHODS = {"oneshot": oneshot, "continued": continued, "iteration0": iteration0, "borrowed": borrowed}


def train_on(stage: Stage, tickets: Sequence[Ticket], level: int, parameters: Parameters, masks: Masks) -> Parameters:
    """Trains networks on from their parameters, masked, with the data order of round `level` and a fresh optimiser: the final ones."""
    starts = [partial(Start.masked, *start) for start in zip(unstacked(parameters), unstacked(masks), strict=True)]
    members = [
        stage.member(replace(ticket, round=level), arm="continued", start=start) for ticket, start in zip(tickets, starts, strict=True)
    ]
    return stage.level(level).train(members, keep_parameters=True).parameters


def _masks(tickets: Sequence[Ticket]) -> Masks:
    return stacked([ticket.mask for ticket in tickets])
