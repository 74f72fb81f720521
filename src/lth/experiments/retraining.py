"""What pruned networks are worth themselves when they are trained on, without going back to early weights (Renda, Frankle and Carbin,
arXiv 2003.02389): fine-tuning, and learning-rate rewinding. Weight rewinding, the third of that paper, is iterative pruning with resetting.

1. Train. 2. Prune. 3. Train on what is left from where it is, as long as the first time, with a fresh optimiser; repeat from 2. Fine-tuning
keeps the rate that the schedule ends with, learning-rate rewinding goes through the schedule again.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from lth.config import OptimiserConfig
from lth.experiments.stage import Stage
from lth.networks import Parameters, stacked, unstacked
from lth.pruning import Masks
from lth.pruning.methods import prune
from lth.tickets import Start, Ticket, save_levels
from lth.training import Member, Trained


def retrain(stage: Stage, tickets: Sequence[Ticket]) -> None:
    """Trains the dense networks, prunes and retrains them to the last level, and writes rows and curves of all, and the levels.

    tickets: those of round 0.
    """
    members = [stage.member(ticket) for ticket in tickets]
    trained = stage.train(members, keep_parameters=True)  # 1
    masks, levels, stacks = stacked([ticket.mask for ticket in tickets]), [], [(members, trained)]
    for level in range(1, stage.experiment.pruning.levels + 1):
        masks = prune(stage.experiment, stage.network.layers, trained.parameters, masks)  # 2
        members = trained_on(stage, tickets, level, trained.parameters, masks)
        trained = stage.retrained(level).train(members, keep_parameters=True)  # 3
        levels.append(masks)
        stacks.append((members, trained))
    everyone = [member for members, _ in stacks for member in members]
    stage.write(everyone, Trained.concatenate([trained for _, trained in stacks]), save_levels(stage.experiment, levels))


def trained_on(stage: Stage, tickets: Sequence[Ticket], level: int, parameters: Parameters, masks: Masks) -> list[Member]:
    """The networks of one level, which start from the parameters that the level before ended with, masked."""
    members, fine_tuning = [], stage.experiment.pruning.method == "fine-tuning"
    for ticket, final, mask in zip(tickets, unstacked(parameters), unstacked(masks), strict=True):
        here = replace(ticket, round=level, mask=mask)
        member = stage.member(here, arm="retrained", start=partial(Start.masked, final, mask))
        members.append(replace(member, optimiser=at_the_last_rate(member.optimiser)) if fine_tuning else member)
    return members


def at_the_last_rate(optimiser: OptimiserConfig) -> OptimiserConfig:
    """The optimiser with the rate that its schedule ends with, from the first iteration to the last."""
    last = optimiser.learning_rate * 0.1 ** len(optimiser.drops)
    return optimiser.model_copy(update={"learning_rate": last, "warmup": 0, "drops": ()})
