"""Copies of a network: trained from one start, each on an order of the images of its own (Frankle et al., arXiv 1912.05671, algorithm 1).

What they end with is kept, since several measurements read it: `trained/<collection>/<experiment>/<arm>.npz`, which DVC caches and git does not
hold. An experiment's `copies` says which tickets are copied, its `training.rewind` where they start. There, in place of that paper's three
initialisations with three pairs each, every trial has one pair.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from lth import paths
from lth.config import Experiment, Settings, load_experiment
from lth.config.blocks import DENSE, PARENT
from lth.errors import LthError
from lth.experiments.borrowing import lent_rounds
from lth.experiments.done import hashes
from lth.experiments.rewinding import rewound
from lth.experiments.stage import Stage, open_stage
from lth.networks import Parameters
from lth.results.files import recorded, sidecar
from lth.results.provenance import record
from lth.storage import read, write_bytes
from lth.tickets import Start, Ticket, load_tickets, ticket_files
from lth.tickets.controls import reinit, reshuffle, winning_ticket
from lth.tickets.values import permuted
from lth.training import Member

RANDOM = "random"

Key = tuple[int, int, int]
"""Round, trial and copy, by which the networks of an arm are told apart."""


def at_random(ticket: Ticket, draw: int) -> Start:
    """A random structure with the ticket's count in each layer, over the values of the ticket's own dense network (random pruning, there)."""
    return Start.masked(ticket.origin(), permuted(ticket, ticket.stream("sparsity", draw)))


ARMS: dict[str, Callable[[Ticket, int], Start]] = {
    DENSE: winning_ticket,
    "ticket": winning_ticket,
    "reinit": reinit,
    "reshuffle": reshuffle,
    RANDOM: at_random,
    PARENT: winning_ticket,
}
"""What is copied: the dense network, the tickets of `copies.rounds`, and three networks of their sizes. `parent` is the ticket of the round
before, which pruning made the ticket from: one network, no copy."""


def copied(experiment: Experiment, arm: str) -> list[Ticket]:
    """The tickets that an arm copies, or copies controls of, those of one round in the order of trials; not yet rewound.

    Raises LthError for an arm that the experiment has not.
    """
    if experiment.copies is None:
        raise LthError(f"{experiment.folder} copies nothing: params.yaml has no `copies`")
    if arm not in experiment.copied:
        raise LthError(f"{experiment.folder} has no copies of {arm!r:.60}; it has {', '.join(experiment.copied)}")
    if arm == DENSE:
        return load_tickets(experiment, 0)
    back = 1 if arm == PARENT else 0
    own = load_tickets(experiment, 1 if experiment.training.rewind else 0)
    lent = lent_rounds(experiment, experiment.copies.of, [round - back for round in experiment.copies.numbers], own[0].seed)
    return [
        replace(ticket, experiment=experiment, rewound=mine.rewound)
        for tickets in lent.values()
        for ticket, mine in zip(tickets, own, strict=True)
    ]


def train_copies(settings: Settings, experiment: Experiment, arm: str) -> None:
    """Trains the copies of one arm, all rounds and trials as one stack, and keeps what they end with."""
    tickets = copied(experiment, arm)
    lent = hashes(ticket_files(load_experiment(experiment.copies.of), max(ticket.round for ticket in tickets)))
    with open_stage(settings, experiment, f"copies {arm}", tickets, lent=lent, copied=experiment.copies.model_dump()) as stage:
        members = [member for ticket in _at_start(stage, tickets) for member in copies(stage, ticket, arm)]
        trained = stage.whole().train(members, keep_parameters=True)
        ends = {name: value.numpy() for name, value in trained.parameters.items()}
        file = save_ends(experiment, arm, [(member.round, member.trial, member.order.copy) for member in members], ends)
        command = f"dvc repro -s -f copies@{experiment.name}-{arm}"
        record(sidecar(experiment.folder, f"copies-{arm}"), [file], command, stage.made_by, stage.checkpoints.seconds)


def copies(stage: Stage, ticket: Ticket, arm: str) -> list[Member]:
    """The copies of a network: the first sees the images in the order that it always does, the second in one that all networks of its trial
    share, the dense one among them. How far pruning leads is thus told from how far another order does (arXiv 1903.01611)."""
    member = stage.member(ticket, arm=arm, start=partial(ARMS[arm], ticket, 0))
    first = ticket.rewound.iteration if ticket.rewound else 0
    orders = (member.order, replace(member.order, round=0, copy=1))
    return [replace(member, first=first, order=order) for order in orders[: stage.experiment.copies.networks(arm)[ticket.round]]]


def _at_start(stage: Stage, tickets: Sequence[Ticket]) -> list[Ticket]:
    """Tickets with what they start from; the dense network too starts where the others do."""
    if stage.experiment.training.rewind and tickets[0].round == 0:
        recorded = {ticket.trial: ticket.rewound for ticket in load_tickets(stage.experiment, 1)}
        tickets = [replace(ticket, rewound=recorded[ticket.trial]) for ticket in tickets]
    return rewound(stage, tickets)


def ends_file(experiment: Experiment, arm: str) -> Path:
    return paths.TRAINED / experiment.folder / f"{arm}.npz"


def save_ends(experiment: Experiment, arm: str, keys: Sequence[Key], parameters: dict[str, np.ndarray]) -> Path:
    """Writes what R networks ended with, float32 [R, *shape] by name, and returns the file. Pruned weights are zeros, which take no room."""
    content = io.BytesIO()
    np.savez_compressed(content, keys=np.array(keys), **parameters)
    file = ends_file(experiment, arm)
    write_bytes(file, content.getvalue())
    return file


def load_ends(experiment: Experiment, arm: str) -> dict[Key, Parameters]:
    """What the copies of an arm ended with. Raises LthError where they have not been trained."""

    def parse(content: bytes) -> dict[Key, Parameters]:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            tensors = {name: torch.from_numpy(arrays[name]) for name in arrays}
        keys = tensors.pop("keys").tolist()
        return {tuple(key): {name: value[position] for name, value in tensors.items()} for position, key in enumerate(keys)}

    file = ends_file(experiment, arm)
    remedy = f"train it with `dvc repro copies@{experiment.name}-{arm}`, or bring it back with `dvc checkout`"
    return read(file, parse, remedy, sha256=recorded(experiment.folder, f"copies-{arm}", file))
