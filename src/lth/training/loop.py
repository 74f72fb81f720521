"""The training loop that every engine shares: train, evaluate, keep the early stop, checkpoint.

An engine says how to advance and evaluate one chunk of networks; what is measured and when is decided here alone.
"""

import contextlib
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from lth.measures import CURVES, KINDS, POINTS, SPLITS
from lth.networks import Parameters
from lth.training.chunk import Chunk
from lth.training.plan import Plan
from lth.training.progress import Reports
from lth.training.stack import Member, Trained

CHECKPOINT_SECONDS = 30.0
"""At least so long lies between two checkpoints of a chunk."""

CHECKPOINT_SHARE = 0.02
"""At most so much of a chunk's time goes into its checkpoints, but for the first: a GPU's are gigabytes."""


class Trainer(Protocol):
    """R networks in training; documented at `lth.training.engines.torch.TorchTrainer`."""

    def advance(self, start: int, stop: int) -> None: ...
    def evaluate(self, split: str, *, best: bool = False) -> tuple[np.ndarray, np.ndarray]: ...
    def keep(self, better: np.ndarray) -> None: ...
    def snapshot(self) -> Parameters: ...
    def state(self) -> dict[str, Tensor]: ...
    def load_state(self, state: dict[str, Tensor]) -> None: ...


class Engine(Protocol):
    """Makes trainers for chunks of at most `chunk_size` networks, `workers` of which may train at once."""

    name: str
    library: str
    device: torch.device
    workers: int
    chunk_size: int

    def trainer(self, members: Sequence[Member]) -> Trainer: ...


class Stopped(Exception):
    """Another chunk failed, or the user interrupted: this one stopped at a checkpoint."""


def train_chunk(engine: Engine, chunk: Chunk, progress: Reports, stop: threading.Event) -> Trained:
    """Trains the networks of a chunk from their first iteration to the plan's last, and measures them when the plan says.

    Goes on from the chunk's checkpoint, to the same result bit for bit. stop: once it is set, the chunk ends at its next checkpoint, with Stopped.
    """
    plan, name, networks, kept = chunk.plan, chunk.name, len(chunk.members), chunk.checkpoints
    run = _Run(engine, plan, chunk.members)
    saved = kept.load_running(name)
    reached = run.resume(saved)
    if saved:
        progress.resumed(networks, reached)
    progress.reached(name, networks, reached)
    pace = Pace()
    while reached < plan.training.iterations:
        reached = run.to_next_evaluation(reached)
        progress.reached(name, networks, reached)
        if stop.is_set() or pace.due():
            with pace.saving():
                kept.save_running(name, reached, run.state())
        if stop.is_set():
            raise Stopped
    trained = run.measured(chunk.keep_parameters)
    kept.save_finished(name, trained)
    progress.finished(name, networks)
    return trained


class Pace:
    """When a chunk's next checkpoint is due, by how long those before it took."""

    def __init__(self):
        self.began = self.saved = time.monotonic()
        self.took: list[float] = []

    def due(self) -> bool:
        now = time.monotonic()
        with_the_next = sum(self.took) + max(self.took, default=0)
        return now - self.saved > CHECKPOINT_SECONDS and with_the_next <= CHECKPOINT_SHARE * (now - self.began)

    @contextlib.contextmanager
    def saving(self) -> Iterator[None]:
        """Takes the time of a checkpoint that is saved in the with-block."""
        before = time.monotonic()
        yield
        self.saved = time.monotonic()
        self.took.append(self.saved - before)


class _Run:
    """One chunk on its way through the plan: a trainer, and what was measured so far."""

    def __init__(self, engine: Engine, plan: Plan, members: Sequence[Member]):
        self.plan = plan
        self.first = members[0].first
        self.trainer = engine.trainer(members)
        networks = len(members)
        self.curves = {
            curve: np.full((networks, len(points)), np.nan)
            for split, points in plan.points.items()
            for kind in KINDS
            if (curve := f"{split}_{kind}") in CURVES
        }
        self.es_loss = np.full(networks, np.inf)
        self.es_iteration = np.zeros(networks, np.int64)

    def resume(self, saved: tuple[int, dict[str, Tensor]] | None) -> int:
        """Loads a checkpoint, or evaluates the networks where they start, if others are evaluated there. Returns the iteration reached."""
        if saved is None:
            if self.first in self.plan.evaluation_points:
                self._evaluate(self.first)
            return self.first
        iteration, state = saved
        for name, array in self._so_far().items():
            array[:] = state[name].numpy()
        self.trainer.load_state(state)
        return iteration

    def to_next_evaluation(self, iteration: int) -> int:
        """Trains up to the next evaluation point after `iteration`, evaluates there and returns it."""
        target = next(point for point in self.plan.evaluation_points if point > iteration)
        self.trainer.advance(iteration, target)
        self._evaluate(target)
        return target

    def state(self) -> dict[str, Tensor]:
        so_far = {name: torch.from_numpy(array) for name, array in self._so_far().items()}
        return {**so_far, **self.trainer.state()}

    def measured(self, keep_parameters: bool) -> Trained:
        """The whole record, with what is measured only of the early stop's and the last weights."""
        measured = {"es_iteration": self.es_iteration}
        for point in POINTS:
            for split in SPLITS:
                for kind, score in zip(KINDS, self.trainer.evaluate(split, best=point == "es"), strict=True):
                    measured[f"{point}_{split}_{kind}"] = score
        return Trained(measured, self.curves, self.trainer.snapshot() if keep_parameters else {})

    def _evaluate(self, iteration: int) -> None:
        for split, points in self.plan.points.items():
            if iteration in points:
                for kind, score in zip(KINDS, self.trainer.evaluate(split), strict=True):
                    if (curve := f"{split}_{kind}") in self.curves:
                        self.curves[curve][:, points.index(iteration)] = score
        loss = self.curves["validation_loss"][:, self.plan.evaluation_points.index(iteration)]
        better = loss < self.es_loss
        self.es_loss[better], self.es_iteration[better] = loss[better], iteration
        self.trainer.keep(better)

    def _so_far(self) -> dict[str, np.ndarray]:
        """What the early stop and the curves are up to now."""
        return {**self.curves, "es_loss": self.es_loss, "es_iteration": self.es_iteration}
