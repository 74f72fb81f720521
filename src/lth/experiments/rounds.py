"""Iterative pruning, step by step (paper, section 1).

1. Initialise a network. 2. Train it. 3. Prune the smallest weights that survive. 4. Reset the survivors to their initial values, or to those of an
early iteration (`lth.experiments.rewinding`); repeat.
"""

from collections.abc import Sequence

from lth.config import RETRAINED, Experiment, Settings
from lth.errors import LthError
from lth.experiments.at_once import prune_at_once
from lth.experiments.retraining import retrain
from lth.experiments.rewinding import origins, rewound
from lth.experiments.stage import Stage, open_stage
from lth.networks import Parameters, stacked, unstacked
from lth.pruning.methods import prune
from lth.tickets import Ticket, load_tickets, save_pruned


def train_round(settings: Settings, experiment: Experiment, name: str) -> None:
    """Trains the tickets of one round, every trial's, prunes them, and writes rows, curves and what was pruned."""
    if name not in experiment.rounds:
        raise LthError(f"unknown round {name!r}; there are: {', '.join(experiment.rounds)}")
    tickets = load_tickets(experiment, int(name[1:]))  # 1, and 4 of the round before
    with open_stage(settings, experiment, name, tickets, test_curve_until=experiment.evaluation.test_curve_until) as stage:
        pruning = experiment.pruning
        prune_as = retrain if pruning.method in RETRAINED else prune_at_once if pruning.levels else prune_once
        prune_as(stage, rewound(stage, tickets))


def prune_once(stage: Stage, tickets: Sequence[Ticket]) -> None:
    """One round of iterative pruning of every trial at once (paper, section 1, steps 2 and 3): what is left is the next round's tickets."""
    members = [stage.member(ticket) for ticket in tickets]
    trained = stage.train(members, keep_parameters=True)  # 2
    masks = stacked([ticket.mask for ticket in tickets])
    masks = prune(stage.experiment, stage.network.layers, trained.parameters, masks, initial=lambda: initial_parameters(tickets))  # 3
    returns_to = origins(stage) if tickets[0].round == 0 else []
    stage.write(members, trained, save_pruned(tickets, unstacked(masks), returns_to))


def initial_parameters(tickets: Sequence[Ticket]) -> Parameters:
    """What the dense networks of tickets began with, on the CPU: [R, *shape] by name."""
    return stacked([ticket.initial_parameters() for ticket in tickets])
