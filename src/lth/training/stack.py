"""The unit of training: a stack of networks of one architecture, and what training it measures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from lth import seeds
from lth.config import OptimiserConfig
from lth.networks import Parameters
from lth.tickets import Start, Ticket
from lth.tickets.controls import CONTROLS
from lth.training.plan import BatchOrder


@dataclass(frozen=True)
class Member:
    """One network of a stack: who it is, where it starts, in which order it sees the images."""

    arm: str
    """`ticket`, or the name of a control."""
    ticket: Ticket
    """The ticket that it is, or is a control of."""
    draw: int
    start: Callable[[], Start]
    """Makes the starting weights and mask when the network's turn comes."""
    first: int
    """The iteration that training starts from: the learning rate and all that is drawn are as if those before it had been trained; the optimiser
    is fresh."""
    order: BatchOrder
    dropout_seed: int
    optimiser: OptimiserConfig

    @classmethod
    def of(cls, ticket: Ticket, images: int, *, arm: str = "ticket", draw: int = 0, start: Callable[[], Start] | None = None) -> "Member":
        """An arm's draw of a ticket, trained as the ticket's experiment says.

        images: how many there are in the training set. start: where it starts, if not where its arm says.
        """
        training, family = ticket.experiment.training, ticket.experiment.family
        return cls(
            arm=arm,
            ticket=ticket,
            draw=draw,
            start=start or partial(CONTROLS[arm], ticket, draw),
            first=ticket.experiment.first_iteration(arm, ticket.round),
            order=BatchOrder.of(ticket, images),
            dropout_seed=seeds.torch_seed(ticket.seed, "dropout", family, arm, ticket.trial, ticket.round, draw),
            optimiser=training.optimiser_of(ticket.variant),
        )

    @property
    def round(self) -> int:
        return self.ticket.round

    @property
    def trial(self) -> int:
        return self.ticket.trial

    @property
    def variant(self) -> float | None:
        return self.ticket.variant


@dataclass(frozen=True)
class Trained:
    """What training R networks measured, one entry per network along the first axis."""

    measured: dict[str, np.ndarray]
    """What `lth.measures.MEASURED` names: the early stop's iteration int64 [R], the scores float64 [R]."""
    curves: dict[str, np.ndarray]
    """What `lth.measures.CURVES` names: float64 [R, points of the curve]."""
    parameters: Parameters
    """Final parameters, statistics included, float32 [R, *shape] by name; empty where they were not asked for."""

    @classmethod
    def concatenate(cls, parts: Sequence["Trained"]) -> "Trained":
        """Several stacks as one, in their order."""
        first = parts[0]
        return cls(
            measured={name: np.concatenate([part.measured[name] for part in parts]) for name in first.measured},
            curves={name: np.concatenate([part.curves[name] for part in parts]) for name in first.curves},
            parameters={name: torch.cat([part.parameters[name] for part in parts]) for name in first.parameters},
        )
