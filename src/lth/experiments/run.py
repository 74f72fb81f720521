"""Training networks of one experiment on this machine: its data, plan and engine together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from lth import seeds
from lth.config import Experiment, Settings
from lth.data import load_data
from lth.experiments.rows import tabulate, tabulate_curves
from lth.tickets import Start, Ticket
from lth.tickets.controls import CONTROLS
from lth.training import BatchOrder, Checkpoints, Member, Plan, Trained, choose_engine, train_stack
from lth.training.engines.choose import device_name, numerics_id


@dataclass(frozen=True)
class Candidate:
    """One network to train: an arm's draw of a ticket."""

    arm: str
    ticket: Ticket
    draw: int = 0
    start: Callable[[], Start] | None = None
    """Where it starts, if not where its arm says."""


class Run:
    """Trains candidates of an experiment, as its params.yaml says."""

    def __init__(self, settings: Settings, experiment: Experiment, *, test_curve_until: int = 0, every: int | None = None):
        """every: iterations between evaluations, if not the experiment's own."""
        self.experiment = experiment
        evaluation = experiment.evaluation.model_copy(update={"every": every or experiment.evaluation.every})
        self.data = load_data(experiment.data.name, experiment.data.scaling)
        self.plan = Plan(experiment.training, evaluation, test_curve_until)
        self.engine = choose_engine(settings, experiment, self.data, self.plan)
        self.about = {
            "engine": numerics_id(experiment.network.name, self.engine.name),
            "device": device_name(self.engine.device),
            "library": self.engine.library,
        }

    def train(self, candidates: Sequence[Candidate], kept: Checkpoints, *, title: str, keep_parameters: bool = False) -> Trained:
        """Trains all as one stack; see `lth.training.train_stack`."""
        return train_stack(self.engine, self._members(candidates), kept, title=title, keep_parameters=keep_parameters)

    def rows(self, candidates: Sequence[Candidate], trained: Trained) -> pd.DataFrame:
        """One row a network."""
        remaining = [candidate.ticket.weights_remaining for candidate in candidates]
        return tabulate(self.experiment, self._members(candidates), trained, remaining, self.about)

    def curves(self, candidates: Sequence[Candidate], trained: Trained) -> pd.DataFrame:
        """One row a network and evaluation point."""
        return tabulate_curves(self._members(candidates), trained, self.plan.evaluation_points, self.plan.test_points)

    def _members(self, candidates: Sequence[Candidate]) -> list[Member]:
        return [self._member(candidate) for candidate in candidates]

    def _member(self, candidate: Candidate) -> Member:
        ticket, family = candidate.ticket, self.experiment.family
        images, batch_size = len(self.data.train.labels), self.experiment.training.batch_size
        return Member(
            arm=candidate.arm,
            round=ticket.round,
            trial=ticket.trial,
            draw=candidate.draw,
            start=candidate.start or (lambda: CONTROLS[candidate.arm](ticket, candidate.draw)),
            order=BatchOrder(ticket.seed, family, ticket.trial, ticket.round, images, batch_size),
            dropout_seed=seeds.torch_seed(ticket.seed, "dropout", family, candidate.arm, ticket.trial, ticket.round, candidate.draw),
            learning_rate=self.experiment.training.optimiser.learning_rate,
        )
