"""What a training run does at which iteration, and on which images."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lth import seeds
from lth.config import EvaluationConfig, OptimiserConfig, TrainingConfig
from lth.tickets import Ticket


@dataclass(frozen=True)
class Plan:
    """How every network of a stack is trained and measured."""

    training: TrainingConfig
    evaluation: EvaluationConfig
    test_curve_until: int

    def ends(self, iterations: int) -> "Plan":
        """The same training up to an iteration, evaluated at both ends alone."""
        evaluation = self.evaluation.model_copy(update={"every": iterations, "test_at": ()})
        return Plan(self.training.model_copy(update={"iterations": iterations}), evaluation, test_curve_until=0)

    @property
    def evaluation_points(self) -> list[int]:
        """Iterations at which networks are evaluated."""
        return self.evaluation.points(self.training.iterations)

    @property
    def test_points(self) -> list[int]:
        """Those at which test accuracy is measured too."""
        return [point for point in self.evaluation_points if 0 < self.test_curve_until >= point or point in self.evaluation.test_at]

    @cached_property
    def points(self) -> dict[str, list[int]]:
        """Iterations at which networks are evaluated in training, by split."""
        return {"validation": self.evaluation_points, "test": self.test_points}


def learning_rates(optimiser: OptimiserConfig, start: int, stop: int) -> np.ndarray:
    """Those of iterations start … stop - 1, float64: linear warmup from 0, then drops by 10 (paper, section 4)."""
    iterations = np.arange(start, stop)
    drops = np.searchsorted(optimiser.drops, iterations, side="right")
    warmup = np.minimum(1.0, (iterations + 1) / optimiser.warmup) if optimiser.warmup else 1.0
    return warmup * 0.1**drops * optimiser.learning_rate


@dataclass(frozen=True)
class BatchOrder:
    """The order in which one network sees the training images: all of them, reshuffled each epoch, the incomplete last batch dropped."""

    seed: int
    family: str
    trial: int
    round: int
    images: int
    batch_size: int
    copy: int = 0
    """0 is the order that the arms of a trial and round share; copies of a network that is trained again have others (arXiv 1912.05671)."""

    @classmethod
    def of(cls, ticket: Ticket, images: int) -> "BatchOrder":
        """That of a ticket and of all controls of its trial and round. images: how many there are in the training set."""
        plan = ticket.experiment
        return cls(ticket.seed, plan.family, ticket.trial, ticket.round, images, plan.training.batch_size)

    def stream(self, name: str) -> tuple[str | int, ...]:
        """The name, but for the epoch, of a stream that this network draws once an epoch; each copy has its own."""
        copy = (f"copy {self.copy}",) if self.copy else ()
        return (name, *copy, self.family, self.trial, self.round)

    def batches(self, start: int, stop: int, drawn: Callable[[int], np.ndarray] | None = None) -> np.ndarray:
        """Positions among the training images of the batches of iterations start … stop - 1: int64 [stop - start, batch].

        drawn: gives the batches of an epoch, where the caller keeps them from one call to the next.
        """
        return np.concatenate([(drawn or self.epoch)(epoch)[first:last] for epoch, first, last in self.by_epoch(start, stop)])

    def by_epoch(self, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """Iterations start … stop - 1 as (epoch, first, last): iterations first … last - 1 of each epoch, counted from its beginning."""
        for epoch in range(start // self.per_epoch, (stop - 1) // self.per_epoch + 1):
            yield epoch, max(start - epoch * self.per_epoch, 0), min(stop - epoch * self.per_epoch, self.per_epoch)

    @property
    def per_epoch(self) -> int:
        """Iterations an epoch."""
        return self.images // self.batch_size

    def epoch(self, epoch: int) -> np.ndarray:
        """The batches of one epoch, counted from 0: int64 [per_epoch, batch]."""
        shuffled = seeds.stream(self.seed, *self.stream("order"), epoch).permutation(self.images)
        return shuffled[: self.per_epoch * self.batch_size].reshape(-1, self.batch_size)
